import Foundation

/// How probable a model finds each of the labels it may choose among.
public struct ChoiceResult: Sendable, Equatable {
    /// A label's share.
    public struct Score: Sendable, Equatable {
        /// The label.
        public let label: String
        /// Its probability among the labels, calibrated if the classifier is; they add up to 1.
        public let probability: Double
        /// Sum of the log-probabilities of its tokens after the prompt, as the model gives them.
        public let logProbability: Double
    }

    /// All labels, in the order in which they were given.
    public let scores: [Score]

    /// The most probable label; of equal ones the first.
    public var label: String {
        var best = scores.first
        for score in scores where score.probability > best?.probability ?? 0 { best = score }
        return best?.label ?? ""
    }
}

/// What a label's score is divided by, since longer labels are less probable.
public enum ChoiceNormalization: String, Sendable, CaseIterable {
    /// Nothing: the probability of the label itself.
    case sum
    /// Its number of tokens.
    case perToken = "per_token"
    /// Its number of bytes.
    case perByte = "per_byte"
}

/// A classifier made of a prompt: scores given labels, and cannot answer anything else.
///
/// Each label's score is the sum of its tokens' log-probabilities after the prompt. Scores favour frequent labels and the
/// labels of the last examples; contextual calibration (Zhao et al. 2021) measures this on inputs without content and
/// divides it out: q(label) ∝ p(label | input) / p(label | "N/A").
public final class ChoiceClassifier: Sendable {
    /// The labels.
    public let labels: [String]
    private let engine: PromptEngine
    private let task: String
    private let examples: [PromptExample]
    private let normalization: ChoiceNormalization
    /// log p(label) of an input without content; zeros without calibration.
    private let bias: [Double]

    /// Inputs without content, as in the paper.
    private static let contentFree = ["N/A", "[MASK]", ""]

    /// A classifier; with calibration the inputs without content are scored now.
    ///
    /// - Parameters:
    ///   - examples: Their outputs should be labels.
    ///   - labels: At least two different ones.
    ///   - calibrates: Whether to divide out what the prompt alone favours.
    /// - Throws: ``GenerationError/unusableChoices(_:)``.
    public init(
        _ engine: PromptEngine, task: String, examples: [PromptExample] = [], labels: [String],
        normalization: ChoiceNormalization = .sum, calibrates: Bool = true
    ) throws {
        guard labels.count > 1 else {
            throw GenerationError.unusableChoices("expected at least two labels, found \(labels.count)")
        }
        for (index, label) in labels.enumerated() {
            let isBlank = label.allSatisfy(\.isWhitespace)
            guard !isBlank, !labels[..<index].contains(label) else {
                throw GenerationError.unusableChoices("expected different labels, found '\(label)' twice or empty")
            }
        }
        self.engine = engine
        self.task = task
        self.examples = examples
        self.labels = labels
        self.normalization = normalization
        guard calibrates else {
            bias = labels.map { _ in 0 }
            return
        }
        let prompts = try Self.contentFree.map { try engine.fewShot(task: task, examples: examples, input: $0) }
        let scores = try Self.scores(engine, prompts, labels, normalization)
        // The mean of the probabilities, not of their logarithms; kept as a logarithm, since that of a long label is
        // too small for a probability.
        let shares = scores.map { score in
            let total = Self.logSumOfExponentials(score.normalized)
            return score.normalized.map { $0 - total }
        }
        bias = labels.indices.map { label in
            Self.logSumOfExponentials(shares.map { $0[label] }) - log(Double(shares.count))
        }
    }

    /// The prompt for an input.
    public func prompt(_ input: String) throws -> Prompt {
        try engine.fewShot(task: task, examples: examples, input: input)
    }

    /// Chooses a label for each input, in their order.
    public func classify(_ inputs: [String]) throws -> [ChoiceResult] {
        let scores = try Self.scores(engine, inputs.map(prompt), labels, normalization)
        return scores.map { score in
            let probabilities = Self.softmax(zip(score.normalized, bias).map { $0 - $1 })
            return ChoiceResult(
                scores: labels.indices.map { label in
                    ChoiceResult.Score(
                        label: labels[label], probability: probabilities[label], logProbability: score.sums[label])
                })
        }
    }

    private struct LabelScores {
        let sums: [Double]
        let normalized: [Double]
    }

    private static func scores(
        _ engine: PromptEngine, _ prompts: [Prompt], _ labels: [String], _ normalization: ChoiceNormalization
    ) throws -> [LabelScores] {
        let parts = try prompts.map { try TokenizedChoices(engine, $0, labels) }
        let all = try engine.generator.logProbabilities(of: parts.map(\.labels), after: parts.map(\.prompt))
        return all.map { scores in
            let sums = scores.map { $0.reduce(0) { $0 + Double($1) } }
            let normalized = labels.indices.map { label in
                switch normalization {
                case .sum: sums[label]
                case .perToken: sums[label] / Double(max(scores[label].count, 1))
                case .perByte: sums[label] / Double(max(labels[label].utf8.count, 1))
                }
            }
            return LabelScores(sums: sums, normalized: normalized)
        }
    }

    private static func softmax(_ values: [Double]) -> [Double] {
        let total = logSumOfExponentials(values)
        return values.map { exp($0 - total) }
    }

    /// log Σ eˣ, without leaving the range of numbers.
    private static func logSumOfExponentials(_ values: [Double]) -> Double {
        let top = values.max() ?? 0
        return top + log(values.reduce(0) { $0 + exp($1 - top) })
    }
}

/// A prompt and the labels behind it as tokens, split where the labels begin to differ from the prompt alone.
///
/// Text is encoded as a whole, as the model has seen it in training: the end of the prompt and the beginning of a label
/// may share a token.
struct TokenizedChoices {
    let prompt: [Int32]
    let labels: [[Int32]]

    init(_ engine: PromptEngine, _ prompt: Prompt, _ labels: [String]) throws {
        func tokens(_ text: String) -> [Int32] {
            engine.generator.tokens(text, addSpecialTokens: prompt.addsSpecialTokens)
        }
        let alone = tokens(prompt.text)
        var whole = labels.map { tokens(prompt.text + prompt.answerSeparator + $0) }
        // A label that another one begins with would win always; behind a line end it counts as complete.
        let isPrefix = labels.contains { label in labels.contains { $0 != label && $0.hasPrefix(label) } }
        if isPrefix { whole = labels.map { tokens(prompt.text + prompt.answerSeparator + $0 + "\n") } }
        var shared = alone.count
        for sequence in whole { shared = commonPrefix(alone, sequence, limit: min(shared, sequence.count - 1)) }
        guard shared > 0 else { throw GenerationError.emptyPrompt }
        self.prompt = Array(alone[..<shared])
        self.labels = whole.map { Array($0[shared...]) }
        guard Set(self.labels).count == labels.count else {
            throw GenerationError.unusableChoices("two labels have the same tokens; rename one")
        }
    }
}
