import LinnetFormats

/// What an indexing run did.
public struct IndexingSummary: Sendable, Equatable {
    /// Files that the store did not know.
    public var newFiles = 0
    /// Files whose content, or the settings they were read with, had changed.
    public var changedFiles = 0
    /// Files that were left alone.
    public var unchangedFiles = 0
    /// Files that are gone, and were forgotten.
    public var removedFiles = 0
    /// Files that could not be read, with the reason; what the store holds of them stays.
    public var failures: [Failure] = []
    /// Documents that were embedded.
    public var documents = 0
    /// Chunks that were embedded.
    public var chunks = 0
    /// Documents and chunks in the store afterwards.
    public var storedDocuments = 0
    /// Chunks in the store afterwards.
    public var storedChunks = 0
    /// Seconds from beginning to end.
    public var seconds = 0.0
    /// Whether the run was stopped before all files were read.
    public var isInterrupted = false

    /// A file that could not be read.
    public struct Failure: Sendable, Equatable {
        /// The file.
        public var path: String
        /// Why, in one line.
        public var reason: String
    }

    /// The object of JSON output: `new`, `changed`, `unchanged`, `removed`, `failed`, `documents`, `chunks`,
    /// `stored_documents`, `stored_chunks`, `seconds`, `interrupted`.
    public var json: JSON {
        .object([
            "new": JSON(newFiles), "changed": JSON(changedFiles), "unchanged": JSON(unchangedFiles),
            "removed": JSON(removedFiles),
            "failed": .array(failures.map { ["path": .string($0.path), "reason": .string($0.reason)] }),
            "documents": JSON(documents), "chunks": JSON(chunks), "stored_documents": JSON(storedDocuments),
            "stored_chunks": JSON(storedChunks), "seconds": JSON(seconds), "interrupted": .bool(isInterrupted),
        ])
    }
}

/// How far an indexing run is.
public struct IndexingProgress: Sendable, Equatable {
    /// Files that are done, of all.
    public var files = 0
    /// All files.
    public var totalFiles = 0
    /// Bytes of the files that are done.
    public var bytes = 0
    /// Bytes of all files.
    public var totalBytes = 0
    /// Chunks that were embedded and are durable.
    public var chunks = 0
    /// Seconds since the beginning.
    public var seconds = 0.0
}
