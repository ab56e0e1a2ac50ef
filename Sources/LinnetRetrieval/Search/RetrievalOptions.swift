/// How chunks are found.
public enum RetrievalMode: String, CaseIterable, Sendable {
    /// By the embedder's vectors.
    case dense
    /// By words: BM25.
    case bm25
    /// By both rankings, fused by their reciprocal ranks.
    case hybrid
}

/// What a retrieval asks for.
public struct RetrievalOptions: Sendable, Equatable {
    /// Most hits for a query.
    public var topK = 5
    /// How chunks are found.
    public var mode = RetrievalMode.hybrid
    /// Which chunks may be found; nil for all.
    public var filter: MetadataFilter?
    /// Length of each ranking that is fused, reranked or diversified; nil for max(50, 4 · topK).
    public var candidates: Int?
    /// c of reciprocal rank fusion, Σ 1 / (c + rank) (Cormack, Clarke and Büttcher 2009).
    public var reciprocalRankConstant = 60.0
    /// λ of maximal marginal relevance (Carbonell and Goldstein 1998), from 0 (diverse) to 1 (relevant); nil for the
    /// plain ranking.
    public var diversity: Double?
    /// Whether the candidates are ranked again by the retriever's reranker.
    public var rerank = false
    /// Most hits from one source (or from one document without a source), so that none crowds out the rest; nil for no
    /// limit.
    public var maximumPerSource: Int?

    /// Five hits, hybrid, without a filter.
    public init() {}

    /// Length of each ranking.
    var candidateCount: Int {
        let (four, overflow) = topK.multipliedReportingOverflow(by: 4)
        return max(candidates ?? max(50, overflow ? topK : four), topK)
    }

    func check() throws {
        func refuse(_ what: String) -> RetrievalError { RetrievalError(.invalid, what) }
        guard topK >= 1 else { throw refuse("top-k is \(topK); expected 1 or more") }
        if let candidates, candidates < 1 { throw refuse("candidates is \(candidates); expected 1 or more") }
        if let maximumPerSource, maximumPerSource < 1 {
            throw refuse("the most hits per source are \(maximumPerSource); expected 1 or more")
        }
        guard reciprocalRankConstant >= 0, reciprocalRankConstant.isFinite else {
            throw refuse("the constant of reciprocal rank fusion is \(reciprocalRankConstant); expected 0 or more")
        }
        if let diversity, !(0...1).contains(diversity) {
            throw refuse("diversity is \(diversity); expected 0 (diverse) to 1 (relevant)")
        }
    }
}
