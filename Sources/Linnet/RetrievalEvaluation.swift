import Foundation
import LinnetEvaluation
import LinnetFormats
import LinnetRetrieval
import LinnetTensors

/// How well documents are found: a collection in BEIR's layout, put into a store in memory and searched as
/// `linnet search` searches.
///
/// Every document is one chunk, title and text with a space between, cut by the embedder where sentence-transformers cuts
/// it; so dense numbers are those of the model, not of a way to cut documents.
public struct RetrievalEvaluation: Sendable {
    /// What one mode of retrieval gives.
    public struct Result: Sendable {
        /// How was searched.
        public let mode: RetrievalMode
        /// What was found.
        public let run: RankedRun
        /// How good that is, per query and on average.
        public let metrics: RankingMetrics
        /// Time of all searches, with the embedding of the queries.
        public let seconds: Double
    }

    /// What was measured, on what.
    public struct Report: Sendable {
        /// A result for each mode, in the order asked for.
        public let results: [Result]
        /// How many documents were searched.
        public let documents: Int
        /// Judgments about documents that the collection does not hold.
        public let missingDocuments: Int
        /// Time to embed and store the documents.
        public let indexingSeconds: Double
    }

    /// Documents: JSON lines with `_id`, `text` and maybe `title`.
    public var corpus: String
    /// Queries: JSON lines with `_id` and `text`.
    public var queries: String
    /// Judgments: a header line, then query, document and score, separated by tabs.
    public var qrels: String
    /// The encoder: a directory or a pulled model's name; not needed for BM25.
    public var model: String
    /// A classifier of (query, text) pairs that puts what is found into its order; nil for none.
    public var reranker: String?
    /// Numbers of the encoder's activations and products; fp32 is what published numbers are computed in.
    public var precision = Precision.float32
    /// How is searched.
    public var modes: [RetrievalMode] = [.hybrid]
    /// Settings of the search; `topK` is how many documents are measured, `mode` is taken from ``modes``.
    public var retrieval: RetrievalOptions
    /// What is measured.
    public var measures = RankingMeasure.standard
    /// Leave out documents whose id is the query's (`RankingMetrics`).
    public var ignoresIdenticalIDs = false

    private static let documentsAtOnce = 512
    private static let queriesAtOnce = 256

    /// An evaluation on a collection.
    public init(corpus: String, queries: String, qrels: String, model: String = DocumentIndexing.standardModel) {
        self.corpus = corpus
        self.queries = queries
        self.qrels = qrels
        self.model = model
        retrieval = RetrievalOptions()
        retrieval.topK = 100
    }

    /// Embeds the documents, searches for every judged query and measures what is found.
    ///
    /// - Parameter progress: called with the number of documents stored so far, and of all.
    /// - Throws: `FormatError` for the files, `ModelError`, `RetrievalError`, `EvaluationError`.
    public func run(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> Report {
        let collection = try RetrievalCollection(corpus: corpus, queries: queries, qrels: qrels)
        let encoder = try encoder()
        let clock = ContinuousClock()
        let store = try SQLiteStore(path: ":memory:", createIfMissing: true)
        try store.bind(to: encoder.identity)
        let start = clock.now
        try fill(store, with: collection.documents, encoder, progress)
        let indexing = start.duration(to: clock.now).seconds
        let reranker = try reranker.map { try Reranker(directory: $0, precision: precision) }
        let retriever = Retriever(store: store, embed: encoder.embed, rerank: reranker?.ranking)
        let results = try modes.map { mode in
            var run = RankedRun()
            let start = clock.now
            try search(retriever, for: collection.queries, mode) { try run.add(query: $0, entries: $1) }
            let seconds = start.duration(to: clock.now).seconds
            let metrics = try RankingMetrics(
                run: run, judgments: collection.judgments, measures: measures, ignoresIdenticalIDs: ignoresIdenticalIDs)
            return Result(mode: mode, run: run, metrics: metrics, seconds: seconds)
        }
        return Report(
            results: results, documents: collection.documents.count, missingDocuments: collection.missingDocuments,
            indexingSeconds: indexing)
    }

    /// What turns texts into vectors.
    private struct Encoder {
        let identity: EmbedderIdentity
        let embed: ([String]) throws -> [[Float]]
    }

    private func encoder() throws -> Encoder {
        guard modes.contains(where: { $0 != .bm25 }) else {
            // BM25 asks for no vectors, but the store wants one for every chunk.
            return Encoder(
                identity: EmbedderIdentity(name: "none", digest: "none", pooling: "mean", dimension: 1),
                embed: { $0.map { _ in [1] } })
        }
        let embedder = try TextEmbedder(directory: model, precision: precision)
        return Encoder(identity: try embedder.identity(), embed: { try embedder.unitVectors($0) })
    }

    private func fill(
        _ store: SQLiteStore, with documents: [RetrievalCollection.Item], _ encoder: Encoder,
        _ progress: (Int, Int) -> Void
    ) throws {
        for start in stride(from: 0, to: documents.count, by: Self.documentsAtOnce) {
            let group = documents[start..<min(start + Self.documentsAtOnce, documents.count)]
            let texts = group.map(\.content)
            let vectors = try encoder.embed(texts)
            var change = StoreChange()
            change.documents = zip(zip(group, texts), vectors).map { item, vector in
                let chunk = Chunk(text: item.1, span: SourceSpan(bytes: 0..<item.1.utf8.count))
                return IndexedDocument(
                    document: Document(id: item.0.id, text: item.1), fingerprint: "", chunks: [chunk],
                    vectors: [vector])
            }
            try store.apply(change)
            progress(start + group.count, documents.count)
        }
    }

    private func search(
        _ retriever: Retriever, for queries: [RetrievalCollection.Item], _ mode: RetrievalMode,
        _ body: (String, [RankedRun.Entry]) throws -> Void
    ) throws {
        var options = retrieval
        options.mode = mode
        options.rerank = reranker != nil
        for start in stride(from: 0, to: queries.count, by: Self.queriesAtOnce) {
            let group = queries[start..<min(start + Self.queriesAtOnce, queries.count)]
            let found = try retriever.retrieve(group.map(\.text), options: options)
            for (query, hits) in zip(group, found) {
                try body(query.id, hits.map { RankedRun.Entry(document: $0.chunk.documentID, score: $0.score) })
            }
        }
    }
}
