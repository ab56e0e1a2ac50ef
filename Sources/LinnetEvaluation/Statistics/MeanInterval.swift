/// The mean of values and how far it may be off, by the percentile bootstrap (Efron 1979).
///
/// The values (one per query) are drawn with replacement as often as there are values, and their mean taken; of the
/// means of all draws, the interval holds the share `level` in the middle.
public struct MeanInterval: Sendable, Equatable {
    /// The mean of the values.
    public let mean: Double
    /// Lower end of the interval.
    public let lower: Double
    /// Upper end of the interval.
    public let upper: Double

    /// Resamples the values.
    ///
    /// - Parameters:
    ///   - values: one per query or answer.
    ///   - level: share of the draws inside the interval, between 0 and 1.
    ///   - draws: how many resamples are taken.
    ///   - seed: the same seed gives the same interval.
    /// - Throws: `EvaluationError.noSamples`, or `EvaluationError.badSetting`.
    public init(of values: [Double], level: Double = 0.95, draws: Int = 1_000, seed: UInt64 = 42) throws {
        guard !values.isEmpty else { throw EvaluationError.noSamples }
        guard level > 0, level < 1 else {
            throw EvaluationError.badSetting(name: "level", expected: "a number between 0 and 1", found: "\(level)")
        }
        guard draws >= 1 else {
            throw EvaluationError.badSetting(name: "draws", expected: "at least 1", found: "\(draws)")
        }
        var generator = SplitMix64(seed: seed)
        let means = (0..<draws).map { _ in
            (0..<values.count).reduce(0.0) { sum, _ in sum + values[generator.next(below: values.count)] }
                / Double(values.count)
        }.sorted()
        mean = values.reduce(0, +) / Double(values.count)
        let tail = (1 - level) / 2 * Double(draws - 1)
        lower = means[Int(tail.rounded(.down))]
        upper = means[draws - 1 - Int(tail.rounded(.down))]
    }
}
