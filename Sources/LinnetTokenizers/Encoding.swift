/// The ids of a text, or of a pair of texts, as a model takes them.
public struct Encoding: Sendable, Equatable {
    /// One id per token, special tokens included when they were asked for.
    public var ids: [Int32]
    /// The segment of each token: 0 for the first text, and for the second what the model was trained with.
    public var typeIds: [Int32]

    /// How many tokens there are.
    public var count: Int { ids.count }

    /// An encoding from ids and their segments.
    public init(ids: [Int32], typeIds: [Int32]) {
        self.ids = ids
        self.typeIds = typeIds
    }

    init(capacity: Int) {
        ids = []
        typeIds = []
        ids.reserveCapacity(capacity)
        typeIds.reserveCapacity(capacity)
    }

    mutating func append(_ added: UnsafeBufferPointer<Int32>, typeId: Int32) {
        ids.append(contentsOf: added)
        typeIds.append(contentsOf: repeatElement(typeId, count: added.count))
    }
}
