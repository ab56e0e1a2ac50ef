import LinnetTensors

/// The type that activations and matrix products are computed in; masters and statistics stay `float32`.
public enum Precision: String, Sendable, CaseIterable {
    /// Single precision throughout.
    case fp32
    /// bfloat16 activations and products with `float32` accumulation: about twice as fast.
    case bf16

    /// The element type of activations.
    public var dtype: DType { self == .bf16 ? .bfloat16 : .float32 }
}
