import Linnet
import TestSupport

/// The ragged batch on which a golden file's numbers were computed.
struct GoldenBatch {
    let tokens: TokenBatch
    /// Lengths of the sequences put one after another: where each begins and ends.
    let offsets: [Int]

    init(_ golden: Golden) throws {
        let offsets = try golden.integers("offsets").map { Int($0) }
        let (ids, typeIds) = try (golden.integers("ids"), golden.integers("type_ids"))
        let ranges = zip(offsets, offsets.dropFirst()).map { $0..<$1 }
        tokens = TokenBatch(ranges.map { Array(ids[$0]) }, typeIds: ranges.map { Array(typeIds[$0]) })
        self.offsets = offsets
    }

    /// The rows of real tokens; a batch may have more.
    func realRows(_ hidden: Tensor) -> Tensor {
        hidden.slice(0..<tokens.tokenCount)
    }
}
