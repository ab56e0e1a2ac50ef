/// A cursor over the bytes of a JSON text that reads one piece at a time.
///
/// `JSON.parse` builds trees with it; the safetensors header is read with it directly, without a tree.
/// It reads only inside its buffer, checks every number before it converts it and stops at `maxDepth` levels.
struct JSONScanner {
    /// The whole text; must outlive the scanner.
    let bytes: UnsafeRawBufferPointer
    /// The file the text is from, for errors.
    let path: String
    /// Deepest nesting of arrays and objects that is read.
    let maxDepth: Int
    /// Number of the text's first line, for errors; more than 1 when the text is a piece of a file.
    let firstLine: Int
    /// Offset of the next byte.
    var position = 0

    /// Numbers longer than this are refused: nothing writes them, and converting them takes long.
    private static let longestNumber = 1_024

    init(_ bytes: UnsafeRawBufferPointer, path: String, maxDepth: Int, firstLine: Int = 1) {
        self.firstLine = firstLine
        self.bytes = bytes
        self.path = path
        self.maxDepth = maxDepth
    }

    /// The next byte, or `nil` at the end.
    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// An error at the cursor, with line and column.
    func failure(_ expected: String, kind: FormatError.Kind = .malformed) -> FormatError {
        failure("expected \(expected), found \(found)", at: position, kind: kind)
    }

    /// An error at a byte offset, with line and column.
    func failure(_ message: String, at offset: Int, kind: FormatError.Kind = .malformed) -> FormatError {
        var line = firstLine
        var lineStart = 0
        for place in 0..<Swift.min(offset, bytes.count) where bytes[place] == UInt8(ascii: "\n") {
            line += 1
            lineStart = place + 1
        }
        return FormatError(kind, path: path, "line \(line), column \(offset - lineStart + 1): \(message)")
    }

    private var found: String {
        guard let byte = peek else { return "the end of the text" }
        guard byte > 0x20, byte < 0x7F else { return "the byte 0x" + String(byte, radix: 16) }
        return "'\(Character(UnicodeScalar(byte)))'"
    }

    /// Moves past spaces, tabs and line ends.
    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Moves past `byte` and says whether it stood there.
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    /// Moves past `byte`, which must stand here after optional space.
    mutating func expect(_ byte: UInt8, _ description: String) throws {
        skipSpace()
        guard take(byte) else { throw failure(description) }
    }

    /// Only space may follow.
    mutating func expectEnd() throws {
        skipSpace()
        guard position == bytes.count else { throw failure("nothing after the value") }
    }

    /// Reads one value of any kind.
    mutating func value(depth: Int = 0) throws -> JSON {
        skipSpace()
        switch peek {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): return try number()
        default: throw failure("a JSON value")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws -> JSON {
        let length = text.utf8CodeUnitCount
        guard position + length <= bytes.count else { throw failure("'\(text)'") }
        for place in 0..<length where bytes[position + place] != text.utf8Start[place] {
            throw failure("'\(text)'")
        }
        position += length
        return value
    }

    private mutating func array(depth: Int) throws -> JSON {
        try checkDepth(depth)
        position += 1
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw failure("',' or ']'") }
        }
    }

    private mutating func object(depth: Int) throws -> JSON {
        try checkDepth(depth)
        var object = JSONObject()
        try members { scanner, key, keyStart in
            let value = try scanner.value(depth: depth)
            guard object.append(key, value) else { throw scanner.duplicateKey(key, at: keyStart) }
        }
        return .object(object)
    }

    /// Reads an object from its `{` to its `}`; `body` must read the value of each key it is given.
    mutating func members(_ body: (inout JSONScanner, _ key: String, _ keyStart: Int) throws -> Void) throws {
        try expect(UInt8(ascii: "{"), "'{'")
        skipSpace()
        if take(UInt8(ascii: "}")) { return }
        while true {
            skipSpace()
            let keyStart = position
            guard peek == UInt8(ascii: "\"") else { throw failure("a key in double quotes") }
            let key = try string()
            try expect(UInt8(ascii: ":"), "':' after the key")
            try body(&self, key, keyStart)
            skipSpace()
            if take(UInt8(ascii: "}")) { return }
            guard take(UInt8(ascii: ",")) else { throw failure("',' or '}'") }
        }
    }

    /// The error for a key that occurs twice.
    func duplicateKey(_ key: String, at offset: Int) -> FormatError {
        failure("the key \(FormatError.quoted(key)) occurs twice in one object", at: offset)
    }

    private func checkDepth(_ depth: Int) throws {
        guard depth <= maxDepth else {
            throw failure("nested deeper than \(maxDepth) levels", at: position, kind: .tooLarge)
        }
    }

    /// Reads a number; the cursor stands at its first byte.
    mutating func number() throws -> JSON {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        let digits = takeDigits()
        guard digits > 0 else { throw failure("a digit") }
        let firstDigit = bytes[position - digits]
        guard digits == 1 || firstDigit != UInt8(ascii: "0") else {
            throw failure("a number may not begin with a zero", at: start)
        }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard takeDigits() > 0 else { throw failure("a digit after the decimal point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard takeDigits() > 0 else { throw failure("a digit of the exponent") }
        }
        if isInteger, let value = integer(digits: digits, isNegative: isNegative) { return .integer(value) }
        guard position - start <= JSONScanner.longestNumber else {
            throw failure("a number of more than \(JSONScanner.longestNumber) characters", at: start, kind: .tooLarge)
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw failure("the number \(FormatError.quoted(text)) is out of range", at: start)
        }
        return .number(value)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private mutating func takeDigits() -> Int {
        let start = position
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
        return position - start
    }

    /// The integer of the `digits` bytes before the cursor, or `nil` when it does not fit 64 bits.
    private func integer(digits: Int, isNegative: Bool) -> Int64? {
        guard digits <= 19 else { return nil }
        var value: Int64 = 0
        for place in (position - digits)..<position {
            let digit = Int64(bytes[place] &- UInt8(ascii: "0"))
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                isNegative ? tenfold.subtractingReportingOverflow(digit) : tenfold.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
