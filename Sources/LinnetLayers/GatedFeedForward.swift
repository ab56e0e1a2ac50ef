import LinnetTensors

/// The gated feed-forward network of Llama and its kin (Shazeer, 2020): `down(act(gate(x)) · up(x))`.
public final class GatedFeedForward {
    /// `[intermediate, width]`: goes through the nonlinearity.
    public let gate: Linear
    /// `[intermediate, width]`: is multiplied by the gate.
    public let up: Linear
    /// `[width, intermediate]`.
    public let down: Linear
    private let activation: Activation

    /// The network stored at `weights` as `gate_proj`, `up_proj` and `down_proj`.
    public init(
        _ width: Int, intermediate: Int, bias: Bool = false, activation: Activation = .silu, _ weights: Weights,
        initial: InitialValue = .stored
    ) throws {
        gate = try Linear(width, intermediate, weights["gate_proj"], bias: bias, initial: initial)
        up = try Linear(width, intermediate, weights["up_proj"], bias: bias, initial: initial)
        down = try Linear(intermediate, width, weights["down_proj"], bias: bias, initial: initial)
        self.activation = activation
    }

    /// `[rows, width] → [rows, width]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let parts = project(x, gate, up)  // twice [rows, intermediate]
        let gated = activation == .silu ? parts[0].siluGated(by: parts[1]) : activation(parts[0]) * parts[1]
        return down(gated)
    }
}
