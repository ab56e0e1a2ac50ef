/// The bytes of a GGUF header as they grow.
struct GGUFBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ more: [UInt8]) { bytes += more }

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: String) {
        append(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// A value without the number of its type.
    mutating func append(_ value: GGUFValue) {
        switch value {
        case .uint8(let number): append(number)
        case .int8(let number): append(number)
        case .uint16(let number): append(number)
        case .int16(let number): append(number)
        case .uint32(let number): append(number)
        case .int32(let number): append(number)
        case .uint64(let number): append(number)
        case .int64(let number): append(number)
        case .float32(let number): append(number.bitPattern)
        case .float64(let number): append(number.bitPattern)
        case .bool(let truth): append(UInt8(truth ? 1 : 0))
        case .string(let text): append(text)
        case .array(let array): append(array)
        }
    }

    private mutating func append(_ array: GGUFArray) {
        append(array.type.rawValue)
        append(UInt64(array.count))
        switch array {
        case .uint8(let elements): append(elements)
        case .int8(let elements): for element in elements { append(element) }
        case .uint16(let elements): for element in elements { append(element) }
        case .int16(let elements): for element in elements { append(element) }
        case .uint32(let elements): for element in elements { append(element) }
        case .int32(let elements): for element in elements { append(element) }
        case .uint64(let elements): for element in elements { append(element) }
        case .int64(let elements): for element in elements { append(element) }
        case .float32(let elements): for element in elements { append(element.bitPattern) }
        case .float64(let elements): for element in elements { append(element.bitPattern) }
        case .bools(let elements): for element in elements { append(UInt8(element ? 1 : 0)) }
        case .strings(let elements): for element in elements { append(element) }
        case .arrays(let elements): for element in elements { append(element) }
        }
    }
}
