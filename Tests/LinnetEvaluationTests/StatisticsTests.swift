import LinnetEvaluation
import Testing

@Suite struct StatisticsTests {
    /// Values whose mean has a standard error of 0.0288…: the bootstrap interval is about mean ± 1.96 errors.
    private let values = (0..<100).map { Double($0) / 100 }

    @Test func theIntervalIsThatOfTheNormalApproximation() throws {
        let interval = try MeanInterval(of: values, draws: 5_000)
        #expect(abs(interval.mean - 0.495) < 1e-12)
        #expect(abs(interval.lower - (0.495 - 1.96 * 0.02887)) < 0.004)
        #expect(abs(interval.upper - (0.495 + 1.96 * 0.02887)) < 0.004)
        #expect(try interval == MeanInterval(of: values, draws: 5_000))
        #expect(try interval != MeanInterval(of: values, draws: 5_000, seed: 1))
    }

    @Test func aConstantHasNoWidth() throws {
        let interval = try MeanInterval(of: [0.5])
        #expect(interval.lower == 0.5 && interval.upper == 0.5)
    }

    @Test func aDifferenceOnEveryQueryIsNoChance() throws {
        let better = try PairedRandomization(of: values.map { $0 + 0.01 }, over: values)
        #expect(abs(better.difference - 0.01) < 1e-12 && better.probability < 0.001)
        let same = try PairedRandomization(of: values, over: values)
        #expect(same.difference == 0 && same.probability == 1)
    }

    /// Four differences of one sign and equal size: 2 of 16 sign patterns are as extreme.
    @Test func theProbabilityIsThatOfTheSigns() throws {
        let found = try PairedRandomization(of: [1, 1, 1, 1], over: [0, 0, 0, 0], draws: 40_000)
        #expect(abs(found.probability - 0.125) < 0.01)
    }

    @Test func wrongInputIsRefused() {
        #expect(throws: EvaluationError.noSamples) { try MeanInterval(of: []) }
        #expect(throws: EvaluationError.self) { try MeanInterval(of: [1], level: 1) }
        #expect(throws: EvaluationError.countMismatch(predictions: 1, labels: 2)) {
            try PairedRandomization(of: [1], over: [1, 2])
        }
    }
}
