import Foundation
import LinnetFormats
import LinnetRetrieval
import LinnetTensors
import LinnetTraining

/// Brings a store in step with files and directories: what `linnet index` does.
///
/// Only what changed is read, cut and embedded; what is gone from a given directory is forgotten. Each transaction is
/// complete and durable: a run that is stopped, or killed, at any moment goes on where it was.
public struct DocumentIndexing {
    /// Files and directories.
    public var paths: [String]
    /// The store's file; made if it is not there.
    public var store: String
    /// A sentence encoder; `nil` is the store's own, or ``standardModel`` for a new store.
    public var model: String?
    /// The most tokens of a chunk; `nil` is as in the store, or as ``ChunkSettings`` has it.
    public var chunkTokens: Int?
    /// Tokens that a chunk shares with the one before; `nil` is as in the store, or as ``ChunkSettings`` has it.
    public var chunkOverlap: Int?
    /// Of directories, only files that match one of these patterns; empty for all.
    public var include: [String] = []
    /// Of directories, no files that match one of these patterns.
    public var exclude: [String] = []
    /// How files are read.
    public var reading = DocumentReader.Options()
    /// Numbers of the embedder's activations.
    public var precision = Precision.bfloat16

    /// The sentence encoder of a store for which none is named.
    public static let standardModel = "sentence-transformers/all-MiniLM-L6-v2"

    /// Indexes these paths into this store.
    public init(paths: [String], store: String) {
        self.paths = paths
        self.store = store
    }

    /// Does the work.
    ///
    /// - Parameters:
    ///   - stop: Ends the run after the running transaction when raised.
    ///   - progress: Told after every file and every transaction.
    /// - Throws: `RetrievalError`, `FormatError`, `ModelError`. Files that cannot be read are in the summary.
    public func run(
        stop: StopFlag = StopFlag(), progress: @escaping (IndexingProgress) -> Void = { _ in }
    ) throws -> IndexingSummary {
        // A new store is made when nothing stands in its way, so that a mistake leaves no empty one behind.
        let isThere = FileManager.default.fileExists(atPath: self.store)
        let known = isThere ? try SQLiteStore(path: self.store, createIfMissing: true) : nil
        try checkPaths(known)
        let embedder = try StoreEmbedder.load(model, for: known, precision: precision, standard: Self.standardModel)
        let settings = try settings(of: known, embedder.model)
        let store = try known ?? SQLiteStore(path: self.store, createIfMissing: true)
        let encoder = DocumentEncoder(embedder: embedder.model, identity: embedder.identity, settings: settings)
        try store.bind(to: embedder.identity)
        try embedder.remember(in: store)
        try settings.keep(in: store)
        let run = IndexingRun(job: self, store: store, encoder: encoder, stop: stop, progress: progress)
        return try run.run(paths)
    }

    /// Refuses paths that are not there, unless the store holds a file of that name, which is forgotten then.
    private func checkPaths(_ store: SQLiteStore?) throws {
        let names = SourcePaths(store: self.store)
        for path in paths where !FileManager.default.fileExists(atPath: path) {
            let source = names.source(ofFile: path)
            guard try store?.sources(under: source)[source] != nil else {
                throw FormatError(.notFound, path: path, "no such file or directory")
            }
        }
    }

    /// The store's settings with those given here, which must make sense.
    private func settings(of store: SQLiteStore?, _ embedder: TextEmbedder) throws -> ChunkSettings {
        var settings = try store.flatMap { try ChunkSettings.kept(in: $0) } ?? ChunkSettings()
        let longest = DocumentEncoder.longestChunk(of: embedder)
        if let chunkTokens {
            guard (8...longest).contains(chunkTokens) else {
                throw RetrievalError(
                    .invalid,
                    "--chunk-tokens: expected 8 to \(longest), what \(embedder.name) reads of a text; found \(chunkTokens)"
                )
            }
            settings.tokens = chunkTokens
        }
        if let chunkOverlap {
            guard (0...(settings.tokens / 2)).contains(chunkOverlap) else {
                throw RetrievalError(
                    .invalid,
                    "--chunk-overlap: expected 0 to \(settings.tokens / 2), half of a chunk; found \(chunkOverlap)")
            }
            settings.overlap = chunkOverlap
        }
        return settings
    }
}
