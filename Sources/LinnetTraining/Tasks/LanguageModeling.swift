import LinnetLayers
import LinnetModels
import LinnetTensors

/// Training of a causal language model to predict the next token: what a ``Trainer`` trains.
///
/// The loss is the mean over all predicted tokens of `−log p(tokenₜ₊₁ | token₁ … tokenₜ)`, in nats; its exponential is
/// the perplexity.
public final class LanguageModeling: Trainable {
    /// Windows as one ragged batch, and the token that follows each.
    public struct Batch {
        let tokens: CausalBatch
        let targets: [Int32]
    }

    private let model: PretrainedModel<any CausalLanguageModel>
    private let saveTokenizer: (_ directory: String) throws -> Void

    /// The task of training a model.
    ///
    /// - Parameters:
    ///   - model: The model, with fp32 masters.
    ///   - saveTokenizer: Writes the tokenizer's files beside the weights.
    public init(
        _ model: PretrainedModel<any CausalLanguageModel>,
        saveTokenizer: @escaping (_ directory: String) throws -> Void
    ) {
        self.model = model
        self.saveTokenizer = saveTokenizer
    }

    /// Parameters of the model and of its active adapter.
    public var parameters: [Parameter] { model.store.activeParameters }

    /// Freezes parameters by name.
    public func freeze(matching pattern: String) -> [String] {
        model.store.freeze(matching: [pattern])
    }

    /// Puts windows together without padding.
    public func batch(_ examples: [TokenWindow]) -> Batch {
        Batch(tokens: CausalBatch(examples.map { Array($0.inputs) }), targets: examples.flatMap(\.targets))
    }

    /// Number of predicted tokens.
    public func lossCount(_ batch: Batch) -> Int { batch.targets.count }

    /// Cross-entropy of every predicted token, summed and divided by `divisor`.
    public func loss(_ batch: Batch, divisor: Int, arguments: TrainingArguments) -> Tensor {
        crossEntropy(batch, divisor: divisor, labelSmoothing: Float(arguments.labelSmoothing), arguments)
    }

    /// Sum of the cross-entropies; nothing is reported window by window.
    public func evaluate(_ batch: Batch, arguments: TrainingArguments) -> (lossSum: Double, outputs: [Never]) {
        let mean = crossEntropy(batch, divisor: batch.targets.count, labelSmoothing: 0, arguments)
        return (Double(mean.item()) * Double(batch.targets.count), [])
    }

    private func crossEntropy(
        _ batch: Batch, divisor: Int, labelSmoothing: Float, _ arguments: TrainingArguments
    ) -> Tensor {
        let logits = model.network.logits(batch.tokens, cache: nil, rows: .all, dtype: arguments.precision.dtype)
        // Rows that round the batch up for the matrix products predict nothing.
        let surplus = max(0, logits.shape[0] - batch.targets.count)
        return logits.crossEntropy(
            batch.targets + Array(repeating: Tensor.ignoredTarget, count: surplus), labelSmoothing: labelSmoothing,
            divisor: divisor)
    }

    /// Writes the model and the tokenizer.
    public func save(to directory: String) throws {
        try model.save(to: directory)
        try saveTokenizer(directory)
    }

    /// Takes the trainable parameters from what ``save(to:)`` wrote.
    public func restore(from directory: String) throws {
        try model.restoreTrained(from: directory)
    }
}
