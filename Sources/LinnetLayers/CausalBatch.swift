/// The new tokens of several sequences, one after another: what a causal model computes in one pass.
///
/// Nothing is padded, except that more than 16 rows are rounded up to a multiple of 16 so that matrix products come in
/// few shapes; those rows carry the id −1 and belong to no sequence.
public struct CausalBatch: Sendable {
    /// Token ids, one per row; −1 after the last sequence.
    public let ids: [Int32]
    /// Sequence `s` holds rows `offsets[s]..<offsets[s + 1]`.
    public let offsets: [Int32]
    /// The cache slot of each sequence; all different.
    public let slots: [Int]

    /// More rows than this come in multiples of it.
    public static let rowMultiple = 16

    /// A batch of token sequences.
    ///
    /// - Parameters:
    ///   - sequences: The new tokens of each sequence; with a cache they continue what its slot holds.
    ///   - slots: The slot of each sequence; `0, 1, …` when absent.
    public init(_ sequences: [[Int32]], slots: [Int]? = nil) {
        let count = sequences.reduce(0) { $0 + $1.count }
        let excess = count > Self.rowMultiple ? count % Self.rowMultiple : 0
        var ids: [Int32] = []
        ids.reserveCapacity(count + Self.rowMultiple)
        var offsets: [Int32] = [0]
        for sequence in sequences {
            ids += sequence
            offsets.append(Int32(ids.count))
        }
        if excess > 0 { ids += Array(repeating: -1, count: Self.rowMultiple - excess) }
        self.ids = ids
        self.offsets = offsets
        self.slots = slots ?? Array(0..<sequences.count)
    }

    /// Number of sequences.
    public var sequenceCount: Int { offsets.count - 1 }

    /// Number of real tokens.
    public var tokenCount: Int { Int(offsets[offsets.count - 1]) }

    /// New tokens of each sequence.
    public var lengths: [Int] { zip(offsets, offsets.dropFirst()).map { Int($1 - $0) } }

    /// Row of the last token of each sequence; −1 for a sequence without tokens.
    public var lastRows: [Int32] {
        zip(offsets, offsets.dropFirst()).map { start, end in start < end ? end - 1 : -1 }
    }
}

/// Which rows get logits; the last layer and the head compute no others.
public enum LogitSelection: Sendable, Equatable {
    /// One row per entry of ``CausalBatch/ids``.
    case all
    /// The last token of each sequence, one row per sequence.
    case last
    /// These rows of the batch, in this order.
    case rows([Int32])
}
