/// Rewrites a regular expression of Oniguruma, whose syntax and Unicode tables Hugging Face's tokenizers use, for PCRE2.
///
/// The two differ in white space and word characters, in `\h`, `(?m)`, `{,n}` and `\u`, and in the version of Unicode: what
/// Unicode 15 and 16 added to a general category is added to `\p{…}`. What would silently mean something else (sets
/// within sets, possessive intervals) is refused.
struct ExpressionSyntax {
    /// Why a pattern is refused.
    struct Failure: Error {
        let message: String
    }

    /// Longer patterns are refused.
    static let longestPattern = 16384

    private let input: [Unicode.Scalar]
    private var index = 0
    private var output = ""

    /// `pattern` as PCRE2 writes it.
    ///
    /// - Throws: `Failure`.
    static func translated(_ pattern: String) throws -> String {
        guard pattern.utf8.count <= longestPattern else {
            throw Failure(message: "expected at most \(longestPattern) bytes, found \(pattern.utf8.count)")
        }
        var syntax = ExpressionSyntax(pattern)
        try syntax.translate()
        return syntax.output
    }

    private init(_ pattern: String) {
        input = Array(pattern.unicodeScalars)
    }

    private var next: Unicode.Scalar? { index < input.count ? input[index] : nil }

    private func scalar(after distance: Int) -> Unicode.Scalar? {
        index + distance < input.count ? input[index + distance] : nil
    }

    private mutating func translate() throws {
        while let scalar = next {
            index += 1
            switch scalar {
            case "\\": try translateEscape(inClass: false)
            case "[": try translateClass()
            case "(": translateGroupStart()
            case "{": try translateInterval()
            default: output.unicodeScalars.append(scalar)
            }
        }
    }

    // MARK: Groups and intervals

    /// `(?m` of Oniguruma makes the dot match line ends, which is `(?s` here; `^` and `$` always match at lines.
    private mutating func translateGroupStart() {
        output += "("
        guard next == "?" else { return }
        var place = index + 1
        var flags: [Unicode.Scalar] = []
        while place < input.count, "imx-".unicodeScalars.contains(input[place]) {
            flags.append(input[place])
            place += 1
        }
        guard place < input.count, input[place] == ":" || input[place] == ")", !flags.isEmpty else { return }
        output += "?"
        for flag in flags { output.unicodeScalars.append(flag == "m" ? "s" : flag) }
        index = place
    }

    private mutating func translateInterval() throws {
        var place = index
        while place < input.count, input[place] == "," || ("0"..."9").contains(input[place]) { place += 1 }
        output += "{"
        guard place < input.count, place > index, input[place] == "}" else { return }
        if next == "," { output += "0" }
        guard place + 1 >= input.count || input[place + 1] != "+" else {
            throw Failure(message: "'}+' is not implemented; write (?:…{n,m})+")
        }
    }

    // MARK: Classes

    private mutating func translateClass() throws {
        output += "["
        if next == "^" {
            output += "^"
            index += 1
        }
        var isFirst = true
        while let scalar = next {
            index += 1
            switch scalar {
            case "]" where !isFirst:
                output += "]"
                return
            case "\\":
                try translateEscape(inClass: true)
            case "[" where next == ":":
                output += "["
            case "[":
                throw Failure(message: "a set within a set is not implemented; write \\[ for the bracket")
            case "&" where next == "&":
                throw Failure(message: "'&&' within a set is not implemented")
            default:
                output.unicodeScalars.append(scalar)
            }
            isFirst = false
        }
    }

    private mutating func translateEscape(inClass: Bool) throws {
        guard let scalar = next else { throw Failure(message: "expected a character after the last \\") }
        index += 1
        switch scalar {
        case "s": append(set: Self.whitespace, inClass: inClass)
        case "h": append(set: Self.hexadecimal, inClass: inClass)
        case "w": append(set: Self.word, inClass: inClass)
        case "d": append(set: Self.category("Nd"), inClass: inClass)
        case "S": append(set: Self.notWhitespace, inClass: inClass)
        case "W" where !inClass: output += "[^\(Self.word)]"
        case "D" where !inClass: output += "[^\(Self.category("Nd"))]"
        case "H" where !inClass: output += "[^\(Self.hexadecimal)]"
        case "b" where !inClass: output += Self.boundary(isOne: true)
        case "B" where !inClass: output += Self.boundary(isOne: false)
        case "H", "W", "D": throw Failure(message: "'\\\(scalar)' within a set is not implemented")
        case "p", "P": try translateProperty(scalar, inClass: inClass)
        case "u": try translateCodePoint()
        default:
            output += "\\"
            output.unicodeScalars.append(scalar)
        }
    }

    private mutating func append(set: String, inClass: Bool) {
        output += inClass ? set : "[\(set)]"
    }

    private mutating func translateCodePoint() throws {
        let digits = input[index..<min(index + 4, input.count)]
        guard digits.count == 4, digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else {
            throw Failure(message: "expected four hexadecimal digits after \\u")
        }
        output += "\\x{\(String(String.UnicodeScalarView(digits)))}"
        index += 4
    }

    private mutating func translateProperty(_ letter: Unicode.Scalar, inClass: Bool) throws {
        guard next == "{", let end = input[index...].firstIndex(of: "}") else {
            throw Failure(message: "expected {…} after \\\(letter)")
        }
        var name = String(String.UnicodeScalarView(input[index + 1..<end]))
        index = end + 1
        var isNegative = letter == "P"
        if name.hasPrefix("^") {
            name.removeFirst()
            isNegative.toggle()
        }
        let simple = name.lowercased().filter { $0 != "_" && $0 != " " && $0 != "-" }
        name = Self.longNames[simple] ?? name
        if isNegative {
            output += inClass ? "\\P{\(name)}" : "[^\(Self.category(name))]"
        } else {
            append(set: Self.category(name), inClass: inClass)
        }
    }

    /// A place between a word character and something else, or any other place.
    private static func boundary(isOne: Bool) -> String {
        "(?:(?<=[\(word)])(?\(isOne ? "!" : "=")[\(word)])|(?<![\(word)])(?\(isOne ? "=" : "!")[\(word)]))"
    }

    // MARK: Sets as the inside of a PCRE2 class

    private static let whitespace =
        #"\t-\r \x85\xA0\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"#
    private static let hexadecimal = "0-9A-Fa-f"
    private static let notWhitespace =
        #"\x00-\x08\x0E-\x1F!-\x84\x86-\x9F\xA1-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}"#
        + #"\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{10FFFF}"#
    /// Letters, marks, digits, connectors, Roman numerals and letters in circles, superscripts and fractions of Latin-1.
    private static let word =
        ["L", "M", "Nd", "Nl", "Pc"].map(category).joined()
        + #"\xB2\xB3\xB9\xBC-\xBE\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189}"#

    private static let longNames = [
        "letter": "L", "uppercaseletter": "Lu", "lowercaseletter": "Ll", "titlecaseletter": "Lt",
        "modifierletter": "Lm",
        "otherletter": "Lo", "mark": "M", "nonspacingmark": "Mn", "spacingmark": "Mc", "enclosingmark": "Me",
        "number": "N", "decimalnumber": "Nd", "letternumber": "Nl", "othernumber": "No", "punctuation": "P",
        "connectorpunctuation": "Pc", "dashpunctuation": "Pd", "openpunctuation": "Ps", "closepunctuation": "Pe",
        "initialpunctuation": "Pi", "finalpunctuation": "Pf", "otherpunctuation": "Po", "symbol": "S",
        "mathsymbol": "Sm", "currencysymbol": "Sc", "modifiersymbol": "Sk", "othersymbol": "So", "separator": "Z",
        "spaceseparator": "Zs", "other": "C", "control": "Cc", "format": "Cf",
    ]

    /// A property with what newer versions of Unicode put into it.
    private static func category(_ name: String) -> String {
        var set = "\\p{\(name)}"
        for (category, table) in UnicodeRecentTables.additions
        where category == name || name.count == 1 && category.hasPrefix(name) {
            UnicodeTableReader.forEachWord(of: table) { word in
                set += "\\x{\(String(word.first, radix: 16))}-\\x{\(String(word.last, radix: 16))}"
            }
        }
        return set
    }
}
