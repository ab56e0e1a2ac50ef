import LinnetRetrieval

/// Documents on their way into a store: cut at once, embedded together, applied in one transaction.
struct StoreBatch {
    /// Documents applied so far.
    private(set) var documentCount = 0
    /// Chunks embedded so far.
    private(set) var chunkCount = 0
    /// What the next transaction changes besides adding documents.
    var change = StoreChange()

    private let encoder: DocumentEncoder
    private var documents: [(document: Document, fingerprint: String, chunks: [Chunk])] = []
    private var pendingChunks = 0
    private var pendingBytes = 0

    /// What a transaction holds at most, a single document aside: bounds memory and the time until a stop.
    private static let mostChunks = 1024
    private static let mostBytes = 8 << 20
    private static let mostFiles = 4096

    init(encoder: DocumentEncoder) { self.encoder = encoder }

    /// Whether it is time to apply.
    var isFull: Bool {
        pendingChunks >= Self.mostChunks || pendingBytes >= Self.mostBytes || documents.count >= Self.mostFiles
            || change.completedSources.count >= Self.mostFiles
    }

    /// Takes a document; one without any text is as good as none.
    ///
    /// - Returns: Whether there is something to add.
    @discardableResult
    mutating func add(_ document: Document, fingerprint: String) -> Bool {
        let chunks = encoder.chunks(of: document)
        guard !chunks.isEmpty else { return false }
        // The store keeps the chunks; the text itself is not needed any more.
        let kept = Document(
            id: document.id, text: "", source: document.source, metadata: document.metadata, sections: [])
        documents.append((kept, fingerprint, chunks))
        pendingChunks += chunks.count
        pendingBytes += document.text.utf8.count
        return true
    }

    /// Embeds what is there and makes it durable.
    mutating func apply(to store: any VectorStore) throws {
        let isEmpty =
            documents.isEmpty && change.removedDocuments.isEmpty && change.removedSources.isEmpty
            && change.completedSources.isEmpty
        guard !isEmpty else { return }
        let vectors = try encoder.vectors(of: documents.flatMap(\.chunks))
        var start = 0
        change.documents = documents.map { document, fingerprint, chunks in
            defer { start += chunks.count }
            return IndexedDocument(
                document: document, fingerprint: fingerprint, chunks: chunks,
                vectors: Array(vectors[start..<(start + chunks.count)]))
        }
        try store.apply(change)
        documentCount += documents.count
        chunkCount += pendingChunks
        change = StoreChange()
        documents = []
        pendingChunks = 0
        pendingBytes = 0
    }
}
