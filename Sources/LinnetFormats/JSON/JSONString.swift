extension JSONScanner {
    /// Reads a string; the cursor stands at its opening quote.
    mutating func string() throws -> String {
        let opening = position
        guard take(UInt8(ascii: "\"")) else { throw failure("a string in double quotes") }
        let start = position
        let end = try plainEnd(from: start, opening: opening)
        guard bytes[end] == UInt8(ascii: "\\") else {
            position = end + 1
            return try text(bytes[start..<end], opening: opening)
        }
        var unescaped = [UInt8](bytes[start..<end])
        position = end
        while true {
            if take(UInt8(ascii: "\"")) { break }
            if take(UInt8(ascii: "\\")) {
                try escape(into: &unescaped)
            } else {
                let end = try plainEnd(from: position, opening: opening)
                unescaped.append(contentsOf: bytes[position..<end])
                position = end
            }
        }
        return try unescaped.withUnsafeBytes { try text($0[...], opening: opening) }
    }

    /// Offset of the first quote or backslash from `start` on; control characters and the end are errors.
    private func plainEnd(from start: Int, opening: Int) throws -> Int {
        var place = start
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return place }
            guard byte >= 0x20 else { throw failure("a control character in a string must be escaped", at: place) }
            place += 1
        }
        throw failure("a string without its closing quote", at: opening)
    }

    private func text(_ slice: Slice<UnsafeRawBufferPointer>, opening: Int) throws -> String {
        guard let text = String(validating: UnsafeRawBufferPointer(rebasing: slice), as: UTF8.self) else {
            throw failure("a string that is not valid UTF-8", at: opening)
        }
        return text
    }

    /// Reads what follows a backslash.
    private mutating func escape(into unescaped: inout [UInt8]) throws {
        let start = position - 1
        guard let kind = peek else { throw failure("an escape") }
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(kind)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800...0xDBFF).contains(code), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
                let low = try hexadecimal()
                guard (0xDC00...0xDFFF).contains(low) else { throw failure("a lone surrogate escape", at: start) }
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            }
            guard let scalar = UnicodeScalar(code) else { throw failure("a lone surrogate escape", at: start) }
            unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw failure("an unknown escape in a string", at: start)
        }
    }

    /// Reads four hexadecimal digits.
    private mutating func hexadecimal() throws -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek else { throw failure("four hexadecimal digits") }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): code = code << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): code = code << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): code = code << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw failure("four hexadecimal digits")
            }
            position += 1
        }
        return code
    }
}
