import Foundation
import LinnetFormats
import LinnetGeneration
import LinnetRetrieval
import LinnetTokenizers

/// Answers from documents: keeps them in a store, finds what a question needs, and has a model answer from it.
///
/// ```swift
/// let rag = try RAG(
///     embedder: TextEmbedder(directory: "sentence-transformers/all-MiniLM-L6-v2"),
///     store: SQLiteStore(path: "knowledge.db"))
/// try rag.add([Document(text: "Resume a run with --resume.", metadata: ["topic": "training"])])
/// for hit in try rag.retrieve("how do I go on?", topK: 3) { print(hit.score, hit.text, hit.metadata) }
/// print(try rag.generate("how do I go on?").text)
/// ```
///
/// Without a generator the answer consists of sentences of the documents, quoted. May be used from any thread; the work is
/// done on `ComputeThread.shared`, one request after another, and nobody else uses embedder and store meanwhile.
public final class RAG: @unchecked Sendable {  // Embedder and store are touched on the compute thread only.
    /// What may be set, with defaults that work.
    public struct Options: Sendable {
        /// How added documents are cut.
        public var chunks = ChunkSettings()
        /// How chunks are found; `topK` is given with each request.
        public var retrieval = RetrievalOptions()
        /// What counts as 'not in the documents'.
        public var threshold = Threshold.calibrated
        /// How answers are generated; `nil` is greedy, up to ``maxNewTokens``.
        public var generation: GenerationOptions?
        /// The most tokens of an answer where ``generation`` does not say.
        public var maxNewTokens = 256
        /// The most sentences of an extractive answer.
        public var sentences = 3

        /// Defaults.
        public init() {}
    }

    /// What counts as 'not in the documents'.
    public enum Threshold: Sendable, Equatable {
        /// What was measured on the store (`AnswerThreshold`).
        case calibrated
        /// Best hits with a smaller cosine similarity.
        case similarity(Double)
        /// Nothing: always answer.
        case none
    }

    /// A piece of an answer that is being written.
    public enum Part: Sendable, Equatable {
        /// Text whose citations have been checked.
        case text(String)
        /// The whole answer, last.
        case answer(GroundedAnswer)
    }

    /// What may be set.
    public let options: Options
    private let embedder: TextEmbedder
    private let generator: LanguageModel?
    private let store: any VectorStore
    private let retriever: Retriever
    private let encoder: DocumentEncoder
    private let writer: SourceWriter?
    private let hasReranker: Bool

    /// Connects the parts.
    ///
    /// - Parameters:
    ///   - embedder: Turns texts into vectors; the store must hold vectors of this one, or be empty.
    ///   - generator: Writes answers; without one they are quoted from the documents.
    ///   - store: Used by nobody else from now on.
    ///   - reranker: Puts the hits into its own order.
    /// - Throws: `RetrievalError` when the store holds vectors of another model; `FormatError`.
    public convenience init(
        embedder: TextEmbedder, generator: LanguageModel? = nil, store: any VectorStore, reranker: Reranker? = nil,
        options: Options = Options()
    ) throws {
        let known = StoreEmbedder(model: embedder, identity: try embedder.identity())
        try self.init(known, generator: generator, store: store, reranker: reranker, options: options)
    }

    /// Connects the parts of a store whose embedder has been found.
    public init(
        _ known: StoreEmbedder, generator: LanguageModel? = nil, store: any VectorStore, reranker: Reranker? = nil,
        options: Options = Options()
    ) throws {
        try store.bind(to: known.identity)
        let embedder = known.model
        self.embedder = embedder
        self.generator = generator
        self.store = store
        self.options = options
        hasReranker = reranker != nil
        encoder = DocumentEncoder(embedder: embedder, identity: known.identity, settings: options.chunks)
        retriever = Retriever(
            store: store, embed: { try embedder.unitVectors($0) },
            rerank: reranker?.ranking)
        writer = generator.map { SourceWriter(model: $0, options: options) }
    }

    /// Whether a language model writes the answers.
    public var hasGenerator: Bool { generator != nil }

    // MARK: Documents

    /// Adds documents, or puts them in the place of those with the same id; what is there unchanged is not embedded again.
    ///
    /// - Returns: How many were new or had changed.
    /// - Throws: `RetrievalError`; documents before the failing transaction stay added.
    @discardableResult
    public func add(_ documents: [Document]) throws -> Int {
        try ComputeThread.shared.run {
            var batch = StoreBatch(encoder: encoder)
            for document in documents {
                let fingerprint = encoder.fingerprint(document)
                if try store.fingerprint(ofDocument: document.id) == fingerprint { continue }
                batch.add(document, fingerprint: fingerprint)
                if batch.isFull { try batch.apply(to: store) }
            }
            try batch.apply(to: store)
            if batch.documentCount > 0 { try AnswerThreshold.calibrate(store) { try embedder.unitVectors($0) } }
            return batch.documentCount
        }
    }

    // MARK: Retrieval

    /// The chunks that answer a query best.
    public func retrieve(_ query: String, topK: Int = 5) throws -> [Hit] {
        try retrieve([query], topK: topK).first ?? []
    }

    /// The chunks that answer each query best; queries are embedded and searched together.
    public func retrieve(_ queries: [String], topK: Int = 5) throws -> [[Hit]] {
        var retrieval = options.retrieval
        retrieval.topK = topK
        retrieval.rerank = hasReranker
        return try ComputeThread.shared.run { try retriever.retrieve(queries, options: retrieval) }
    }

    // MARK: Answers

    /// Answers from the documents, with citations.
    ///
    /// - Parameters:
    ///   - topK: The most chunks that the answer may rest on.
    ///   - cancellation: Ends the answer when raised.
    ///   - onText: Called with pieces of the answer as it is written, their citations checked.
    /// - Throws: `RetrievalError`, `GenerationError`, `TemplateError`.
    public func generate(
        _ query: String, topK: Int = 5, cancellation: CancellationFlag = CancellationFlag(),
        onText: (String) throws -> Void = { _ in }
    ) throws -> GroundedAnswer {
        let hits = try retrieve(query, topK: topK)
        return try ComputeThread.shared.run {
            let threshold = try threshold()
            var answer: GroundedAnswer
            if hits.isEmpty || threshold?.accepts(hits) == false {
                answer = GroundedAnswer(
                    text: SourcePrompt.noAnswer, mode: generator == nil ? .extractive : .generated,
                    isInDocuments: false, citations: [], hits: hits)
                try onText(answer.text)
            } else if let writer, let written = try writer.answer(query, hits, cancellation: cancellation, onText) {
                answer = written
            } else {
                answer = try extractive(query, hits)
                try onText(answer.text)
            }
            answer.threshold = threshold
            return answer
        }
    }

    /// Streams an answer: pieces of text, then the whole. Leaving the loop early ends the answer.
    public func stream(_ query: String, topK: Int = 5) -> AsyncThrowingStream<Part, any Error> {
        AsyncThrowingStream { continuation in
            let flag = CancellationFlag()
            continuation.onTermination = { _ in flag.raise() }
            ComputeThread.shared.enqueue { [self] in
                do {
                    let answer = try generate(query, topK: topK, cancellation: flag) { continuation.yield(.text($0)) }
                    continuation.yield(.answer(answer))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    private func extractive(_ query: String, _ hits: [Hit]) throws -> GroundedAnswer {
        let extract = try ExtractiveAnswer(question: query, hits: hits, sentences: options.sentences) {
            try embedder.unitVectors($0)
        }
        return GroundedAnswer(
            text: extract?.text ?? SourcePrompt.noAnswer, mode: .extractive, isInDocuments: extract != nil,
            citations: extract?.citations ?? [], hits: hits)
    }

    private func threshold() throws -> AnswerThreshold? {
        switch options.threshold {
        case .calibrated: try AnswerThreshold.kept(in: store)
        case .similarity(let similarity): AnswerThreshold(similarity: similarity)
        case .none: nil
        }
    }
}
