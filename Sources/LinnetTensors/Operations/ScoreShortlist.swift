// The best scores of a large vocabulary without reading all of its weights: a form in 4 bits says which may be among them,
// and those are computed from the weights themselves.

extension Tensor {
    /// Scores of a single row x of which the best are exact; `nil` where nothing is gained by that.
    ///
    /// All scores are computed from the sketch, then the 16 rows each around the best of them from the weights; then all
    /// whose sketch is less below the last of these best than it may err. An error is x · e, e being what the sketch leaves
    /// of a row: at most ‖x‖ · ‖e‖, and where the two have nothing to do with each other ‖x‖ · ‖e‖ / √n with random sign.
    /// ``margin`` times that are allowed. Up to n = 64 this is the bound; beyond, only an e that points in the direction of
    /// x, with a cosine above 8 / √n, could hide a score.
    func shortlistedScores(_ head: Parameter, _ demand: ExactScores) -> Tensor? {
        guard case .best(let count) = demand, ScoreSketch.counts.contains(count), rows == 1, let sketch = head.sketch,
            let packed = head.packed
        else { return nil }
        let scores = packedLinear([sketch.matrix], biases: [nil], as: .float32)[0]
        let product = PackedProduct(matrix: packed, bias: nil, out: scores)

        let maxima = scores.withFloats { GroupedScores($0, row: 0, columns: scores.columns).maxima }
        let first = maxima.placesOfGreatest(max(count, Self.firstGroups))
        backend.packedGroups(first, product, of: self)
        let last = scores.values(ofGroups: first).sorted(by: >)[count - 1]

        let length = floats().reduce(0) { $0 + $1 * $1 }.squareRoot()
        let allowed = Self.margin * length / Float(columns).squareRoot()
        let known = Set(first)
        let others = maxima.indices.filter { group in
            // Also where one of them is not a number.
            !(maxima[group] + allowed * sketch.errors[group] < last) && !known.contains(Int32(group))
        }
        backend.packedGroups(others.map { Int32($0) }, product, of: self)
        return scores
    }

    /// Groups that are computed at first, at least: the more, the closer to the last of the best.
    private static let firstGroups = 16
    /// How much more than usual a sketch may err.
    private static let margin: Float = 8

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
