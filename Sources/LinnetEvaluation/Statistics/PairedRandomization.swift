/// Whether two systems differ on the same queries, by Fisher's randomisation test on the paired values.
///
/// If the systems were alike, the sign of each query's difference would be a coin's. `probability` is the share of coin
/// throws (and the observed signs themselves) whose mean difference is at least as large, in either direction:
/// (1 + throws as extreme) / (1 + throws) (Smucker, Allan, Carterette 2007).
public struct PairedRandomization: Sendable, Equatable {
    /// Mean of `values − baseline`.
    public let difference: Double
    /// The two-sided p-value.
    public let probability: Double

    /// Compares the values of the same queries.
    ///
    /// - Parameters:
    ///   - values: of the system in question.
    ///   - baseline: of the one it is compared with, in the same order.
    ///   - draws: how often signs are drawn.
    ///   - seed: the same seed gives the same probability.
    /// - Throws: `EvaluationError.countMismatch` or `EvaluationError.noSamples`.
    public init(of values: [Double], over baseline: [Double], draws: Int = 10_000, seed: UInt64 = 42) throws {
        guard values.count == baseline.count else {
            throw EvaluationError.countMismatch(predictions: values.count, labels: baseline.count)
        }
        guard !values.isEmpty else { throw EvaluationError.noSamples }
        let differences = zip(values, baseline).map { $0 - $1 }
        let observed = differences.reduce(0, +)
        let bound = abs(observed) - 1e-12 * differences.reduce(0) { $0 + abs($1) }  // sums in another order
        var generator = SplitMix64(seed: seed)
        var extreme = 0
        for _ in 0..<max(0, draws) {
            var (sum, signs) = (0.0, UInt64(0))
            for (index, difference) in differences.enumerated() {
                if index % 64 == 0 { signs = generator.next() }
                sum += signs & 1 == 1 ? difference : -difference
                signs >>= 1
            }
            if abs(sum) >= bound { extreme += 1 }
        }
        difference = observed / Double(values.count)
        probability = Double(1 + extreme) / Double(1 + max(0, draws))
    }
}
