import LinnetTensors

/// Root-mean-square normalisation over the last dimension (Zhang & Sennrich, 2019): `x / √(mean(x²) + ε) · w`.
public final class RMSNorm: ResidualNorm {
    /// `[width]`.
    public let weight: Parameter
    private let epsilon: Float

    /// The norm stored at `weights`; a fresh one has weights of one.
    public init(_ width: Int, epsilon: Float, _ weights: Weights, initial: InitialValue = .ones) throws {
        weight = try weights.parameter("weight", shape: [width], initial: initial)
        self.epsilon = epsilon
    }

    /// `[…, width] → […, width]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.rmsNorm(weight: weight.tensor(), epsilon: epsilon)
    }

    /// `sum = residual + x` and `rmsNorm(sum)`: the residual stream between two pre-norm sublayers.
    public func callAsFunction(_ x: Tensor, addedTo residual: Tensor) -> (normed: Tensor, sum: Tensor) {
        x.addedRMSNormed(residual: residual, weight: weight.tensor(), epsilon: epsilon)
    }

    /// The norm over each head's own width, as Qwen3 norms queries and keys: `[rows, heads × width]`.
    public func perHead(_ x: Tensor) -> Tensor {
        let width = weight.shape[0]
        return self(x.reshaped([-1, width])).reshaped(x.shape)  // [rows × heads, width]
    }
}
