/// Which scores of a vocabulary have to be as exact as the weights are.
public enum ExactScores: Sendable, Comparable {
    /// So many of the greatest, 1 or more, and those in their order; what is far from them may be approximate.
    case best(Int)
    /// All of them.
    case all
}

/// Scores of a vocabulary: `x · Wᵀ`, in `float32` where W is packed and no operation is recorded.
///
/// In bfloat16 scores around 10 come in steps of 1/16, and the most probable token would often be one of several equals.
/// Of weights in 8 bits that keep a rest (``Parameter/rest``) all scores are computed from the 8 bits, and the best of each
/// row are completed by the rest: the choice among them is that of 12 bits, and reading stays that of 8. Where only the
/// best are asked for, those of a single row are found from 4 bits (``Parameter/sketch``) and computed from the weights.
///
/// - Parameters:
///   - x: `[rows, width]`.
///   - head: `[vocabulary, width]`.
///   - demand: Which scores are read closely.
/// - Returns: `[rows, vocabulary]`.
public func scores(_ x: Tensor, _ head: Parameter, exactly demand: ExactScores = .all) -> Tensor {
    guard !GradientMode.isRecording, let packed = head.packed else { return linear(x, [(weight: head, bias: nil)])[0] }
    let scores = x.shortlistedScores(head, demand) ?? x.packedLinear([packed], biases: [nil], as: .float32)[0]
    guard let rest = head.rest else { return scores }
    let x = x.converted(to: .float32)
    for row in 0..<scores.rows { scores.complete(row, with: rest, of: x) }
    return scores
}

extension Tensor {
    /// Scores per row that are completed: more than 8 bits could confuse.
    private static let completedCount = 32

    /// Adds the products of the rest to the best scores of a row.
    fileprivate func complete(_ row: Int, with rest: PackedMatrix, of x: Tensor) {
        let best = withFloats { GroupedScores($0, row: row, columns: columns).greatest(Self.completedCount) }
        let weights = rest.rows(best, as: .float32)  // [best, width]
        let input = x.gatheredRows([Int32(row)])  // [1, width]
        let rests = input.linear(weights).floats()
        let start = row * columns
        withFloats { scores in
            for (column, rest) in zip(best, rests) { scores[start + Int(column)] += rest }
        }
    }
}
