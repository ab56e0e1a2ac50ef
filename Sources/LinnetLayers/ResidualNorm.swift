import LinnetTensors

/// A norm over the last dimension that a pre-norm decoder reads its residual stream through.
public protocol ResidualNorm: AnyObject {
    /// `norm(x)`: `[…, width] → […, width]`.
    func callAsFunction(_ x: Tensor) -> Tensor
    /// One step of the residual stream in one pass: `sum = residual + x`, and `norm(sum)`, which the next sublayer reads.
    func callAsFunction(_ x: Tensor, addedTo residual: Tensor) -> (normed: Tensor, sum: Tensor)
}

extension LayerNorm: ResidualNorm {
    /// `sum = residual + x` and `layerNorm(sum)`: the residual stream between two pre-norm sublayers.
    public func callAsFunction(_ x: Tensor, addedTo residual: Tensor) -> (normed: Tensor, sum: Tensor) {
        x.addedLayerNormed(residual: residual, gamma: weight.tensor(), beta: bias.tensor(), epsilon: epsilon)
    }
}
