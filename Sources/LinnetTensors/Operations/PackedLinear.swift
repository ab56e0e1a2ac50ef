// Linear maps whose weights may be packed.

extension Tensor {
    /// `x · Wᵀ + b` for several packed matrices that read the same x.
    ///
    /// With few rows the weights are streamed once, all matrices in one entry of the thread pool; many rows of `bf16` and
    /// `fp32` are an ordinary matrix product. For `q8` and `q4` x is rounded to 16 bits per block of 32 inputs. No
    /// gradient is recorded.
    ///
    /// - Parameters:
    ///   - weights: `[outputs, inputs]` each.
    ///   - biases: `[outputs]`, `float32`, or `nil`; one for each matrix.
    ///   - outputType: Type of the results; that of x when absent.
    /// - Returns: `[…, outputs]` for each matrix.
    public func packedLinear(_ weights: [PackedMatrix], biases: [Tensor?], as outputType: DType? = nil) -> [Tensor] {
        require(weights.count == biases.count, "\(biases.count) biases for \(weights.count) matrices")
        let products = zip(weights, biases).map { matrix, bias in
            require(columns == matrix.inputs, "linear layer of \(matrix.inputs) inputs applied to shape \(shape)")
            require(
                bias == nil || bias?.count == matrix.outputs,
                "bias of \(bias?.count ?? 0) for \(matrix.outputs) outputs")
            return PackedProduct(
                matrix: matrix, bias: bias,
                out: Tensor(uninitialized: shape.dropLast() + [matrix.outputs], dtype: outputType ?? dtype))
        }
        let streamed = products.filter { $0.matrix.isStreamed(rows: rows) }
        if !streamed.isEmpty { backend.packedProducts(streamed, of: self) }
        for product in products where !product.matrix.isStreamed(rows: rows) { unpackedProduct(product) }
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
/// Under ``withoutGradient(_:)`` packed weights are streamed, all in one entry of the thread pool. Where operations are
/// recorded, x is not rounded and a gradient flows through frozen packed weights; weights with fp32 masters take the
/// trainable path.
///
/// - Parameters:
///   - x: `[…, inputs]`, in the type to compute in.
///   - layers: Weights `[outputs, inputs]` and biases `[outputs]`.
/// - Returns: `[…, outputs]` for each layer.
public func linear(_ x: Tensor, _ layers: [(weight: Parameter, bias: Parameter?)]) -> [Tensor] {
    let isRecording = GradientMode.isRecording
    let streamed = isRecording ? [] : layers.filter { $0.weight.packed != nil }
    var products = x.packedLinear(streamed.compactMap(\.weight.packed), biases: streamed.map { $0.bias?.tensor() })[...]
    return layers.map { layer in
        guard let packed = layer.weight.packed else {
            return x.linear(layer.weight.tensor(as: x.dtype), bias: layer.bias?.tensor())
        }
        return products.popFirst() ?? x.frozenLinear(packed, bias: layer.bias?.tensor())
    }
}
