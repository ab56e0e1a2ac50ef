/// What Python's `str` does, on Swift's strings: characters are Unicode scalars, and texts are equal when their bytes are.
enum PythonText {
    /// Whether both texts have the same bytes; `==` would accept canonically equivalent ones.
    static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
    }

    /// Whether `left` comes before `right` by code points.
    static func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// Python's `str.isspace` for one character.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
            return true
        default: return false
        }
    }

    /// A text of some characters.
    static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    // MARK: Parts

    /// `text` without the characters at its ends that `belongs` accepts.
    static func stripped(
        _ text: String, left: Bool = true, right: Bool = true, where belongs: (Unicode.Scalar) -> Bool = isSpace
    ) -> String {
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var end = scalars.endIndex
        if left { while start < end, belongs(scalars[start]) { start = scalars.index(after: start) } }
        while right, end > start {
            let before = scalars.index(before: end)
            guard belongs(scalars[before]) else { break }
            end = before
        }
        return String(scalars[start..<end])
    }

    /// Where `part`, which is not empty, first stands in `text` from byte `start` on.
    static func firstPlace(of part: [UInt8], in text: [UInt8], from start: Int = 0) -> Int? {
        guard let first = part.first, part.count <= text.count else { return nil }
        var place = start
        while place + part.count <= text.count {
            if text[place] == first, text[place..<place + part.count].elementsEqual(part) { return place }
            place += 1
        }
        return nil
    }

    /// Where `part`, which is not empty, last stands in `text` before byte `end`.
    static func lastPlace(of part: [UInt8], in text: [UInt8], before end: Int) -> Int? {
        guard let first = part.first else { return nil }
        var place = min(end, text.count) - part.count
        while place >= 0 {
            if text[place] == first, text[place..<place + part.count].elementsEqual(part) { return place }
            place -= 1
        }
        return nil
    }

    static func contains(_ text: String, _ part: String) -> Bool {
        part.isEmpty || firstPlace(of: Array(part.utf8), in: Array(text.utf8)) != nil
    }

    /// The pieces between occurrences of `separator`, which is not empty; at most `limit` cuts, counted from the right
    /// when `fromRight`.
    static func split(_ text: String, by separator: String, limit: Int, fromRight: Bool) -> [String] {
        let bytes = Array(text.utf8)
        let part = Array(separator.utf8)
        var cuts: [Int] = []
        if fromRight {
            var end = bytes.count
            while cuts.count < limit, let place = lastPlace(of: part, in: bytes, before: end) {
                cuts.insert(place, at: 0)
                end = place
            }
        } else {
            var start = 0
            while cuts.count < limit, let place = firstPlace(of: part, in: bytes, from: start) {
                cuts.append(place)
                start = place + part.count
            }
        }
        var pieces: [String] = []
        var start = 0
        for cut in cuts {
            pieces.append(String(decoding: bytes[start..<cut], as: UTF8.self))
            start = cut + part.count
        }
        pieces.append(String(decoding: bytes[start...], as: UTF8.self))
        return pieces
    }

    /// The words between spaces, as Python's `split()` without a separator.
    static func words(_ text: String, limit: Int, fromRight: Bool) -> [String] {
        var words: [String] = []
        var rest = text.unicodeScalars[...]
        if fromRight {
            while true {
                while let last = rest.last, isSpace(last) { rest.removeLast() }
                guard !rest.isEmpty else { break }
                guard words.count < limit else {
                    words.append(String(rest))
                    break
                }
                let start = rest.lastIndex(where: isSpace).map { rest.index(after: $0) } ?? rest.startIndex
                words.append(String(rest[start...]))
                rest = rest[..<start]
            }
            return words.reversed()
        }
        while true {
            rest = rest.drop(while: isSpace)
            guard !rest.isEmpty else { return words }
            guard words.count < limit else {
                words.append(String(rest))
                return words
            }
            let end = rest.firstIndex(where: isSpace) ?? rest.endIndex
            words.append(String(rest[..<end]))
            rest = rest[end...]
        }
    }

    /// The lines of a text, without their ends.
    static func lines(_ text: String, keepingEnds: Bool = false) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var isOpen = false
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch scalar.value {
            case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
                if keepingEnds { line.append(scalar) }
                if scalar == "\r", scalars.first == "\n", let end = scalars.popFirst(), keepingEnds { line.append(end) }
                lines.append(String(line))
                line = String.UnicodeScalarView()
                isOpen = false
            default:
                line.append(scalar)
                isOpen = true
            }
        }
        if isOpen { lines.append(String(line)) }
        return lines
    }

    /// `text` with at most `limit` occurrences of `part` replaced; an empty part stands between all characters.
    static func replaced(_ text: String, _ part: String, by other: String, limit: Int) -> String {
        guard limit > 0 else { return text }
        if part.isEmpty {
            var result = ""
            var count = 0
            for scalar in text.unicodeScalars {
                if count < limit { result += other }
                count += 1
                result.unicodeScalars.append(scalar)
            }
            return count < limit ? result + other : result
        }
        return split(text, by: part, limit: limit, fromRight: false).joined(separator: other)
    }

    // MARK: Letters

    /// Python's `str.isalpha` for one character.
    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }

    static func uppercased(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += $1.properties.uppercaseMapping }
    }

    static func lowercased(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += $1.properties.lowercaseMapping }
    }

    /// Python's `str.title`: a capital where a word of letters begins.
    static func titled(_ text: String) -> String {
        var isInWord = false
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            result += isInWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
            isInWord = scalar.properties.isCased
        }
    }

    /// Python's `str.capitalize`.
    static func capitalized(_ text: String) -> String {
        guard let first = text.unicodeScalars.first else { return text }
        return first.properties.titlecaseMapping + lowercased(String(text.unicodeScalars.dropFirst()))
    }

    /// Whether all letters with a case are upper-case (or lower-case), and there is one.
    static func hasCase(_ text: String, upper: Bool) -> Bool {
        var found = false
        for scalar in text.unicodeScalars where scalar.properties.isCased {
            guard upper ? scalar.properties.isUppercase : scalar.properties.isLowercase else { return false }
            found = true
        }
        return found
    }

    // MARK: Literals

    /// Python's `repr` of a text: in quotes, with what cannot be printed escaped.
    static func literal(_ text: String) -> String {
        let quote: Unicode.Scalar =
            text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
        var result = String.UnicodeScalarView([quote])
        func append(_ escape: String) { result.append(contentsOf: escape.unicodeScalars) }
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote, "\\":
                result.append("\\")
                result.append(scalar)
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            default:
                guard !isPrintable(scalar) else {
                    result.append(scalar)
                    continue
                }
                let digits = String(scalar.value, radix: 16)
                let (mark, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
                append("\\" + mark + String(repeating: "0", count: width - digits.count) + digits)
            }
        }
        result.append(quote)
        return String(result)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        case .spaceSeparator: return scalar == " "
        default: return true
        }
    }
}
