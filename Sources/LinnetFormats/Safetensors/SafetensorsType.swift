/// The element types of safetensors that Linnet reads; the raw value is the name in the file.
public enum SafetensorsType: String, Sendable, CaseIterable {
    /// IEEE 754 double precision.
    case float64 = "F64"
    /// IEEE 754 single precision.
    case float32 = "F32"
    /// IEEE 754 half precision.
    case float16 = "F16"
    /// The upper half of a single precision number.
    case bfloat16 = "BF16"
    /// Eight-bit float, 4 bits of exponent, 3 of mantissa.
    case float8E4M3 = "F8_E4M3"
    /// Eight-bit float, 5 bits of exponent, 2 of mantissa.
    case float8E5M2 = "F8_E5M2"
    /// Signed integers of 64 bits.
    case int64 = "I64"
    /// Signed integers of 32 bits.
    case int32 = "I32"
    /// Signed integers of 16 bits.
    case int16 = "I16"
    /// Signed integers of 8 bits.
    case int8 = "I8"
    /// Unsigned integers of 64 bits.
    case uint64 = "U64"
    /// Unsigned integers of 32 bits.
    case uint32 = "U32"
    /// Unsigned integers of 16 bits.
    case uint16 = "U16"
    /// Unsigned integers of 8 bits.
    case uint8 = "U8"
    /// Truth values, one byte each.
    case bool = "BOOL"

    /// Names that the format defines and Linnet does not read: they have no whole number of bytes per element, or
    /// nothing here computes with them.
    static let unreadNames: Set<String> = ["F4", "F6_E2M3", "F6_E3M2", "F8_E8M0", "C64"]

    /// Whether the elements are floating-point numbers that `SafetensorsFile.floats(_:)` reads.
    public var isFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16: return true
        default: return false
        }
    }

    /// Bytes per element.
    public var byteCount: Int {
        switch self {
        case .float64, .int64, .uint64: return 8
        case .float32, .int32, .uint32: return 4
        case .float16, .bfloat16, .int16, .uint16: return 2
        case .float8E4M3, .float8E5M2, .int8, .uint8, .bool: return 1
        }
    }

    /// Place in the order in which the reference implementation writes tensors: widest first, and within one width
    /// as its type list has them.
    var writingOrder: Int {
        let order: [SafetensorsType] = [
            .uint64, .int64, .float64, .float32, .uint32, .int32, .bfloat16, .float16, .uint16, .int16,
            .float8E4M3, .float8E5M2, .int8, .uint8, .bool,
        ]
        return order.firstIndex(of: self) ?? order.count
    }
}

/// Where one tensor lies in a safetensors file.
public struct TensorEntry: Sendable, MappedTensor {
    /// Its name, as in the file.
    public let name: String
    /// Its element type.
    public let dtype: SafetensorsType
    /// Its dimensions, outermost first; empty for a scalar.
    public let shape: [Int]
    /// Its bytes, as offsets from the start of the file.
    public let byteRange: Range<Int>

    /// The product of the dimensions; 1 for a scalar.
    public var elementCount: Int { byteRange.count / dtype.byteCount }
}
