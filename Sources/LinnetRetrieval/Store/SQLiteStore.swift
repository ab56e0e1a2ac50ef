import Foundation
import LinnetFormats

/// A store in one SQLite file: documents, chunks, vectors and keyword index.
///
/// ```swift
/// let store = try SQLiteStore(path: "knowledge.db", createIfMissing: true)
/// try store.bind(to: identity)
/// try store.apply(change)
/// let hits = try store.nearest(to: [query], count: 10, where: nil)
/// ```
/// Each change is one transaction, on disk before the call returns (rollback journal, `synchronous = FULL`). Every page
/// of the file has a checksum: damage is an error, never a wrong answer. Several processes may use one store, one
/// writing at a time; a search sees what others have written before it.
public final class SQLiteStore: VectorStore {
    /// The file, or `:memory:`.
    public let path: String
    /// The model whose vectors the store holds.
    public internal(set) var identity: EmbedderIdentity?
    let connection: SQLiteConnection
    /// The codes of all vectors, read when the first search needs them.
    var codes: ChunkCodes?
    /// Mean number of words of a chunk; nil when it must be computed again.
    var knownAverageLength: Double?
    /// SQLite's count of the changes that other connections made, when identity and codes were last in step.
    private var seenVersion: Int64 = -1
    /// The model that this process has tied the store to.
    private var bound: EmbedderIdentity?

    /// Opens a store.
    /// - Parameters:
    ///   - path: its file; `:memory:` for a store without one.
    ///   - createIfMissing: whether to make a store where there is no file, or an empty one.
    ///   - patience: how many seconds to wait while another process writes.
    /// - Throws: ``RetrievalError``: `unavailable` if there is no store, `corrupt` if the file is something else or
    ///   damaged, `busy`, `writeFailed`.
    public init(path: String, createIfMissing: Bool = false, patience: Double = 30) throws {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw RetrievalError(.unavailable, path: path, "is not the name of a file")
        }
        guard (0...86_400).contains(patience) else {
            throw RetrievalError(.invalid, "waiting \(patience) s for a store makes no sense; expected 0 to 86400")
        }
        self.path = path
        let isInMemory = path == ":memory:"
        guard isInMemory || createIfMissing || access(path, F_OK) == 0 else { throw SQLiteStore.nothing(at: path) }
        connection = try SQLiteConnection(
            path: path, createIfMissing: createIfMissing, patience: Int32(patience * 1_000))
        let isNew = try isInMemory || !StoreSchema.inspect(connection)
        guard !isNew || createIfMissing || isInMemory else { throw SQLiteStore.nothing(at: path) }
        try StoreSchema.prepare(connection)
        try KeywordRanking.register(on: connection)
        if try isNew || (createIfMissing && connection.integer("SELECT count(*) FROM sqlite_schema") == 0) {
            try StoreSchema.create(connection)
        }
        try StoreSchema.verify(connection)
        identity = try storedIdentity()
    }

    private static func nothing(at path: String) -> RetrievalError {
        RetrievalError(
            .unavailable, path: path, "there is no store; make one with: linnet index FILES --store FILE")
    }

    /// The identity as it stands in the file.
    func storedIdentity() throws -> EmbedderIdentity? {
        let rows = try connection.statement("SELECT name, revision, digest, pooling, dimension FROM identity").rows {
            EmbedderIdentity(
                name: try $0.text(0), revision: try $0.optionalText(1), digest: try $0.text(2), pooling: try $0.text(3),
                dimension: try $0.count(4))
        }
        guard rows.count <= 1, rows.allSatisfy({ (1...SQLiteStore.largestDimension).contains($0.dimension) }) else {
            throw connection.contradiction("the identity of the model makes no sense")
        }
        return rows.first
    }

    /// Longest vector that a store takes.
    static let largestDimension = 65_536

    /// Ties the store to a model.
    ///
    /// A store without chunks takes any model. One with chunks takes models with the same digest, pooling and
    /// dimension; another throws `wrongEmbedder`.
    public func bind(to identity: EmbedderIdentity) throws {
        guard (1...SQLiteStore.largestDimension).contains(identity.dimension) else {
            throw RetrievalError(
                .invalid,
                "\(identity.name): vectors of \(identity.dimension) numbers cannot be stored; expected 1 to 65536")
        }
        let isBound = try connection.reading { try adopt(identity) }
        if !isBound {
            try connection.writing {
                if try adopt(identity) { return }
                try connection.run("DELETE FROM identity")
                try connection.run(
                    "INSERT INTO identity (name, revision, digest, pooling, dimension) VALUES (?, ?, ?, ?, ?)",
                    .text(identity.name), .optional(identity.revision), .text(identity.digest),
                    .text(identity.pooling), .integer(Int64(identity.dimension)))
            }
            self.identity = identity
            codes = nil
        }
        bound = identity
    }

    /// Takes over the identity of a store that has chunks; false for one that may take any model.
    private func adopt(_ identity: EmbedderIdentity) throws -> Bool {
        guard let known = try storedIdentity(), try counts().chunks > 0 else { return false }
        guard known.isCompatible(with: identity) else { throw wrongEmbedder(known, identity) }
        self.identity = known
        return true
    }

    /// Brings identity and codes in step with what other processes have written. Belongs inside a transaction.
    func synchronise() throws {
        let version = try connection.integer("PRAGMA data_version")
        guard version != seenVersion else { return }
        let known = try storedIdentity()
        if let bound, let known, !known.isCompatible(with: bound) { throw wrongEmbedder(known, bound) }
        if known?.dimension != identity?.dimension { codes = nil }
        identity = known
        knownAverageLength = nil
        if let codes { try catchUp(codes) }
        seenVersion = version
    }

    private func wrongEmbedder(_ known: EmbedderIdentity, _ other: EmbedderIdentity) -> RetrievalError {
        func described(_ identity: EmbedderIdentity) -> String {
            "\(identity.name) (weights \(identity.digest.prefix(12)), \(identity.pooling), \(identity.dimension) numbers)"
        }
        return RetrievalError(
            .wrongEmbedder, path: path,
            "holds vectors of \(described(known)), which cannot be compared with those of \(described(other)); "
                + "use that model, name another --store, or delete this one and index again")
    }

    /// Numbers of documents and chunks.
    public func counts() throws -> (documents: Int, chunks: Int) {
        try connection.reading {
            (
                Int(try connection.integer("SELECT count(*) FROM documents")),
                Int(try connection.integer("SELECT count(*) FROM chunks"))
            )
        }
    }

    /// Digests of files, ``StoreChange/incomplete`` for one that has only begun, whose path starts with a prefix.
    public func sources(under prefix: String) throws -> [String: String] {
        var digests: [String: String] = [:]
        let sql = "SELECT path, digest FROM sources WHERE path >= ?1 AND substr(path, 1, length(?1)) = ?1"
        try connection.statement(sql).forEachRow([.text(prefix)]) {
            digests[try $0.text(0)] = try $0.text(1)
            return true
        }
        return digests
    }

    /// Fingerprints of the documents of a file, by id.
    public func documents(ofSource source: String) throws -> [String: String] {
        var fingerprints: [String: String] = [:]
        let sql = "SELECT id, fingerprint FROM documents WHERE source = ?"
        try connection.statement(sql).forEachRow([.text(source)]) {
            fingerprints[try $0.text(0)] = try $0.text(1)
            return true
        }
        return fingerprints
    }

    /// The fingerprint of a document; nil if there is none.
    public func fingerprint(ofDocument id: String) throws -> String? {
        try connection.statement("SELECT fingerprint FROM documents WHERE id = ?").first([.text(id)]) { try $0.text(0) }
    }

    /// Runs `body` on one snapshot: what it reads belongs together, whatever other processes write meanwhile.
    public func reading<Result>(_ body: () throws -> Result) throws -> Result { try connection.reading(body) }
}
