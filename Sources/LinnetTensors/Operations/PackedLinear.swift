// Linear maps with weights that stay as they are, packed or prepared, and the choice between them and trainable ones.

extension Tensor {
    /// `x · Wᵀ + b` for several packed matrices that read the same x.
    ///
    /// With few rows the weights are streamed once, all matrices in one entry of the thread pool; many rows are an ordinary
    /// matrix product. Where `q8` and `q4` are streamed, x is rounded to 16 bits per block of 32 inputs; where not, the
    /// weights to bfloat16. No gradient is recorded.
    ///
    /// - Parameters:
    ///   - weights: `[outputs, inputs]` each.
    ///   - biases: `[outputs]`, `float32`, or `nil`; one for each matrix.
    ///   - outputType: Type of the results; that of x when absent.
    /// - Returns: `[…, outputs]` for each matrix.
    public func packedLinear(_ weights: [PackedMatrix], biases: [Tensor?], as outputType: DType? = nil) -> [Tensor] {
        require(weights.count == biases.count, "\(biases.count) biases for \(weights.count) matrices")
        return results(zip(weights, biases).map { packedProduct($0, bias: $1, as: outputType ?? dtype) })
    }

    /// A product to be computed.
    fileprivate func packedProduct(_ matrix: PackedMatrix, bias: Tensor?, as outputType: DType) -> PackedProduct {
        require(columns == matrix.inputs, "linear layer of \(matrix.inputs) inputs applied to shape \(shape)")
        require(
            bias == nil || bias?.count == matrix.outputs,
            "bias of \(bias?.count ?? 0) for \(matrix.outputs) outputs")
        var extents = shape
        _ = extents.popLast()
        extents.append(matrix.outputs)
        return PackedProduct(matrix: matrix, bias: bias, out: Tensor(uninitialized: extents, dtype: outputType))
    }

    /// Computes products of this tensor. A token that is decoded comes here for every matrix: it takes the short way.
    fileprivate func results(_ products: [PackedProduct]) -> [Tensor] {
        let rows = rows
        if rows == 1 {
            backend.packedProducts(products, of: self)
        } else {
            let streamed = products.filter { $0.matrix.isStreamed(rows: rows) }
            if !streamed.isEmpty { backend.packedProducts(streamed, of: self) }
            for product in products where !product.matrix.isStreamed(rows: rows) { unpackedProduct(product) }
        }
        return products.map(\.out)
    }

    /// The product with the unpacked matrix. Numbers of 8 and 4 bits lose some of theirs in bfloat16: results that are to
    /// be `float32` are made of the packed ones.
    private func unpackedProduct(_ product: PackedProduct) {
        let matrix = product.matrix
        let isPlain = matrix.format.blockSize == 1
        if dtype == .bfloat16, isPlain || product.out.dtype == .bfloat16, let prepared = PreparedMatrix(matrix) {
            return backend.matmul(product.out, self, prepared, bias: product.bias)
        }
        guard isPlain else { return backend.packedProducts([product], of: self) }
        backend.matmul(
            product.out, self, matrix.unpacked(as: dtype), bias: product.bias,
            MatmulLayout(m: rows, n: matrix.outputs, k: matrix.inputs, transposeB: true))
    }

    /// `x · Wᵀ + b` with a weight that nothing changes; a gradient flows through the map to x, and to the bias.
    ///
    /// x is not rounded, and the backward unpacks a packed matrix again instead of keeping it.
    fileprivate func frozenLinear(_ weight: Parameter, bias: Tensor?) -> Tensor {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        require(columns == inputs, "linear layer of \(inputs) inputs applied to shape \(shape)")
        let out = Tensor(uninitialized: shape.dropLast() + [outputs], dtype: dtype)
        weight.multiply(out, self, bias: bias, .forward)
        let (inputShape, inputType) = (shape, dtype)
        let (needsInput, needsBias) = (node != nil, bias?.node != nil)
        return out.recorded(from: [self] + (bias.map { [$0] } ?? [])) { dOut in
            var dX: Tensor?
            if needsInput {  // dX = dY · W
                let gradient = Tensor(uninitialized: inputShape, dtype: inputType)
                weight.multiply(gradient, dOut, bias: nil, .backward)
                dX = gradient
            }
            var dB: Tensor?
            if needsBias {
                let gradient = Tensor.zeros([outputs])
                backend.columnSum(gradient, dOut)
                dB = gradient
            }
            return [dX, dB]
        }
    }
}

extension Parameter {
    /// The product with a weight that nothing changes, in whichever form it is read fastest. In fp32 that is the master
    /// itself: a copy would take as much memory again.
    fileprivate func multiply(_ out: Tensor, _ x: Tensor, bias: Tensor?, _ direction: PreparedMatrix.Direction) {
        if packed == nil, x.dtype == .bfloat16 {
            return backend.matmul(out, x, bfloat16Prepared(for: direction), bias: bias)
        }
        let layout = direction.layout(rows: x.rows, outputs: shape[0], inputs: shape[1])
        backend.matmul(out, x, tensor(as: x.dtype), bias: bias, layout)
    }
}

/// The affine maps of several layers that read the same input: `x · Wᵀ + b` each.
///
/// Under ``withoutGradient(_:)`` packed weights are streamed, all in one entry of the thread pool. Where operations are
/// recorded, x is not rounded, and a gradient flows through frozen weights, packed or not; only trainable weights get one.
///
/// - Parameters:
///   - x: `[…, inputs]`, in the type to compute in.
///   - layers: Weights `[outputs, inputs]` and biases `[outputs]`.
/// - Returns: `[…, outputs]` for each layer.
public func linear(_ x: Tensor, _ layers: [(weight: Parameter, bias: Parameter?)]) -> [Tensor] {
    guard !GradientMode.isRecording else {
        return layers.map { layer in
            let (weight, bias) = (layer.weight, layer.bias?.tensor())
            return weight.isTrainable
                ? x.linear(weight.tensor(as: x.dtype), bias: bias) : x.frozenLinear(weight, bias: bias)
        }
    }
    let products = x.results(
        layers.compactMap { layer in
            layer.weight.packed.map { x.packedProduct($0, bias: layer.bias?.tensor(), as: x.dtype) }
        })
    guard products.count < layers.count else { return products }
    var streamed = products.makeIterator()
    return layers.map { layer in
        let product = layer.weight.packed == nil ? nil : streamed.next()
        return product ?? x.frozenLinear(layer.weight, bias: layer.bias?.tensor())
    }
}
