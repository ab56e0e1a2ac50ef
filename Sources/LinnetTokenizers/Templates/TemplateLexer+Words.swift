extension TemplateLexer {
    private static let longSigns = ["//", "**", "==", "!=", ">=", "<="]
    private static let signs: Set<Unicode.Scalar> = [
        "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ]

    /// Reads a number, a name, a string or a sign inside a tag.
    mutating func readWord() throws -> TemplateToken.Kind {
        let first = source[position]
        if isDigit(first) { return try readNumber() }
        if isNamePart(first) { return readName() }
        if first == "'" || first == "\"" { return .string(try readString(quote: first)) }
        for sign in Self.longSigns where stands(sign, at: position) {
            position += 2
            return .sign(sign)
        }
        guard Self.signs.contains(first) else {
            let shown = first.isASCII && first.value > 0x20 ? "'\(first)'" : "U+\(String(first.value, radix: 16))"
            throw failure("unexpected character \(shown) in a tag", at: position)
        }
        position += 1
        return .sign(String(first))
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar == "_" || isDigit(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        }
        return scalar.properties.isXIDContinue
    }

    private mutating func readName() -> TemplateToken.Kind {
        let start = position
        while let next = peek, isNamePart(next) { position += 1 }
        return .name(string(start..<position))
    }

    // MARK: Numbers

    /// Where digits of `base`, with single underscores between them, end; `nil` when there is none at `offset`.
    private func endOfDigits(_ offset: Int, base: Int = 10) -> Int? {
        var end = offset
        var isAfterDigit = false
        while let next = scalar(end) {
            if next.isASCII, let value = Character(next).hexDigitValue, value < base {
                isAfterDigit = true
                end += 1
            } else if next == "_", isAfterDigit, let after = scalar(end + 1), after.isASCII,
                let value = Character(after).hexDigitValue, value < base
            {
                isAfterDigit = false
                end += 1
            } else {
                break
            }
        }
        return end > offset ? end : nil
    }

    private mutating func readNumber() throws -> TemplateToken.Kind {
        let start = position
        let isAfterDot = start > 0 && source[start - 1] == "."
        if !isAfterDot, let end = endOfFloat() {
            position = end
            guard let value = Double(string(start..<end).replacing("_", with: "")) else {
                throw failure("a number that cannot be read", at: start)
            }
            return .float(value)
        }
        let bases: [(Unicode.Scalar, Int)] = [("b", 2), ("o", 8), ("x", 16), ("B", 2), ("O", 8), ("X", 16)]
        if source[start] == "0", let base = bases.first(where: { $0.0 == scalar(start + 1) })?.1,
            let end = endOfDigits(scalar(start + 2) == "_" ? start + 3 : start + 2, base: base)
        {
            position = end
            return .integer(try integer(start + 2..<end, base: base, at: start))
        }
        // A number that begins with 0 is 0; other digits after it are a number of their own, which is an error.
        position = (source[start] == "0" ? endOfDigits(start, base: 1) : endOfDigits(start)) ?? start + 1
        return .integer(try integer(start..<position, base: 10, at: start))
    }

    private func integer(_ range: Range<Int>, base: Int, at start: Int) throws -> Int {
        guard let value = Int(string(range).replacing("_", with: ""), radix: base) else {
            throw failure("expected an integer of 64 bits, found a larger one", at: start)
        }
        return value
    }

    private func endOfFloat() -> Int? {
        guard var end = endOfDigits(position) else { return nil }
        var isFloat = false
        if scalar(end) == ".", let fraction = endOfDigits(end + 1) {
            end = fraction
            isFloat = true
        }
        if scalar(end) == "e" || scalar(end) == "E" {
            let sign = scalar(end + 1)
            if let exponent = endOfDigits(sign == "+" || sign == "-" ? end + 2 : end + 1) {
                end = exponent
                isFloat = true
            }
        }
        return isFloat ? end : nil
    }

    // MARK: Strings

    private mutating func readString(quote: Unicode.Scalar) throws -> String {
        let start = position
        var result = String.UnicodeScalarView()
        position += 1
        while let next = peek {
            position += 1
            if next == quote { return String(result) }
            if next == "\\" {
                guard let kind = peek else { break }
                position += 1
                try unescape(kind, into: &result)
            } else {
                result.append(next)
            }
        }
        throw failure("a string without its closing quote", at: start)
    }

    private static let simpleEscapes: [Unicode.Scalar: Unicode.Scalar] = [
        "\\": "\\", "'": "'", "\"": "\"", "n": "\n", "r": "\r", "t": "\t", "a": "\u{7}", "b": "\u{8}", "f": "\u{C}",
        "v": "\u{B}",
    ]

    /// Resolves an escape as Python does; `kind` is what follows the backslash and has been read.
    private mutating func unescape(_ kind: Unicode.Scalar, into result: inout String.UnicodeScalarView) throws {
        if let simple = Self.simpleEscapes[kind] { return result.append(simple) }
        switch kind {
        case "\n": return
        case "x": try appendCode(digits: 2, into: &result)
        case "u": try appendCode(digits: 4, into: &result)
        case "U": try appendCode(digits: 8, into: &result)
        case "N": throw failure("names of characters in strings are not implemented", at: position - 2)
        case "0"..."7":
            var value = kind.value - 0x30
            var count = 1
            while count < 3, let digit = peek, ("0"..."7").contains(digit) {
                value = value * 8 + digit.value - 0x30
                position += 1
                count += 1
            }
            if let scalar = Unicode.Scalar(value) { result.append(scalar) }
        default:
            result.append("\\")
            result.append(kind)
        }
    }

    private mutating func appendCode(digits: Int, into result: inout String.UnicodeScalarView) throws {
        let start = position - 2
        let end = position + digits
        guard end <= source.count, let code = UInt32(string(position..<end), radix: 16),
            source[position] != "+", source[position] != "-"
        else { throw failure("expected \(digits) hexadecimal digits in an escape", at: start) }
        guard let scalar = Unicode.Scalar(code) else {
            throw failure("an escape that stands for no character", at: start)
        }
        result.append(scalar)
        position = end
    }
}
