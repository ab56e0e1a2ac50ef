import TestSupport
import Testing

@testable import LinnetTensors

@Suite struct ScoreShortlistTests {
    /// Enough rows to be worth a sketch, the last group not full.
    private static let (vocabulary, width) = (9001, 64)
    private static let formats: [WeightFormat] = [.bf16, .q8]

    /// Rows of different lengths, as rare and frequent words have them.
    private let values: [Float] = {
        let numbers = scattered(vocabulary * width, seed: 70)
        return numbers.indices.map { numbers[$0] * (0.5 + Float($0 / width % 7) / 6) }
    }()

    private func head(_ format: WeightFormat) throws -> Parameter {
        let packed = PackedMatrix(values, outputs: Self.vocabulary, inputs: Self.width, format: format)
        return Parameter(name: "head", packed: packed, sketch: try #require(ScoreSketch(of: packed)))
    }

    private func input(_ seed: UInt64, scale: Float = 1) -> Tensor {
        Tensor(scattered(Self.width, seed: seed).map { $0 * scale }, shape: [1, Self.width]).converted(to: .bfloat16)
    }

    private func logSumExp(_ scores: [Float]) -> Float {
        let scores = Tensor(scores, shape: [1, scores.count])
        return scores.floats()[0] - scores.logSoftmax().floats()[0]
    }

    @Test(arguments: [1e-24, 1e8] as [Float])
    func headsOfAnySizeGiveTheirBest(size: Float) throws {
        let packed = PackedMatrix(values.map { $0 * size }, outputs: Self.vocabulary, inputs: Self.width, format: .bf16)
        let head = Parameter(name: "head", packed: packed, sketch: try #require(ScoreSketch(of: packed)))
        withoutGradient {
            for seed in UInt64(71)..<81 {
                let x = input(seed)
                #expect(scores(x, head, exactly: .best(1)).argmax() == scores(x, head).argmax())
            }
        }
    }

    @Test(arguments: formats, [1, 50])
    func theBestAreThoseOfTheHeadToTheBit(format: WeightFormat, count: Int) throws {
        let head = try head(format)
        for seed in UInt64(71)..<111 {
            let x = input(seed, scale: 1.5)
            let (all, some) = withoutGradient {
                (scores(x, head).floats(), scores(x, head, exactly: .best(count)).floats())
            }
            let order = all.indices.sorted { all[$0] > all[$1] }.prefix(count)
            let found = some.indices.sorted { some[$0] > some[$1] }.prefix(count)
            #expect(found == order && found.allSatisfy { some[$0] == all[$0] }, "input \(seed)")
            #expect(some != all, "input \(seed): everything was computed")
            #expect(abs(logSumExp(some) - logSumExp(all)) < 0.05, "input \(seed)")
        }
    }

    @Test func aRowThatFourBitsHideIsFound() throws {
        // All rows are exact in 4 bits and score 30, but one: its 62 numbers of 0.49 become zeros, its 46 become 16.
        var numbers = [Float](repeating: 1, count: Self.vocabulary * Self.width)
        for place in numbers.indices where place % Self.width < 17 { numbers[place] = -1 }
        let hidden = 5003
        for column in 0..<Self.width { numbers[hidden * Self.width + column] = column % 32 == 0 ? 8 : 0.49 }
        let packed = PackedMatrix(numbers, outputs: Self.vocabulary, inputs: Self.width, format: .bf16)
        let head = Parameter(name: "head", packed: packed, sketch: try #require(ScoreSketch(of: packed)))
        let found = withoutGradient { scores(Tensor.full([1, Self.width], 1), head, exactly: .best(1)) }
        #expect(found.argmax() == [hidden])
        #expect(abs(found.floats()[hidden] - 46.4) < 0.2)
    }

    @Test(arguments: [129, .max, 0, -1])
    func whereManyOrNoneAreAskedForAllAreExact(count: Int) throws {
        let (head, x) = (try head(.q8), input(71))
        let two = Tensor(scattered(2 * Self.width, seed: 72), shape: [2, Self.width])
        withoutGradient {
            #expect(scores(x, head, exactly: .best(count)).floats() == scores(x, head).floats())
            #expect(scores(two, head, exactly: .best(1)).floats() == scores(two, head).floats())
        }
    }

    @Test(arguments: [Float.nan, .infinity])
    func inputsThatAreNoNumbersGiveScoresThatAreNone(number: Float) throws {
        let head = try head(.q8)
        let x = Tensor([Float](repeating: number, count: Self.width), shape: [1, Self.width])
        let found = withoutGradient { scores(x, head, exactly: .best(1)).logSoftmax().floats() }
        #expect(found.allSatisfy { !$0.isFinite })
    }

    @Test func onlyManyRowsOfMoreBitsAreSketched() {
        func hasSketch(_ outputs: Int, _ inputs: Int, _ format: WeightFormat) -> Bool {
            let numbers = [Float](repeating: 0.5, count: outputs * inputs)
            return ScoreSketch(of: PackedMatrix(numbers, outputs: outputs, inputs: inputs, format: format)) != nil
        }
        #expect(hasSketch(8192, 32, .bf16) && hasSketch(8192, 32, .q8))
        #expect(!hasSketch(8191, 32, .q8) && !hasSketch(8192, 33, .bf16))
        #expect(!hasSketch(8192, 32, .q4) && !hasSketch(8192, 32, .fp32))
    }

    @Test(arguments: [Float.nan, -.infinity])
    func damagedRowsAreNotHidden(number: Float) throws {
        var numbers = values
        numbers[Self.width * 8999 + 3] = number
        let packed = PackedMatrix(numbers, outputs: Self.vocabulary, inputs: Self.width, format: .bf16)
        let head = Parameter(name: "head", packed: packed, sketch: try #require(ScoreSketch(of: packed)))
        let found = withoutGradient { scores(input(71), head, exactly: .best(1)) }
        #expect(!found.floats()[8999].isFinite)
    }

    @Test func newValuesLeaveNoOldSketch() throws {
        let head = try head(.q8)
        head.setValues(values.map { -$0 })
        #expect(head.sketch == nil && head.rest == nil)
        let trained = try self.head(.q8)
        trained.isTrainable = true
        #expect(trained.sketch == nil)
    }
}
