import LinnetTensors

/// An affine map: `x · Wᵀ + b`, plus the active low-rank adapter if one is attached.
///
/// Weights are stored as PyTorch stores them: `weight` `[outputs, inputs]`, `bias` `[outputs]`. The map is computed in
/// the type of its input. Whether the weight is an fp32 master or packed is a matter of its `Parameter`.
public final class Linear {
    /// `[outputs, inputs]`.
    public let weight: Parameter
    /// `[outputs]`, or `nil`.
    public let bias: Parameter?
    /// The low-rank update that takes part in the forward pass.
    public internal(set) var adapter: LowRank?

    /// The layer stored at `weights`, or a fresh one.
    ///
    /// - Parameters:
    ///   - initial: How a weight begins that no checkpoint holds; biases begin at zero.
    ///   - isStoredTransposed: Whether checkpoints hold the weight `[inputs, outputs]`, as GPT-2's do.
    public init(
        _ inputs: Int, _ outputs: Int, _ weights: Weights, bias: Bool = true, initial: InitialValue = .stored,
        isStoredTransposed: Bool = false
    ) throws {
        weight = try weights.parameter(
            "weight", shape: [outputs, inputs], initial: initial, isStoredTransposed: isStoredTransposed)
        if case .stored = initial {
            self.bias = bias ? try weights.parameter("bias", shape: [outputs]) : nil
        } else {
            self.bias = bias ? try weights.parameter("bias", shape: [outputs], initial: .zeros) : nil
        }
        weights.store.register(self, at: weights.path)
    }

    /// Width of the input.
    public var inputs: Int { weight.shape[1] }

    /// Width of the output.
    public var outputs: Int { weight.shape[0] }

    /// `[…, inputs] → […, outputs]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        adapted(linear(x, [(weight, bias)])[0], input: x)
    }

    fileprivate func adapted(_ y: Tensor, input x: Tensor) -> Tensor {
        adapter.map { $0.update(y, input: x) } ?? y
    }
}

/// Several layers applied to the same input: `[…, inputs] → […, outputs]` each, adapters included.
///
/// The same numbers as one call after another; packed weights are streamed in one go, which is what decoding a token
/// wants of its queries, keys and values.
public func project(_ x: Tensor, _ layers: Linear...) -> [Tensor] {
    let products = linear(x, layers.map { ($0.weight, $0.bias) })
    guard layers.contains(where: { $0.adapter != nil }) else { return products }
    return zip(layers, products).map { $0.adapted($1, input: x) }
}
