/// Identity of a chunk in a store.
public typealias ChunkID = Int64

/// A chunk with the number it was ranked by.
public struct ScoredChunk: Sendable, Equatable {
    /// The chunk.
    public var id: ChunkID
    /// Inner product with the query, or BM25; larger is better.
    public var score: Double

    /// A chunk with the number it was ranked by.
    public init(id: ChunkID, score: Double) {
        self.id = id
        self.score = score
    }
}

/// A document cut into chunks, with a vector for each: what a store takes.
public struct IndexedDocument: Sendable {
    /// Identity, text, source, metadata.
    public var document: Document
    /// Digest of the content and of everything that decides chunks and vectors; equal fingerprints are not embedded again.
    public var fingerprint: String
    /// Its pieces, in order.
    public var chunks: [Chunk]
    /// A vector for each piece.
    public var vectors: [[Float]]

    /// A document with its chunks and their vectors.
    public init(document: Document, fingerprint: String, chunks: [Chunk], vectors: [[Float]]) {
        self.document = document
        self.fingerprint = fingerprint
        self.chunks = chunks
        self.vectors = vectors
    }
}

/// What one transaction changes. All of it is there afterwards, or nothing.
public struct StoreChange: Sendable {
    /// Documents to add, or to put in the place of those with the same id.
    public var documents: [IndexedDocument] = []
    /// Ids of documents to remove.
    public var removedDocuments: [String] = []
    /// Files whose documents are complete with this change, with the digest of each file, or ``incomplete``.
    public var completedSources: [String: String] = [:]
    /// Files to forget with all their documents.
    public var removedSources: [String] = []

    /// The digest of a file of which the store may hold a part only.
    public static let incomplete = ""

    /// A change of nothing yet.
    public init() {}
}

/// Where documents, chunks, vectors and the keyword index are kept.
///
/// Used from one thread at a time. Every method throws ``RetrievalError``. A search sees all of a document or nothing of
/// it, and what ``apply(_:)`` has returned from survives a crash of the process or of the machine.
public protocol VectorStore: AnyObject {
    /// The model whose vectors the store holds; nil while it is empty.
    var identity: EmbedderIdentity? { get }
    /// Ties an empty store to a model; refuses any other model afterwards.
    func bind(to identity: EmbedderIdentity) throws
    /// Numbers of documents and chunks.
    func counts() throws -> (documents: Int, chunks: Int)

    /// Digests of files, ``StoreChange/incomplete`` for one that has only begun, whose path starts with a prefix.
    func sources(under prefix: String) throws -> [String: String]
    /// Fingerprints of the documents of a file, by id.
    func documents(ofSource source: String) throws -> [String: String]
    /// The fingerprint of a document; nil if there is none.
    func fingerprint(ofDocument id: String) throws -> String?
    /// Makes a change durable as a whole.
    func apply(_ change: StoreChange) throws

    /// For every query the chunks with the largest inner products, best first; exact.
    func nearest(to queries: [[Float]], count: Int, where filter: MetadataFilter?) throws -> [[ScoredChunk]]
    /// For every query the chunks that BM25 ranks highest, best first; a query is plain words, never syntax.
    func matching(_ queries: [String], count: Int, where filter: MetadataFilter?) throws -> [[ScoredChunk]]
    /// Chunks by identity, in the order asked for.
    func chunks(_ ids: [ChunkID]) throws -> [StoredChunk]
    /// Vectors by identity, in the order asked for.
    func vectors(_ ids: [ChunkID]) throws -> [[Float]]

    /// A small text that is kept beside the documents, such as a calibration; nil if there is none.
    func note(_ key: String) throws -> String?
    /// Keeps a text, or removes it; durable like every change.
    func setNote(_ key: String, _ text: String?) throws

    /// Runs `body` on one snapshot: what it reads belongs together, whatever other processes write meanwhile.
    func reading<Result>(_ body: () throws -> Result) throws -> Result
}

extension VectorStore {
    /// Runs `body`, for stores that nobody else writes to.
    public func reading<Result>(_ body: () throws -> Result) throws -> Result { try body() }
}
