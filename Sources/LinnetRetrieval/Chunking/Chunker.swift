/// Cuts documents into chunks that fit the embedder.
///
/// Chunks are packed from sentences (`SentenceScanner`) up to the maximum of tokens, counting the headings that are
/// embedded with the text (``Chunk/searchableText``). When a chunk is full, it ends at the best place in its last third:
/// where a section begins, otherwise after a paragraph, otherwise after the last whole sentence. The next one repeats
/// the last whole sentences of it, up to the overlap. A sentence longer than a chunk is cut between words, a word
/// longer than a chunk between characters.
///
/// No chunk reaches across headings or pages, with one exception: a section of a few words whose only purpose is to
/// stand above the next one (a title) begins the chunk of that one. The text of a chunk is an exact slice of the
/// document's text without white space at its end and empty lines at its begin; everything else is covered.
/// Time is linear in the length of the text.
public struct Chunker {
    /// The most tokens of a chunk, without the special tokens of the model.
    public let maximumTokens: Int
    /// The most tokens that a chunk repeats of the one before.
    public let overlapTokens: Int
    private let countTokens: ([String]) -> [Int]

    /// A chunker for an embedder.
    /// - Parameters:
    ///   - maximumTokens: the most tokens of a chunk; at least 8 are used.
    ///   - overlapTokens: the most tokens that are repeated; at most half of the maximum.
    ///   - countTokens: the number of tokens of every text, without special tokens.
    public init(maximumTokens: Int, overlapTokens: Int = 32, countTokens: @escaping ([String]) -> [Int]) {
        self.maximumTokens = max(8, maximumTokens)
        self.overlapTokens = min(max(0, overlapTokens), self.maximumTokens / 2)
        self.countTokens = countTokens
    }

    /// The chunks of a document, in order; none for a text of white space.
    public func chunks(of document: Document) -> [Chunk] {
        var text = document.text
        return text.withUTF8 { bytes in
            let layout = SectionLayout(document, bytes: bytes)
            let starts = layout.starts
            var budgets = HeadingBudget(maximumTokens: maximumTokens, countTokens: countTokens)
            var chunks: [Chunk] = []
            for block in layout.blocks(tiny: maximumTokens / 2) {
                let (headings, budget) = budgets.fit(block.headings)
                let ranges = packed(block.range, starts[block.sections], budget: budget, bytes)
                let slices = fitting(ranges, headings, budget: budget, bytes)
                chunks.append(
                    contentsOf: slices.map { range, text in
                        Chunk(text: text, headings: headings, span: layout.span(of: range, in: block))
                    })
            }
            return chunks
        }
    }

    /// The ranges with their texts; those whose tokens turn out to be too many as a whole are packed again, smaller.
    ///
    /// Tokenizers that merge across white space can make more tokens of a text than of its sentences.
    private func fitting(
        _ ranges: [Range<Int>], _ headings: [String], budget: Int, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> [(Range<Int>, String)] {
        let slices = ranges.map { ($0, String(decoding: UnsafeBufferPointer(rebasing: bytes[$0]), as: UTF8.self)) }
        let tokens = countTokens(
            slices.map { Chunk(text: $0.1, headings: headings, span: SourceSpan(bytes: $0.0)).searchableText })
        guard tokens.contains(where: { $0 > maximumTokens }), budget > 1 else { return slices }
        return zip(slices, tokens).flatMap { slice, count in
            guard count > maximumTokens else { return [slice] }
            let smaller = max(1, min(budget - 1, budget * maximumTokens / count - 1))
            return fitting(packed(slice.0, [], budget: smaller, bytes), headings, budget: smaller, bytes)
        }
    }

    /// Packs a part of the text into ranges that cost at most `budget`.
    private func packed(
        _ range: Range<Int>, _ sectionStarts: ArraySlice<Int>, budget: Int, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> [Range<Int>] {
        let units = TextUnits(
            bytes, range, sectionStarts: sectionStarts, budget: budget, countTokens: countTokens)
        var packing = ChunkPacking(units, budget: budget, overlap: min(overlapTokens, budget / 2))
        var ranges: [Range<Int>] = []
        while let range = packing.next() { ranges.append(range) }
        return ranges
    }
}

/// What headings leave of a chunk's tokens.
private struct HeadingBudget {
    let maximumTokens: Int
    let countTokens: ([String]) -> [Int]
    private var asked: [String]?
    private var answer: (headings: [String], budget: Int)

    init(maximumTokens: Int, countTokens: @escaping ([String]) -> [Int]) {
        self.maximumTokens = maximumTokens
        self.countTokens = countTokens
        answer = ([], maximumTokens)
    }

    /// The innermost headings that take at most half of a chunk, and the tokens that are left for the text.
    mutating func fit(_ headings: [String]) -> (headings: [String], budget: Int) {
        if headings.isEmpty { return ([], maximumTokens) }
        if let asked, asked == headings { return answer }
        asked = headings
        answer = ([], maximumTokens)
        var kept = headings.suffix(8).filter { $0.utf8.count <= maximumTokens * TextUnits.bytesPerToken }
        while !kept.isEmpty {
            let prefix = Chunk(text: "", headings: kept, span: SourceSpan(bytes: 0..<0)).searchableText
            let cost = countTokens([prefix]).first ?? prefix.utf8.count
            if cost <= maximumTokens / 2 {
                answer = (kept, maximumTokens - max(0, cost))
                break
            }
            kept.removeFirst()
        }
        return answer
    }
}
