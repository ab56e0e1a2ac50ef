/// The sentences of a hit that can answer something when they are quoted by themselves.
///
/// A heading names what a text is about and answers nothing, so it is left out, as are rules and rows of dashes. The
/// marks of lists, quotes and tables at the ends of a line are not part of what it says. Sentences of fewer than
/// ``shortestWords`` words stand back where there are longer ones.
struct QuotableSentences {
    /// UTF-8 bytes of the hit's text, in order; none is empty.
    let ranges: [Range<Int>]

    private static let shortestWords = 4
    private static let marks = Set("|>#*+-=~ \t".utf8)

    /// The sentences of a hit. One that repeats the question word for word does not answer it.
    init(_ hit: Hit, question: String) {
        let headings = Set(hit.chunk.chunk.headings.map(Self.folded))
        let asked = Self.wordCount(question) < Self.shortestWords ? nil : Self.folded(question)
        let sentences = SentenceRanges.ranges(of: hit.text).compactMap { range -> (range: Range<Int>, words: Int)? in
            let range = Self.withoutMarks(range, hit.text)
            let sentence = hit.text.bytes(range)
            let words = Self.wordCount(sentence)
            guard words > 0, !headings.contains(Self.folded(HeadingText.plain(sentence))) else { return nil }
            if let asked, Self.folded(sentence).contains(asked) { return nil }
            return (range, words)
        }
        let long = sentences.filter { $0.words >= Self.shortestWords }
        ranges = (long.isEmpty ? sentences : long).map(\.range)
    }

    /// A sentence in one line.
    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func folded(_ text: String) -> String { oneLine(text).lowercased() }

    /// Words with a letter or a digit.
    private static func wordCount(_ text: String) -> Int {
        text.split(whereSeparator: \.isWhitespace).count { word in word.contains { $0.isLetter || $0.isNumber } }
    }

    /// A range without the marks at the begin of its text, and without blanks and bars at its end.
    private static func withoutMarks(_ range: Range<Int>, _ text: String) -> Range<Int> {
        let bytes = text.utf8.dropFirst(range.lowerBound).prefix(range.count)
        // A dash or a star that touches a word is the begin of a flag, of a number or of an emphasis.
        let start = bytes.lastBlank(ofPrefixWithin: marks)
        let end = bytes.reversed().prefix { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: " ") }.count
        return min(range.lowerBound + start, range.upperBound - end)..<(range.upperBound - end)
    }
}

extension Substring.UTF8View {
    /// The length of the longest prefix of some bytes that ends with a blank.
    fileprivate func lastBlank(ofPrefixWithin bytes: Set<UInt8>) -> Int {
        let run = prefix { bytes.contains($0) }
        let word = run.reversed().prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }.count
        return run.count - word
    }
}
