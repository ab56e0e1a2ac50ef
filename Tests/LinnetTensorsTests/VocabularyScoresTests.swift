import LinnetTensors
import TestSupport
import Testing

@Suite struct VocabularyScoresTests {
    private static let (vocabulary, width) = (300, 96)
    private let values = scattered(vocabulary * width, seed: 60)

    private func parameter(keepsRest: Bool) throws -> Parameter {
        let (outputs, inputs) = (Self.vocabulary, Self.width)
        let packed = PackedMatrix(values, outputs: outputs, inputs: inputs, format: .q8)
        let rest = values.withUnsafeBytes {
            PackedMatrix(restOfEightBits: $0, dtype: .float32, outputs: outputs, inputs: inputs)
        }
        return Parameter(name: "head", packed: packed, rest: keepsRest ? try #require(rest) : nil)
    }

    /// The places of the greatest numbers.
    private func best(_ numbers: ArraySlice<Float>, _ count: Int) -> [Int] {
        numbers.enumerated().sorted { $0.element > $1.element }.prefix(count).map(\.offset)
    }

    @Test func eightBitsAndTheirRestAreTheNumbersInTwelve() throws {
        let whole = try parameter(keepsRest: true).master.floats()
        let eight = try parameter(keepsRest: false).master.floats()
        for start in stride(from: 0, to: values.count, by: 32) {
            let block = start..<(start + 32)
            let step = (block.map { values[$0].magnitude }.max() ?? 0) / 127
            #expect(block.allSatisfy { abs(whole[$0] - values[$0]) <= step / 14 })
            #expect(block.contains { abs(eight[$0] - values[$0]) > step / 4 })
        }
    }

    @Test(arguments: [DType.float32, .bfloat16], [1, 5, 20])
    func theBestScoresAreThoseOfTheWholeNumbers(dtype: DType, rows: Int) throws {
        let x = Tensor(halved(scattered(rows * Self.width, seed: 61)), shape: [rows, Self.width])
        let wanted = x.linear(Tensor(values, shape: [Self.vocabulary, Self.width])).floats()
        func distance(keepsRest: Bool) throws -> Float {
            let head = try parameter(keepsRest: keepsRest)
            let found = withoutGradient { scores(x.converted(to: dtype), head) }
            #expect(found.dtype == .float32 && found.shape == [rows, Self.vocabulary])
            let numbers = found.floats()
            return (0..<rows).map { row in
                let range = (row * Self.vocabulary)..<((row + 1) * Self.vocabulary)
                return best(wanted[range], 10).map {
                    abs(numbers[range.lowerBound + $0] - wanted[range.lowerBound + $0])
                }
                .max() ?? 0
            }.max() ?? 0
        }
        let (whole, eight) = (try distance(keepsRest: true), try distance(keepsRest: false))
        #expect(whole < 0.003 && whole * 4 < eight, "\(whole) beside \(eight)")
    }

    @Test func lookupsAddTheRest() throws {
        let found = withoutGradient { () -> [Float]? in
            (try? parameter(keepsRest: true)).map { lookup($0, [7, -1], dtype: .float32).floats() }
        }
        let rows = try #require(found)
        let master = try parameter(keepsRest: true).master.floats()
        #expect(Array(rows[..<Self.width]) == Array(master[(7 * Self.width)..<(8 * Self.width)]))
        #expect(rows[Self.width...].allSatisfy { $0 == 0 })
    }

    @Test func scoresThatAreRecordedStayInTheirType() throws {
        let x = Tensor(scattered(2 * Self.width, seed: 62), shape: [2, Self.width], requiresGradient: true)
        let head = try parameter(keepsRest: true)
        let y = scores(x, head)
        y.backward(gradient: Tensor(scattered(y.count, seed: 63), shape: y.shape))
        #expect(x.gradient != nil)
    }

    @Test func aWidthWithoutWholeBlocksHasNoRest() {
        let numbers = scattered(4 * 33, seed: 64)
        numbers.withUnsafeBytes {
            #expect(PackedMatrix(restOfEightBits: $0, dtype: .float32, outputs: 4, inputs: 33) == nil)
        }
    }
}
