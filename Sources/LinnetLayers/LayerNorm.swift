import LinnetTensors

/// Layer normalisation over the last dimension (Ba et al., 2016): `γ · (x − μ) / √(σ² + ε) + β`.
public final class LayerNorm {
    /// γ, `[width]`.
    public let weight: Parameter
    /// β, `[width]`.
    public let bias: Parameter
    let epsilon: Float

    /// The norm stored at `weights`; a fresh one begins as the identity.
    public init(_ width: Int, epsilon: Float, _ weights: Weights, initial: InitialValue = .stored) throws {
        let (ones, zeros): (InitialValue, InitialValue) =
            if case .stored = initial { (.stored, .stored) } else { (.ones, .zeros) }
        weight = try weights.parameter("weight", shape: [width], initial: ones)
        bias = try weights.parameter("bias", shape: [width], initial: zeros)
        self.epsilon = epsilon
    }

    /// `[…, width] → […, width]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.layerNorm(gamma: weight.tensor(), beta: bias.tensor(), epsilon: epsilon)
    }

    /// `layerNorm(dropout(x) + residual)` in one pass: the end of a post-norm sublayer.
    public func callAsFunction(_ x: Tensor, addedTo residual: Tensor, dropout: Float) -> Tensor {
        x.droppedAddedNormed(
            residual: residual, dropout: dropout, gamma: weight.tensor(), beta: bias.tensor(), epsilon: epsilon)
    }
}
