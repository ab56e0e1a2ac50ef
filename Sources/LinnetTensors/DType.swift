/// The element type of a ``Tensor``.
public enum DType: String, Sendable, CaseIterable {
    /// IEEE 754 single precision, 4 bytes.
    case float32
    /// The upper half of a `float32` (8-bit exponent, 7-bit fraction), 2 bytes, rounded to nearest even.
    case bfloat16
    /// Two's complement, 4 bytes; indices and labels only, never differentiated.
    case int32

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .float32, .int32: 4
        case .bfloat16: 2
        }
    }
}
