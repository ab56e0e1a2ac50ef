/// A value of GGUF's metadata, of the type it has in the file.
public enum GGUFValue: Sendable {
    /// An unsigned integer of 8 bits.
    case uint8(UInt8)
    /// A signed integer of 8 bits.
    case int8(Int8)
    /// An unsigned integer of 16 bits.
    case uint16(UInt16)
    /// A signed integer of 16 bits.
    case int16(Int16)
    /// An unsigned integer of 32 bits.
    case uint32(UInt32)
    /// A signed integer of 32 bits.
    case int32(Int32)
    /// An unsigned integer of 64 bits.
    case uint64(UInt64)
    /// A signed integer of 64 bits.
    case int64(Int64)
    /// A single precision number.
    case float32(Float)
    /// A double precision number.
    case float64(Double)
    /// A truth value.
    case bool(Bool)
    /// A text.
    case string(String)
    /// Values of one type.
    case array(GGUFArray)

    /// The number when this is an integer of any width that fits `Int`.
    public var intValue: Int? {
        switch self {
        case .uint8(let value): return Int(value)
        case .int8(let value): return Int(value)
        case .uint16(let value): return Int(value)
        case .int16(let value): return Int(value)
        case .uint32(let value): return Int(exactly: value)
        case .int32(let value): return Int(value)
        case .uint64(let value): return Int(exactly: value)
        case .int64(let value): return Int(exactly: value)
        default: return nil
        }
    }

    /// The number when this is a float, or an integer of any width.
    public var doubleValue: Double? {
        switch self {
        case .float32(let value): return Double(value)
        case .float64(let value): return value
        default: return intValue.map(Double.init)
        }
    }

    /// The truth value when this is one.
    public var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The text when this is one.
    public var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The texts when this is an array of texts.
    public var stringsValue: [String]? {
        guard case .array(.strings(let texts)) = self else { return nil }
        return texts
    }

    /// The elements when this is an array.
    public var arrayValue: GGUFArray? {
        guard case .array(let array) = self else { return nil }
        return array
    }

    /// The type that stands before the value in the file.
    var type: GGUFValueType {
        switch self {
        case .uint8: return .uint8
        case .int8: return .int8
        case .uint16: return .uint16
        case .int16: return .int16
        case .uint32: return .uint32
        case .int32: return .int32
        case .uint64: return .uint64
        case .int64: return .int64
        case .float32: return .float32
        case .float64: return .float64
        case .bool: return .bool
        case .string: return .string
        case .array: return .array
        }
    }
}

/// The elements of an array of GGUF's metadata; all have one type.
public enum GGUFArray: Sendable {
    /// Unsigned integers of 8 bits.
    case uint8([UInt8])
    /// Signed integers of 8 bits.
    case int8([Int8])
    /// Unsigned integers of 16 bits.
    case uint16([UInt16])
    /// Signed integers of 16 bits.
    case int16([Int16])
    /// Unsigned integers of 32 bits.
    case uint32([UInt32])
    /// Signed integers of 32 bits.
    case int32([Int32])
    /// Unsigned integers of 64 bits.
    case uint64([UInt64])
    /// Signed integers of 64 bits.
    case int64([Int64])
    /// Single precision numbers.
    case float32([Float])
    /// Double precision numbers.
    case float64([Double])
    /// Truth values.
    case bools([Bool])
    /// Texts.
    case strings([String])
    /// Arrays, each of its own type.
    case arrays([GGUFArray])

    /// How many elements there are.
    public var count: Int {
        switch self {
        case .uint8(let elements): return elements.count
        case .int8(let elements): return elements.count
        case .uint16(let elements): return elements.count
        case .int16(let elements): return elements.count
        case .uint32(let elements): return elements.count
        case .int32(let elements): return elements.count
        case .uint64(let elements): return elements.count
        case .int64(let elements): return elements.count
        case .float32(let elements): return elements.count
        case .float64(let elements): return elements.count
        case .bools(let elements): return elements.count
        case .strings(let elements): return elements.count
        case .arrays(let elements): return elements.count
        }
    }

    /// The type of the elements.
    var type: GGUFValueType {
        switch self {
        case .uint8: return .uint8
        case .int8: return .int8
        case .uint16: return .uint16
        case .int16: return .int16
        case .uint32: return .uint32
        case .int32: return .int32
        case .uint64: return .uint64
        case .int64: return .int64
        case .float32: return .float32
        case .float64: return .float64
        case .bools: return .bool
        case .strings: return .string
        case .arrays: return .array
        }
    }
}

/// The types of metadata values; the raw value is the number in the file.
enum GGUFValueType: UInt32 {
    case uint8 = 0
    case int8 = 1
    case uint16 = 2
    case int16 = 3
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
    case uint64 = 10
    case int64 = 11
    case float64 = 12

    /// Bytes that one value takes at least.
    var smallestBytes: Int {
        switch self {
        case .uint8, .int8, .bool: return 1
        case .uint16, .int16: return 2
        case .uint32, .int32, .float32: return 4
        case .uint64, .int64, .float64, .string: return 8
        case .array: return 12
        }
    }
}
