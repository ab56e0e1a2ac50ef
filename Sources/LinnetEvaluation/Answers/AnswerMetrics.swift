/// How good generated answers are: against references, and against the sources they cite.
public struct AnswerMetrics: Sendable {
    /// An answer and what it is measured against.
    public struct Sample: Sendable, Equatable {
        /// The question's id, or the number of the line.
        public var id: String
        /// The answer.
        public var prediction: String
        /// Acceptable answers; nil where none are given, empty where the right answer is none.
        public var references: [String]?
        /// The texts that `[1]`, `[2]`, … of the answer stand for; nil where none are given.
        public var sources: [String]?

        /// An answer and what it is measured against.
        public init(id: String, prediction: String, references: [String]? = nil, sources: [String]? = nil) {
            self.id = id
            self.prediction = prediction
            self.references = references
            self.sources = sources
        }
    }

    /// The numbers of one answer.
    public struct Scores: Sendable, Equatable {
        /// The question's id.
        public let id: String
        /// Exact match and token F1; nil without references.
        public let squad: SquadScore?
        /// ROUGE-L; nil without references.
        public let rougeL: RougeL?
        /// Faithfulness; nil without sources.
        public let faithfulness: CitationFaithfulness?
    }

    /// Settings that change the numbers.
    public struct Settings: Sendable, Equatable {
        /// Compare Porter stems in ROUGE-L.
        public var stems = false
        /// The share of a sentence's content words that its cited sources must contain.
        public var faithfulnessShare = 0.5

        /// The defaults: those of the reference implementations.
        public init() {}
    }

    /// The numbers of every answer, in order.
    public let answers: [Scores]
    /// BLEU of all answers that have references; nil when none has.
    public let bleu: BLEUScore?

    /// Measures answers.
    ///
    /// - Throws: `EvaluationError.noSamples`, or `EvaluationError.badSetting`.
    public init(_ samples: [Sample], settings: Settings = Settings()) throws {
        guard !samples.isEmpty else { throw EvaluationError.noSamples }
        answers = try samples.map { sample in
            Scores(
                id: sample.id,
                squad: sample.references.map { SquadScore(prediction: sample.prediction, references: $0) },
                rougeL: sample.references.map {
                    RougeL(prediction: sample.prediction, references: $0, stems: settings.stems)
                },
                faithfulness: try sample.sources.map {
                    try CitationFaithfulness(
                        answer: sample.prediction, sources: $0, share: settings.faithfulnessShare)
                })
        }
        let compared = samples.compactMap { sample in
            sample.references.map { (prediction: sample.prediction, references: $0.isEmpty ? [""] : $0) }
        }
        bleu = compared.isEmpty ? nil : BLEUScore(compared)
    }

    /// Mean exact match, from 0 to 1; nil without references.
    public var exactMatch: Double? { Self.mean(answers.compactMap(\.squad?.exactMatch)) }
    /// Mean token F1, from 0 to 1; nil without references.
    public var f1: Double? { Self.mean(answers.compactMap(\.squad?.f1)) }
    /// Mean F of ROUGE-L, from 0 to 1; nil without references.
    public var rougeL: Double? { Self.mean(answers.compactMap(\.rougeL?.f1)) }
    /// Mean faithfulness of the answers that have sentences, from 0 to 1; nil without sources.
    public var faithfulness: Double? { Self.mean(answers.compactMap(\.faithfulness?.value)) }

    /// What was measured, by name: `exact_match`, `f1` and `rougeL` from 0 to 1, `bleu` from 0 to 100, `faithfulness` from
    /// 0 to 1.
    public var summary: [(name: String, value: Double)] {
        [
            ("exact_match", exactMatch), ("f1", f1), ("rougeL", rougeL), ("bleu", bleu?.value),
            ("faithfulness", faithfulness),
        ].compactMap { name, value in value.map { (name, $0) } }
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
