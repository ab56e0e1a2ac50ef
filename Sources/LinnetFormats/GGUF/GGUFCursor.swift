/// A place in the bytes of a GGUF file; every step is checked against the file's end before anything is allocated.
struct GGUFCursor {
    /// The most bytes a key may have.
    static let longestKey = 65_535
    /// The most bytes a tensor's name may have.
    static let longestName = 64
    /// How deep arrays of arrays may nest.
    static let deepestArray = 8

    let bytes: UnsafeRawBufferPointer
    let path: String
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer, path: String) {
        self.bytes = bytes
        self.path = path
    }

    /// Bytes from here to the end.
    var remaining: Int { bytes.count - position }

    /// An error that names this place.
    func failure(_ message: String, kind: FormatError.Kind = .malformed) -> FormatError {
        FormatError(kind, path: path, "byte \(position): \(message)")
    }

    /// Reads an integer.
    mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type, _ what: @autoclosure () -> String
    ) throws -> Number {
        let size = MemoryLayout<Number>.size
        guard remaining >= size else {
            throw failure("expected \(size) bytes of \(what()), the file ends after \(remaining)")
        }
        defer { position += size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: type))
    }

    /// Reads a number of things that each take at least `smallest` bytes of what follows.
    mutating func count(_ what: @autoclosure () -> String, smallest: Int) throws -> Int {
        let place = position
        let count = try integer(UInt64.self, "the number of \(what())")
        guard let fitting = Int(exactly: count), fitting <= remaining / smallest else {
            throw FormatError(
                .malformed, path: path,
                "byte \(place): \(count) \(what()) cannot fit into the \(remaining) bytes that follow")
        }
        return fitting
    }

    /// Reads a text: its length in eight bytes, then UTF-8.
    mutating func text(_ what: @autoclosure () -> String, longest: Int = .max) throws -> String {
        let length = try count("bytes of \(what())", smallest: 1)
        guard length <= longest else { throw failure("\(what()) of \(length) bytes, at most \(longest) are allowed") }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[position..<(position + length)])
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw failure("\(what()) is not valid UTF-8")
        }
        position += length
        return text
    }

    /// Reads the number of a value's type.
    mutating func valueType(_ what: @autoclosure () -> String) throws -> GGUFValueType {
        let number = try integer(UInt32.self, "the type of \(what())")
        guard let type = GGUFValueType(rawValue: number) else {
            throw failure("\(what()): \(number) is no type of a value; there are 0 to 12")
        }
        return type
    }

    /// Reads a value of metadata; `key` is what errors name.
    mutating func value(of type: GGUFValueType, key: String) throws -> GGUFValue {
        let what = "the value of \(FormatError.quoted(key))"
        switch type {
        case .uint8: return .uint8(try integer(UInt8.self, what))
        case .int8: return .int8(try integer(Int8.self, what))
        case .uint16: return .uint16(try integer(UInt16.self, what))
        case .int16: return .int16(try integer(Int16.self, what))
        case .uint32: return .uint32(try integer(UInt32.self, what))
        case .int32: return .int32(try integer(Int32.self, what))
        case .uint64: return .uint64(try integer(UInt64.self, what))
        case .int64: return .int64(try integer(Int64.self, what))
        case .float32: return .float32(Float(bitPattern: try integer(UInt32.self, what)))
        case .float64: return .float64(Double(bitPattern: try integer(UInt64.self, what)))
        case .bool: return .bool(try truth(what))
        case .string: return .string(try text(what))
        case .array: return .array(try array(what, depth: 1))
        }
    }

    private mutating func truth(_ what: String) throws -> Bool {
        let byte = try integer(UInt8.self, what)
        guard byte <= 1 else { throw failure("\(what): expected 0 or 1 for a truth value, found \(byte)") }
        return byte == 1
    }

    private mutating func array(_ what: String, depth: Int) throws -> GGUFArray {
        guard depth <= GGUFCursor.deepestArray else {
            throw failure("\(what): arrays nested deeper than \(GGUFCursor.deepestArray)", kind: .tooLarge)
        }
        let type = try valueType("the elements of \(what)")
        let count = try count("elements of \(what)", smallest: type.smallestBytes)
        switch type {
        case .uint8: return .uint8(integers(count))
        case .int8: return .int8(integers(count))
        case .uint16: return .uint16(integers(count))
        case .int16: return .int16(integers(count))
        case .uint32: return .uint32(integers(count))
        case .int32: return .int32(integers(count))
        case .uint64: return .uint64(integers(count))
        case .int64: return .int64(integers(count))
        case .float32: return .float32(integers(count, as: UInt32.self).map { Float(bitPattern: $0) })
        case .float64: return .float64(integers(count, as: UInt64.self).map { Double(bitPattern: $0) })
        case .bool: return .bools(try elements(count) { try $0.truth(what) })
        case .string: return .strings(try elements(count) { try $0.text("an element of \(what)") })
        case .array: return .arrays(try elements(count) { try $0.array(what, depth: depth + 1) })
        }
    }

    private mutating func elements<Element>(
        _ count: Int, _ read: (inout GGUFCursor) throws -> Element
    ) throws -> [Element] {
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try read(&self)) }
        return elements
    }

    /// Reads integers whose number has been checked against the bytes that follow.
    private mutating func integers<Number: FixedWidthInteger & BitwiseCopyable>(
        _ count: Int, as type: Number.Type = Number.self
    ) -> [Number] {
        let size = MemoryLayout<Number>.size
        defer { position += count * size }
        return (0..<count).map {
            Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position + $0 * size, as: type))
        }
    }
}
