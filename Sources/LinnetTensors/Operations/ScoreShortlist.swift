// The best scores of a large vocabulary without reading all of its weights: a form in 4 bits says which may be among them,
// and those are computed from the weights themselves.

extension Tensor {
    /// Scores of a single row of which the best are exact; `nil` where nothing is gained by that.
    ///
    /// All scores are computed from the sketch, then the 16 rows each around the best of them from the weights. The
    /// difference between both tells the sketch's standard deviation, and whatever lies within ``margin`` of it below the
    /// last of the best is computed as well. An error is the sum of many that are independent and bounded, each by half a
    /// step of 4 bits: such a sum exceeds m standard deviations with a probability below 2 · exp(−m² / 2) (Hoeffding 1963).
    /// The margin leaves room for rows whose weights, and errors, are a multiple of the usual.
    func shortlistedScores(_ head: Parameter, _ demand: ExactScores) -> Tensor? {
        guard case .best(let count) = demand, rows == 1, let sketch = head.sketch, let packed = head.packed else {
            return nil
        }
        let sampled = max(count, Self.sampledGroups)
        guard sampled * Self.groupsPerSample * PackedMatrix.groupRows <= packed.outputs else { return nil }
        let scores = packedLinear([sketch], biases: [nil], as: .float32)[0]
        let product = PackedProduct(matrix: packed, bias: nil, out: scores)

        let maxima = scores.withFloats { GroupedScores($0, row: 0, columns: scores.columns).maxima }
        let first = maxima.placesOfGreatest(sampled)
        let rough = scores.values(ofGroups: first)
        backend.packedGroups(first, product, of: self)
        let exact = scores.values(ofGroups: first)

        let squares = zip(rough, exact).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let deviation = (squares / Float(exact.count)).squareRoot()
        let last = count == 1 ? exact.max() : exact.sorted(by: >)[count - 1]
        let edge = (last ?? 0) - Self.margin * deviation
        let known = Set(first)
        let others = maxima.indices.filter { maxima[$0] >= edge }.map { Int32($0) }.filter { !known.contains($0) }
        backend.packedGroups(others, product, of: self)
        return scores
    }

    /// Groups that are computed from both: enough to know a deviation by.
    private static let sampledGroups = 64
    /// Where more than one group in so many would be, all are computed from the weights alone.
    private static let groupsPerSample = 8
    /// Standard deviations of the sketch that a score may be off by.
    private static let margin: Float = 12

    /// The numbers of some groups of a single row.
    private func values(ofGroups groups: [Int32]) -> [Float] {
        withFloats { numbers in
            groups.flatMap { group in
                let start = Int(group) * PackedMatrix.groupRows
                return numbers[start..<min(start + PackedMatrix.groupRows, numbers.count)]
            }
        }
    }
}

/// One row of scores by groups of 16, as the rows of packed matrices lie.
struct GroupedScores {
    private let numbers: UnsafeMutableBufferPointer<Float>
    /// The greatest of each group.
    let maxima: [Float]

    init(_ all: UnsafeMutableBufferPointer<Float>, row: Int, columns: Int) {
        let numbers = UnsafeMutableBufferPointer(rebasing: all[(row * columns)..<((row + 1) * columns)])
        self.numbers = numbers
        maxima = backend.groupMaxima(numbers)
    }

    /// Columns of the greatest numbers, in no order. They lie in as many groups, those of the greatest maxima.
    func greatest(_ count: Int) -> [Int32] {
        let columns = maxima.placesOfGreatest(count).flatMap { group in
            let start = Int(group) * PackedMatrix.groupRows
            return start..<min(start + PackedMatrix.groupRows, numbers.count)
        }
        return columns.map { numbers[$0] }.placesOfGreatest(count).map { Int32(columns[Int($0)]) }
    }
}

extension [Float] {
    /// Places of the greatest numbers, in no order: `count` of them, or all.
    fileprivate func placesOfGreatest(_ count: Int) -> [Int32] {
        var best: [Int32] = []
        var (least, position) = (-Float.infinity, 0)
        for (place, number) in enumerated() where best.count < count || number > least {
            if best.count < count { best.append(Int32(place)) } else { best[position] = Int32(place) }
            guard best.count == count else { continue }
            (least, position) = (.infinity, 0)
            for (index, held) in best.enumerated() where self[Int(held)] < least {
                (least, position) = (self[Int(held)], index)
            }
        }
        return best
    }
}
