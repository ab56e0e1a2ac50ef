/// Text as Python's `str` treats it, code point by code point: the reference implementations of the metrics are written
/// in it, and Swift's characters and equality (canonical equivalence) would give other numbers.
enum PythonText {
    /// A text as code points: what words are compared and hashed as.
    typealias Scalars = [Unicode.Scalar]

    /// `str.isspace` of one code point, also `\s`.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// `\w` of one code point: letters, whatever has a numeric value, and the underscore.
    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            switch scalar.value {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: return true
            default: return false
            }
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return scalar.properties.numericType != nil
        }
    }

    /// `str.lower()`: full mappings, and the final form of the Greek sigma at the end of a word.
    static func lowercased(_ text: String) -> Scalars {
        let scalars = Scalars(text.unicodeScalars)
        var result: Scalars = []
        result.reserveCapacity(scalars.count)
        for (index, scalar) in scalars.enumerated() {
            if scalar.value == 0x3A3 {
                result.append(isFinalSigma(at: index, in: scalars) ? "\u{3C2}" : "\u{3C3}")
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }

    /// Whether a cased letter stands before, and none after, with only case-ignorable code points between.
    private static func isFinalSigma(at index: Int, in scalars: Scalars) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }

    /// `str.split()`: the parts between white space.
    static func split(_ scalars: Scalars) -> [Scalars] {
        scalars.split(whereSeparator: isSpace).map(Scalars.init)
    }

    /// `str.strip()`: the text without white space at its ends.
    static func stripped(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}
