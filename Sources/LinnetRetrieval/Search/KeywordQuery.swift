/// The words of a query: what is left of a text once everything that could be syntax is gone.
///
/// Words are runs of letters, digits and marks, as FTS5's `unicode61` cuts them. English stop words are left out, unless
/// the query has nothing else. A word that occurs twice counts twice.
struct KeywordQuery {
    /// Most words that are searched for; a query that long is a text, and its first words say what it is about.
    static let mostWords = 256

    /// The words, in lower case and in order.
    let words: [String]

    init(_ text: String) {
        let all = text.unicodeScalars.split { !KeywordQuery.isWord($0) }.map { String($0).lowercased() }
        let telling = all.filter { !StopWords.english.contains($0) }
        words = Array((telling.isEmpty ? all : telling).prefix(KeywordQuery.mostWords))
    }

    /// The query in FTS5's syntax: any of the words. Each stands in quotes, and none contains one.
    var expression: String { words.map { "\"\($0)\"" }.joined(separator: " OR ") }

    /// Number of words of a text, stop words left out: the length of a chunk for BM25.
    static func length(of texts: [String]) -> Int {
        var count = 0
        for text in texts {
            var word = ShortWord()
            for scalar in text.unicodeScalars {
                if isWord(scalar) {
                    word.append(scalar)
                } else if !word.isEmpty {
                    if !word.isStopWord { count += 1 }
                    word = ShortWord()
                }
            }
            if !word.isEmpty, !word.isStopWord { count += 1 }
        }
        return count
    }

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

    /// The letters of a word in one number, so that a text is counted without making strings: stop words are short.
    private struct ShortWord {
        private var letters: UInt64 = 0
        private var count = 0
        private static let stopWords = Set(
            StopWords.english.map { word in
                var packed = ShortWord()
                word.unicodeScalars.forEach { packed.append($0) }
                return packed.letters
            })

        var isEmpty: Bool { count == 0 }
        var isStopWord: Bool { count <= 8 && ShortWord.stopWords.contains(letters) }

        mutating func append(_ scalar: Unicode.Scalar) {
            count += 1
            // A letter beyond ASCII is in no stop word.
            letters = letters << 8 | UInt64(scalar.isASCII ? UInt8(truncatingIfNeeded: scalar.value | 0x20) : 0xFF)
        }
    }
}
