extension Tensor {
    /// Matrix product over the last two dimensions.
    ///
    /// `[…, m, k] · […, k, n] → […, m, n]`. Leading dimensions must agree, or the right operand is one matrix
    /// (`[k, n]`) that applies to all.
    public func matmul(_ other: Tensor) -> Tensor {
        require(shape.count >= 2 && other.shape.count >= 2, "matmul of \(shape) and \(other.shape)")
        let (k, n) = (shape[shape.count - 1], other.shape[other.shape.count - 1])
        let m = other.shape.count == 2 ? count / k : shape[shape.count - 2]
        let batch = other.shape.count == 2 ? 1 : shape.dropLast(2).reduce(1, *)
        require(
            other.shape[other.shape.count - 2] == k
                && (other.shape.count == 2 || other.shape.dropLast(2) == shape.dropLast(2)),
            "matmul of \(shape) and \(other.shape)")
        let out = Tensor(uninitialized: shape.dropLast() + [n], dtype: dtype)
        backend.matmul(out, self, other, bias: nil, MatmulLayout(batch: batch, m: m, n: n, k: k))
        let (a, b) = (detached(), other.detached())
        return out.recorded(from: [self, other]) { dOut in
            let dA = Tensor(uninitialized: a.shape, dtype: a.dtype)
            backend.matmul(
                dA, dOut, b, bias: nil, MatmulLayout(batch: batch, m: m, n: k, k: n, transposeB: true))
            let dB = Tensor(uninitialized: b.shape, dtype: b.dtype)
            backend.matmul(
                dB, a, dOut, bias: nil, MatmulLayout(batch: batch, m: k, n: n, k: m, transposeA: true))
            return [dA, dB]
        }
    }

    /// The affine map of a layer: `x · Wᵀ + b`.
    ///
    /// - Parameters:
    ///   - weight: `[outputs, inputs]`, in the type of `self`; its gradient is `float32`.
    ///   - bias: `[outputs]`, `float32`, or `nil`.
    /// - Returns: `[…, outputs]` for an input of `[…, inputs]`.
    public func linear(_ weight: Tensor, bias: Tensor? = nil) -> Tensor {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        require(columns == inputs, "linear layer of \(inputs) inputs applied to shape \(shape)")
        let rows = self.rows
        let out = Tensor(uninitialized: shape.dropLast() + [outputs], dtype: dtype)
        backend.matmul(
            out, self, weight, bias: bias, MatmulLayout(m: rows, n: outputs, k: inputs, transposeB: true))
        let (x, w) = (detached(), weight.detached())
        let (needsInput, needsWeight, needsBias) = (node != nil, weight.node != nil, bias?.node != nil)
        return out.recorded(from: [self, weight] + (bias.map { [$0] } ?? [])) { dOut in
            var dX: Tensor?
            if needsInput {  // dX = dY · W
                let gradient = Tensor(uninitialized: x.shape, dtype: x.dtype)
                backend.matmul(gradient, dOut, w, bias: nil, MatmulLayout(m: rows, n: inputs, k: outputs))
                dX = gradient
            }
            var dW: Tensor?
            if needsWeight {  // dW = dYᵀ · X
                let gradient = Tensor(uninitialized: [outputs, inputs])
                backend.matmul(
                    gradient, dOut, x, bias: nil, MatmulLayout(m: outputs, n: inputs, k: rows, transposeA: true))
                dW = gradient
            }
            var dB: Tensor?
            if needsBias {
                let gradient = Tensor.zeros([outputs])
                backend.columnSum(gradient, dOut)
                dB = gradient
            }
            return [dX, dW, dB]
        }
    }

    /// Adds a low-rank update to a linear layer's output: `y + scale · (x · Aᵀ) · Bᵀ` (Hu et al., 2021).
    ///
    /// - Parameters:
    ///   - x: What the adapter reads, `[…, inputs]` (after its dropout).
    ///   - a: `[rank, inputs]`, `float32`.
    ///   - b: `[outputs, rank]`, `float32`.
    public func addingLowRank(of x: Tensor, a: Tensor, b: Tensor, scale: Float) -> Tensor {
        let rank = a.shape[0]
        require(
            a.shape == [rank, x.columns] && b.shape == [columns, rank],
            "adapter of \(a.shape) and \(b.shape) between \(x.columns) inputs and \(columns) outputs")
        let h = Tensor(uninitialized: [x.rows, rank])
        backend.lowRankProject(h, x, a)
        let out = copied()
        backend.lowRankExpand(out, h, b, scale: scale, transposed: false)
        let (input, downWeight, upWeight) = (x.detached(), a.detached(), b.detached())
        let (needsX, needsA, needsB) = (x.node != nil, a.node != nil, b.node != nil)
        return out.recorded(from: [self, x, a, b]) { dOut in
            let dh = Tensor(uninitialized: [input.rows, rank])
            backend.lowRankReduce(dh, dOut, upWeight, scale: scale)
            var dX: Tensor?
            if needsX {
                let gradient = Tensor.zeros(input.shape, dtype: input.dtype)
                backend.lowRankExpand(gradient, dh, downWeight, scale: 1, transposed: true)
                dX = gradient
            }
            var dA: Tensor?
            if needsA {
                let gradient = Tensor.zeros(downWeight.shape)
                backend.lowRankGradientA(gradient, dh, input)
                dA = gradient
            }
            var dB: Tensor?
            if needsB {
                let gradient = Tensor.zeros(upWeight.shape)
                backend.lowRankGradientB(gradient, dOut, h, scale: scale)
                dB = gradient
            }
            return [dOut, dX, dA, dB]
        }
    }
}
