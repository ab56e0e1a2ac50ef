import LinnetTensors
import TestSupport
import Testing

@Suite struct RowGeometryTests {
    @Test func rowDotsMatchPyTorch() throws {
        try OperationCase("row_dots").expectMatches { $0[0].rowDots($0[1]) }
    }

    @Test func rowDistancesMatchPyTorch() throws {
        try OperationCase("row_distances").expectMatches { $0[0].rowDistances(to: $0[1]) }
    }

    @Test(arguments: [1, 7, 16, 33, 384])
    func gradientsAgreeWithFiniteDifferences(columns: Int) {
        let values = (0..<(3 * columns)).map { Float(($0 * 7919) % 251) / 125 - 0.9 }
        let others = (0..<(3 * columns)).map { Float(($0 * 104_729) % 241) / 120 - 1.1 }
        let operations: [(Tensor, Tensor) -> Tensor] = [
            { $0.rowDots($1) }, { $0.rowDistances(to: $1) }, { ($0.l2Normalized() * $1).sum(axis: -1) },
        ]
        for operation in operations {
            let leaf = Tensor(values, shape: [3, columns], requiresGradient: true)
            let other = Tensor(others, shape: [3, columns])
            operation(leaf, other).sum().backward()
            let gradient = leaf.gradient?.floats() ?? []
            for place in stride(from: 0, to: values.count, by: max(1, columns / 3)) {
                func shifted(_ step: Float) -> Float {
                    var moved = values
                    moved[place] += step
                    return operation(Tensor(moved, shape: [3, columns]), other).sum().item()
                }
                let slope = (shifted(0.01) - shifted(-0.01)) / 0.02
                #expect((gradient[place] - slope).magnitude < 5e-3 * max(1, slope.magnitude), "[\(place)]")
            }
        }
    }

    @Test func equalRowsHaveDistanceAndGradientZero() {
        let a = Tensor([1, 2, 3, 4], shape: [2, 2], requiresGradient: true)
        let b = Tensor([1, 2, 3, 5], shape: [2, 2])
        let distances = a.rowDistances(to: b)
        #expect(distances.floats() == [0, 1])
        distances.sum().backward()
        #expect(a.gradient?.floats() == [0, 0, 0, -1])
    }

    @Test func aRowOfZerosHasAFiniteGradientWhenNormalized() {
        let zeros = Tensor([0, 0], shape: [1, 2], requiresGradient: true)
        let normalized = zeros.l2Normalized()
        #expect(normalized.floats() == [0, 0])
        normalized.sum().backward()
        #expect(zeros.gradient?.floats().allSatisfy { $0.isFinite } == true)
    }
}
