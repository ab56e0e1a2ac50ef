/// An answer without a generator: the sentences of the hits that are nearest to the question, quoted and cited.
public struct ExtractiveAnswer: Sendable, Equatable {
    /// A line per sentence: the sentence in quotation marks, and its number.
    public var text: String
    /// A citation per sentence, in the order of the text.
    public var citations: [Citation]

    /// The most sentences that are compared with the question.
    private static let mostCandidates = 96
    /// A further sentence is quoted when it is at least this share as near to the question as the nearest one.
    private static let shareOfBest = 0.8
    /// Two sentences that are nearer to each other than this say the same.
    private static let sameMeaning = 0.92

    private struct Candidate {
        var hit: Int
        var bytes: Range<Int>
    }

    /// Chooses the sentences.
    ///
    /// - Parameters:
    ///   - hits: Best first.
    ///   - sentences: The most sentences to quote.
    ///   - embed: Vectors of texts, as the store's embedder computes them.
    /// - Returns: `nil` when the hits hold no sentence.
    /// - Throws: What `embed` throws.
    public init?(
        question: String, hits: [Hit], sentences: Int = 3, embed: ([String]) throws -> [[Float]]
    ) throws {
        var candidates: [Candidate] = []
        for (index, hit) in hits.enumerated() where candidates.count < Self.mostCandidates {
            candidates += QuotableSentences(hit, question: question).ranges.map { Candidate(hit: index, bytes: $0) }
        }
        candidates = Array(candidates.prefix(Self.mostCandidates))
        guard !candidates.isEmpty else { return nil }
        let vectors = try embed([question] + candidates.map { hits[$0.hit].text.bytes($0.bytes) })
        guard vectors.count == candidates.count + 1 else { return nil }
        let chosen = Self.choose(vectors, most: sentences).map { candidates[$0] }
            .sorted { ($0.hit, $0.bytes.lowerBound) < ($1.hit, $1.bytes.lowerBound) }
        var numbers: [Int: Int] = [:]
        citations = chosen.map { candidate in
            let number = numbers[candidate.hit] ?? numbers.count + 1
            numbers[candidate.hit] = number
            return Citation(number: number, hit: hits[candidate.hit], quoting: candidate.bytes)
        }
        text = citations.map { "“\(QuotableSentences.oneLine($0.quote))” [\($0.number)]" }.joined(separator: "\n")
    }

    /// Indices of the sentences to quote, nearest first.
    ///
    /// - Parameter vectors: The question's, then one per sentence.
    private static func choose(_ vectors: [[Float]], most: Int) -> [Int] {
        let scores = vectors.dropFirst().map { cosine(vectors[0], $0) }
        let ranked = scores.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
        guard let best = ranked.first else { return [] }
        var chosen: [Int] = []
        for index in ranked where scores[index] >= shareOfBest * scores[best] || index == best {
            guard chosen.count < max(most, 1) else { break }
            let isSaid = chosen.contains { cosine(vectors[$0 + 1], vectors[index + 1]) > sameMeaning }
            if !isSaid { chosen.append(index) }
        }
        return chosen
    }
}
