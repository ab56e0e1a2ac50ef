/// What vectors depend on: a store holds vectors of exactly one of these.
public struct EmbedderIdentity: Sendable, Equatable {
    /// The model as the user named it; shown, not compared.
    public var name: String
    /// Commit of the hub's repository where it is known; shown, not compared.
    public var revision: String?
    /// SHA-256 over weights, tokenizer, pooling and length files.
    public var digest: String
    /// `mean` or `cls`.
    public var pooling: String
    /// Length of a vector.
    public var dimension: Int

    /// What vectors depend on.
    public init(name: String, revision: String? = nil, digest: String, pooling: String, dimension: Int) {
        self.name = name
        self.revision = revision
        self.digest = digest
        self.pooling = pooling
        self.dimension = dimension
    }

    /// Whether vectors of both may be compared.
    public func isCompatible(with other: EmbedderIdentity) -> Bool {
        digest == other.digest && pooling == other.pooling && dimension == other.dimension
    }
}
