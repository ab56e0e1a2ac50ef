/// A batch without padding: the tokens of all sequences one after another.
///
/// The number of rows is rounded up so that matrix products come in few shapes; the rows after the last sequence belong
/// to none, carry the id −1, are embedded as zeros, and receive and give no gradient.
public struct TokenBatch: Sendable {
    /// Token ids, one per row; −1 after the last sequence.
    public let ids: [Int32]
    /// Segment of each token (0 or 1 in sentence pairs); −1 after the last sequence.
    public let typeIds: [Int32]
    /// Sequence `s` holds rows `offsets[s]..<offsets[s + 1]`.
    public let offsets: [Int32]

    private static let rowMultiple = 16

    /// A batch of token sequences.
    ///
    /// - Parameters:
    ///   - sequences: Token ids of each sequence.
    ///   - typeIds: Segments, shaped like `sequences`; all 0 when absent.
    public init(_ sequences: [[Int32]], typeIds: [[Int32]]? = nil) {
        let tokens = sequences.reduce(0) { $0 + $1.count }
        let tail = Array(repeating: Int32(-1), count: (Self.rowMultiple - tokens % Self.rowMultiple) % Self.rowMultiple)
        ids = sequences.flatMap { $0 } + tail
        self.typeIds = (typeIds?.flatMap { $0 } ?? Array(repeating: 0, count: tokens)) + tail
        var offsets: [Int32] = [0]
        for sequence in sequences { offsets.append(offsets[offsets.count - 1] + Int32(sequence.count)) }
        self.offsets = offsets
    }

    /// Number of sequences.
    public var sequenceCount: Int { offsets.count - 1 }

    /// Number of real tokens.
    public var tokenCount: Int { Int(offsets[offsets.count - 1]) }

    /// Row of the first token of each sequence, `[CLS]`; −1 for a sequence without tokens.
    public var firstRows: [Int32] {
        zip(offsets, offsets.dropFirst()).map { start, end in start < end ? start : -1 }
    }

    /// Position of each token within its sequence; −1 after the last.
    public var positions: [Int32] {
        var result = Array(repeating: Int32(-1), count: ids.count)
        for sequence in 0..<sequenceCount {
            for row in offsets[sequence]..<offsets[sequence + 1] { result[Int(row)] = row - offsets[sequence] }
        }
        return result
    }
}
