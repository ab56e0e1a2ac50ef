/// Scores of a vocabulary: `x · Wᵀ`, in `float32` where W is packed and no operation is recorded.
///
/// In bfloat16 scores around 10 come in steps of 1/16, and the most probable token would often be one of several equals.
/// Of weights in 8 bits that keep a rest (``Parameter/rest``) all scores are computed from the 8 bits, and the best of each
/// row are completed by the rest: the choice among them is that of 12 bits, and reading stays that of 8.
///
/// - Parameters:
///   - x: `[rows, width]`.
///   - head: `[vocabulary, width]`.
/// - Returns: `[rows, vocabulary]`.
public func scores(_ x: Tensor, _ head: Parameter) -> Tensor {
    guard !GradientMode.isRecording, let packed = head.packed else { return linear(x, [(weight: head, bias: nil)])[0] }
    let scores = x.packedLinear([packed], biases: [nil], as: .float32)[0]
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
        let best = bestColumns(row, count: Self.completedCount)
        let weights = rest.rows(best, as: .float32)  // [best, width]
        let input = x.gatheredRows([Int32(row)])  // [1, width]
        let rests = input.linear(weights).floats()
        let start = row * columns
        withFloats { scores in
            for (column, rest) in zip(best, rests) { scores[start + Int(column)] += rest }
        }
    }

    /// Columns of the greatest numbers of a row, in no order.
    private func bestColumns(_ row: Int, count: Int) -> [Int32] {
        withFloats { numbers in
            var best: [Int32] = []
            var (least, place) = (-Float.infinity, 0)
            let start = row * columns
            for column in 0..<columns where best.count < count || numbers[start + column] > least {
                if best.count < count { best.append(Int32(column)) } else { best[place] = Int32(column) }
                guard best.count == count else { continue }
                (least, place) = (.infinity, 0)
                for (index, held) in best.enumerated() where numbers[start + Int(held)] < least {
                    (least, place) = (numbers[start + Int(held)], index)
                }
            }
            return best
        }
    }
}
