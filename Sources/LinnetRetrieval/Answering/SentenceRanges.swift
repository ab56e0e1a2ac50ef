/// Where the sentences of a text stand, as chunks are cut at them (`SentenceScanner`).
enum SentenceRanges {
    /// A longer sentence is no use as a quotation; it is cut at a space.
    private static let longestBytes = 1200

    /// UTF-8 byte ranges without white space at their ends, in order; none is empty.
    static func ranges(of text: String) -> [Range<Int>] {
        var text = text
        return text.withUTF8 { bytes in
            var scanner = SentenceScanner(bytes, 0..<bytes.count, sectionStarts: [], longest: longestBytes)
            var ranges: [Range<Int>] = []
            while let piece = scanner.next() {
                if !piece.range.isEmpty { ranges.append(piece.range) }
            }
            return ranges
        }
    }
}
