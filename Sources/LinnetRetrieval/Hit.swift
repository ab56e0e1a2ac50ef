/// One result of a search.
public struct Hit: Sendable, Equatable {
    /// Place in the ranking, from 1.
    public var rank: Int
    /// What the ranking is by: cosine similarity (dense), BM25, the fused reciprocal ranks (hybrid), or the reranker's
    /// probability; larger is better.
    public var score: Double
    /// Cosine similarity of query and chunk where it is known: what thresholds are calibrated on.
    public var similarity: Double?
    /// The chunk.
    public var chunk: StoredChunk

    /// One result of a search.
    public init(rank: Int, score: Double, similarity: Double? = nil, chunk: StoredChunk) {
        self.rank = rank
        self.score = score
        self.similarity = similarity
        self.chunk = chunk
    }

    /// The chunk's text.
    public var text: String { chunk.chunk.text }
    /// The document's metadata.
    public var metadata: [String: MetadataValue] { chunk.metadata }
    /// The file the chunk was read from.
    public var source: String? { chunk.source }
}

/// A chunk as a store returns it.
public struct StoredChunk: Sendable, Equatable {
    /// Identity in the store; not stable across re-indexing.
    public var id: ChunkID
    /// The document it belongs to.
    public var documentID: String
    /// The document's file.
    public var source: String?
    /// The document's metadata.
    public var metadata: [String: MetadataValue]
    /// Text, headings and span.
    public var chunk: Chunk

    /// A chunk as a store returns it.
    public init(id: ChunkID, documentID: String, source: String?, metadata: [String: MetadataValue], chunk: Chunk) {
        self.id = id
        self.documentID = documentID
        self.source = source
        self.metadata = metadata
        self.chunk = chunk
    }
}
