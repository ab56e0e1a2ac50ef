/// The type that activations and matrix products are computed in; masters, statistics and losses stay `float32`.
public enum Precision: String, Sendable, CaseIterable {
    /// Single precision throughout.
    case float32 = "fp32"
    /// bfloat16 activations and products with `float32` accumulation: about twice as fast.
    case bfloat16 = "bf16"

    /// The element type of activations.
    public var dtype: DType { self == .bfloat16 ? .bfloat16 : .float32 }
}
