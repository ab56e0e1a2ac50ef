/// The words of a query: what is left of a text once everything that could be syntax is gone.
///
/// Words are runs of letters, digits and marks, as FTS5's `unicode61` cuts them. English stop words are left out, unless
/// the query has nothing else.
struct KeywordQuery {
    /// Most words that are searched for; a query that long is a text, and its first words say what it is about.
    static let mostWords = 256

    /// The words, in lower case, each once, in order.
    let words: [String]

    init(_ text: String) {
        var all: [String] = []
        var seen: Set<String> = []
        for run in text.unicodeScalars.split(whereSeparator: { !KeywordQuery.isWord($0) }) {
            let word = String(run).lowercased()
            if seen.insert(word).inserted { all.append(word) }
        }
        let telling = all.filter { !StopWords.english.contains($0) }
        words = Array((telling.isEmpty ? all : telling).prefix(KeywordQuery.mostWords))
    }

    /// The query in FTS5's syntax: any of the words. Each stands in quotes, and none contains one.
    var expression: String { words.map { "\"\($0)\"" }.joined(separator: " OR ") }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return (0x30...0x39).contains(scalar.value) || (0x61...0x7A).contains(scalar.value | 0x20)
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .privateUse:
            return true
        default: return false
        }
    }
}
