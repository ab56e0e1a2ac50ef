// Linear maps whose weights may be packed.

extension Tensor {
    /// `x · Wᵀ + b` for several packed matrices that read the same x.
    ///
    /// Up to ``PackedMatrix/mostRows`` rows the packed weights are streamed once, all of them in one entry of the thread
    /// pool; x is then rounded to 8 bits per block of 32 inputs for `q8` and `q4`. With more rows each matrix is
    /// unpacked to the type of x for an ordinary product. No gradient is recorded.
    ///
    /// - Parameters:
    ///   - weights: `[outputs, inputs]` each.
    ///   - biases: `[outputs]`, `float32`, or `nil`; one for each matrix.
    /// - Returns: `[…, outputs]` for each matrix, in the type of x.
    public func packedLinear(_ weights: [PackedMatrix], biases: [Tensor?]) -> [Tensor] {
        require(weights.count == biases.count, "\(biases.count) biases for \(weights.count) matrices")
        let products = zip(weights, biases).map { matrix, bias in
            require(columns == matrix.inputs, "linear layer of \(matrix.inputs) inputs applied to shape \(shape)")
            require(
                bias == nil || bias?.count == matrix.outputs,
                "bias of \(bias?.count ?? 0) for \(matrix.outputs) outputs")
            return PackedProduct(
                matrix: matrix, bias: bias,
                out: Tensor(uninitialized: shape.dropLast() + [matrix.outputs], dtype: dtype))
        }
        if rows <= PackedMatrix.mostRows {
            backend.packedProducts(products, of: self)
        } else {
            for product in products { unpackedProduct(product) }
        }
        return products.map(\.out)
    }

    /// The product with the unpacked matrix.
    private func unpackedProduct(_ product: PackedProduct) {
        let matrix = product.matrix
        backend.matmul(
            product.out, self, matrix.unpacked(as: dtype), bias: product.bias,
            MatmulLayout(m: rows, n: matrix.outputs, k: matrix.inputs, transposeB: true))
    }

    /// `x · Wᵀ + b` with a frozen packed matrix where gradients flow: through the map to x, and to the bias.
    ///
    /// x is not rounded, and the backward unpacks the matrix again instead of keeping it.
    fileprivate func frozenLinear(_ matrix: PackedMatrix, bias: Tensor?) -> Tensor {
        require(columns == matrix.inputs, "linear layer of \(matrix.inputs) inputs applied to shape \(shape)")
        let out = Tensor(uninitialized: shape.dropLast() + [matrix.outputs], dtype: dtype)
        unpackedProduct(PackedProduct(matrix: matrix, bias: bias, out: out))
        let (inputShape, inputType, inputRows) = (shape, dtype, rows)
        let (needsInput, needsBias) = (node != nil, bias?.node != nil)
        return out.recorded(from: [self] + (bias.map { [$0] } ?? [])) { dOut in
            var dX: Tensor?
            if needsInput {  // dX = dY · W
                let gradient = Tensor(uninitialized: inputShape, dtype: inputType)
                backend.matmul(
                    gradient, dOut, matrix.unpacked(as: inputType), bias: nil,
                    MatmulLayout(m: inputRows, n: matrix.inputs, k: matrix.outputs))
                dX = gradient
            }
            var dB: Tensor?
            if needsBias {
                let gradient = Tensor.zeros([matrix.outputs])
                backend.columnSum(gradient, dOut)
                dB = gradient
            }
            return [dX, dB]
        }
    }
}

/// The affine maps of several layers that read the same input: `x · Wᵀ + b` each.
///
/// Packed weights are streamed by one entry of the thread pool when x has few rows and no gradient is asked for; a
/// gradient flows through frozen packed weights to x; weights with fp32 masters take the trainable path.
///
/// - Parameters:
///   - x: `[…, inputs]`, in the type to compute in.
///   - layers: Weights `[outputs, inputs]` and biases `[outputs]`.
/// - Returns: `[…, outputs]` for each layer.
public func linear(_ x: Tensor, _ layers: [(weight: Parameter, bias: Parameter?)]) -> [Tensor] {
    let isRecorded = GradientMode.isRecording
    func isPlain(_ layer: (weight: Parameter, bias: Parameter?)) -> Bool {
        layer.weight.packed != nil && !(isRecorded && (x.requiresGradient || layer.bias?.isTrainable == true))
    }
    let plain = layers.filter(isPlain)
    var products = x.packedLinear(plain.compactMap(\.weight.packed), biases: plain.map { $0.bias?.tensor() })[...]
    return layers.map { layer in
        if isPlain(layer), let product = products.popFirst() { return product }
        if let packed = layer.weight.packed { return x.frozenLinear(packed, bias: layer.bias?.tensor()) }
        return x.linear(layer.weight.tensor(as: x.dtype), bias: layer.bias?.tensor())
    }
}
