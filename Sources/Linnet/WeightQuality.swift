import Foundation
import LinnetFormats
import LinnetLayers
import LinnetModels
import LinnetTensors
import LinnetTokenizers
import LinnetTraining

/// What a causal model loses when its weights are kept in fewer bits: what `linnet bench quality` measures.
///
/// The model reads a text as it would write it, token by token over a cache, so that the kernels of decoding are
/// measured and not only the rounding of the weights.
public struct WeightQuality: Sendable {
    /// What one format of the weights gives.
    public struct Measurement: Sendable {
        /// The format of the weights.
        public let weights: WeightFormat
        /// Tokens predicted.
        public let tokens: Int
        /// Mean cross-entropy of a token, in nats.
        public let loss: Double
        /// Share of places at which the most probable token is that of the first format measured.
        public let agreement: Double

        /// e to the ``loss``.
        public var perplexity: Double { exp(loss) }
    }

    /// A model directory, or the name of a downloaded model.
    public var model: String
    /// A text file, UTF-8.
    public var corpus: String
    /// Formats to measure, the one to compare with first.
    public var formats: [WeightFormat] = [.bf16, .q8, .q4]
    /// The share of the text, at its end, that is measured: what ``Pretraining`` did not learn from.
    public var share = 0.1
    /// The longest sequence; shorter where the model's own limit is.
    public var context = 512
    /// The most tokens to predict; nil means all.
    public var tokenLimit: Int?

    /// Sequences that are read together: few enough for the kernels of decoding.
    private static let sequences = 16

    /// A measurement of a model on a text.
    public init(model: String, corpus: String) {
        self.model = model
        self.corpus = corpus
    }

    /// Measures every format.
    ///
    /// - Throws: `ModelError`, `FormatError`, `TokenizerError`, or `TrainingError.corpusTooShort`.
    public func run() throws -> [Measurement] {
        let directory = try ModelHub().directory(for: model)
        let tokenizer = try Tokenizer(directory: directory)
        let tokens = tokenizer.encode(try CorpusText(path: corpus).content, addSpecialTokens: false).ids
        var measured = Array(tokens[(tokens.count - Int(Double(tokens.count) * min(1, max(0, share))))...])
        if let tokenLimit { measured = Array(measured.prefix(tokenLimit + 1)) }
        var base: [Int] = []
        return try formats.map { format in
            let network = try PretrainedModel.causal(directory: directory, weights: format).network
            try network.check(CausalBatch([measured.max().map { [$0] } ?? []]), cache: nil)
            let windows = try TokenWindows(
                measured, context: min(context, network.maximumLength), .consecutive, name: corpus)
            let (loss, choices) = withoutGradient { Self.read(windows, network, format) }
            if base.isEmpty { base = choices }
            let equal = zip(choices, base).count { $0 == $1 }
            return Measurement(
                weights: format, tokens: choices.count, loss: loss / Double(choices.count),
                agreement: Double(equal) / Double(choices.count))
        }
    }

    /// The sum of the losses over all windows, and the most probable token at every place.
    private static func read(
        _ windows: TokenWindows, _ network: any CausalLanguageModel, _ format: WeightFormat
    ) -> (loss: Double, choices: [Int]) {
        let dtype: DType = format == .fp32 ? .float32 : .bfloat16
        let cache = network.makeCache(slots: sequences, capacity: windows.context, dtype: dtype)
        var (loss, choices) = (0.0, [Int]())
        for first in stride(from: 0, to: windows.count, by: sequences) {
            let group = (first..<min(first + sequences, windows.count)).map { windows[$0] }
            for slot in 0..<sequences { cache.truncate(slot: slot, to: 0) }
            for place in 0..<windows.context {
                let slots = group.indices.filter { place < group[$0].tokenCount }
                guard !slots.isEmpty else { break }
                let inputs = slots.map { [group[$0].inputs[group[$0].inputs.startIndex + place]] }
                let targets = slots.map { group[$0].targets[group[$0].targets.startIndex + place] }
                let logits = network.logits(
                    CausalBatch(inputs, slots: slots), cache: cache, rows: .last, dtype: dtype)
                loss += Double(logits.crossEntropy(targets, divisor: 1).item())
                choices += logits.argmax()
            }
        }
        return (loss, choices)
    }
}
