/// Finds the chunks that answer a query: candidates from the store, fused, reranked and diversified as asked.
///
/// ```swift
/// let retriever = Retriever(store: store, embed: { try embedder.embed($0) })
/// var options = RetrievalOptions()
/// options.filter = try MetadataFilter(parsing: "year >= 2020")
/// let hits = try retriever.retrieve(["how do I resume training?"], options: options)
/// ```
public struct Retriever {
    /// Where chunks are kept.
    public let store: any VectorStore
    private let embed: ([String]) throws -> [[Float]]
    private let rerank: ((_ query: String, _ texts: [String]) throws -> [Double])?

    /// A retriever.
    /// - Parameters:
    ///   - embed: a vector for each text, by the model that the store is bound to. Not called in ``RetrievalMode/bm25``
    ///     unless diversity is asked for.
    ///   - rerank: for a query and texts a score each, larger for texts that answer it, such as the probability that a
    ///     cross-encoder gives.
    public init(
        store: any VectorStore, embed: @escaping ([String]) throws -> [[Float]],
        rerank: ((_ query: String, _ texts: [String]) throws -> [Double])? = nil
    ) {
        self.store = store
        self.embed = embed
        self.rerank = rerank
    }

    /// For every query its hits, best first. Queries are embedded and searched together.
    ///
    /// ``Hit/score`` is the cosine similarity (dense), BM25 (bm25), the fused reciprocal ranks (hybrid) or the
    /// reranker's score. ``Hit/similarity`` is known for every hit unless the mode is bm25 without diversity. With
    /// diversity hits stand in the order in which they were chosen.
    /// - Throws: ``RetrievalError``, and what the closures throw.
    public func retrieve(_ queries: [String], options: RetrievalOptions) throws -> [[Hit]] {
        try options.check()
        guard !options.rerank || rerank != nil else {
            throw RetrievalError(.invalid, "reranking was asked for and there is no reranker; name its model")
        }
        guard !queries.isEmpty else { return [] }
        let vectors = try vectors(of: queries, options)
        let candidates = try store.reading {
            try zip(queries.indices, rankings(queries, vectors, options)).map { place, ranking in
                try self.candidates(ranking, query: vectors.isEmpty ? nil : vectors[place], options)
            }
        }
        let selection = HitSelection(
            topK: options.topK, diversity: options.diversity, maximumPerSource: options.maximumPerSource)
        return try zip(queries, candidates).map { query, candidates in
            selection.hits(options.rerank ? try reranked(candidates, query) : candidates)
        }
    }

    /// The vectors of the queries; none where nothing needs them.
    private func vectors(of queries: [String], _ options: RetrievalOptions) throws -> [[Float]] {
        guard options.mode != .bm25 || options.diversity != nil else { return [] }
        let vectors = try embed(queries)
        guard vectors.count == queries.count else {
            throw RetrievalError(.invalid, "the embedder made \(vectors.count) vectors for \(queries.count) queries")
        }
        return vectors
    }

    /// For every query the chunks to choose from, best first.
    private func rankings(
        _ queries: [String], _ vectors: [[Float]], _ options: RetrievalOptions
    ) throws -> [[ScoredChunk]] {
        let count = options.candidateCount
        switch options.mode {
        case .dense: return try store.nearest(to: vectors, count: count, where: options.filter)
        case .bm25: return try store.matching(queries, count: count, where: options.filter)
        case .hybrid:
            let dense = try store.nearest(to: vectors, count: count, where: options.filter)
            let words = try store.matching(queries, count: count, where: options.filter)
            let fusion = ReciprocalRankFusion(constant: options.reciprocalRankConstant)
            return zip(dense, words).map { fusion.fused([$0, $1]) }
        }
    }

    /// The chunks of a ranking with what choosing among them needs. The plain ranking needs no more than its first hits.
    private func candidates(
        _ ranking: [ScoredChunk], query: [Float]?, _ options: RetrievalOptions
    ) throws -> [HitSelection.Candidate] {
        let isPlain = !options.rerank && options.diversity == nil && options.maximumPerSource == nil
        let ranking = ranking.prefix(isPlain ? options.topK : options.candidateCount)
        let chunks = try store.chunks(ranking.map(\.id))
        let vectors = query == nil ? [] : try store.vectors(ranking.map(\.id))
        return zip(ranking, chunks).enumerated().map { place, pair in
            let similarity = query.map { cosine($0, vectors[place]) }
            let score = options.mode == .dense ? similarity ?? pair.0.score : pair.0.score
            return HitSelection.Candidate(
                hit: Hit(rank: place + 1, score: score, similarity: similarity, chunk: pair.1),
                relevance: similarity ?? score, vector: options.diversity == nil ? [] : vectors[place])
        }
    }

    private func reranked(
        _ candidates: [HitSelection.Candidate], _ query: String
    ) throws -> [HitSelection.Candidate] {
        guard let rerank, !candidates.isEmpty else { return candidates }
        let scores = try rerank(query, candidates.map(\.hit.chunk.chunk.searchableText))
        guard scores.count == candidates.count, scores.allSatisfy({ !$0.isNaN }) else {
            throw RetrievalError(
                .invalid,
                "the reranker gave \(scores.count) scores for \(candidates.count) texts; expected a number each")
        }
        let scored = zip(candidates, scores).map { candidate, score in
            var candidate = candidate
            candidate.hit.score = score
            candidate.relevance = score
            return candidate
        }
        return scored.enumerated().sorted { ($0.element.relevance, $1.offset) > ($1.element.relevance, $0.offset) }
            .map(\.element)
    }
}
