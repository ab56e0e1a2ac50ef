import LinnetTensors

/// Chooses the tokens of one answer: Hugging Face's processors in their order, then the most probable token or a draw.
///
/// Draw `t` of sample `s` is a pure function of `(seed, s, t)` (Philox, counter-based): an answer depends neither on the
/// batch it was computed in nor on the answers beside it.
struct Sampler {
    private let processors: [any LogitProcessor]
    private let isRandom: Bool
    private let seed: UInt64
    private let sample: Int

    /// A sampler for one answer.
    ///
    /// - Parameters:
    ///   - options: Settings that were validated.
    ///   - seed: Seed of the draws.
    ///   - sample: Number of the answer among those to the same prompt.
    init(_ options: GenerationOptions, seed: UInt64, sample: Int) {
        processors = options.processors()
        isRandom = options.doSample
        self.seed = seed
        self.sample = sample
    }

    /// The next token. The row's scores are used up.
    func choose(_ row: LogitRow, _ history: TokenHistory) -> Int32 {
        let row = processed(row, history)
        guard isRandom else { return row.best }
        let place = UInt64(truncatingIfNeeded: history.answerLength)
        var numbers = RandomNumbers(seed: seed, stream: UInt64(truncatingIfNeeded: sample) << 32 | place)
        let resolution = 0x1p-53
        return Self.token(at: Double(numbers.next() >> 11) * resolution, of: row.probabilities())
    }

    /// The row after all processors.
    func processed(_ row: LogitRow, _ history: TokenHistory) -> LogitRow {
        var row = row
        for processor in processors { processor.process(&row, history) }
        return row
    }

    /// The token whose part of the unit interval holds `position`.
    private static func token(at position: Double, of probabilities: [(id: Int32, probability: Float)]) -> Int32 {
        let total = probabilities.reduce(0.0) { $0 + Double($1.probability) }
        var rest = position * total
        var last: Int32 = probabilities.first?.id ?? 0
        for (id, probability) in probabilities where probability > 0 {
            last = id
            rest -= Double(probability)
            if rest < 0 { break }
        }
        return last
    }
}
