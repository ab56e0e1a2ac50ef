import LinnetLayers
import LinnetModels
import LinnetTensors

/// A tokenised text, or pair of texts, and its class.
public struct LabelledExample: TrainingExample {
    /// Token ids.
    public let ids: [Int32]
    /// Segment of each token.
    public let typeIds: [Int32]
    /// Its class.
    public let target: Int32

    /// A tokenised text with its class.
    public init(ids: [Int32], typeIds: [Int32], target: Int32) {
        self.ids = ids
        self.typeIds = typeIds
        self.target = target
    }

    /// Its length in tokens.
    public var tokenCount: Int { ids.count }

    /// Adds ids, segments and class.
    public func add(to fingerprint: inout CyclicChecksum) {
        for value in ids + typeIds + [target, Int32(truncatingIfNeeded: ids.count)] {
            withUnsafeBytes(of: value.littleEndian) { fingerprint.update($0) }
        }
    }
}

/// Fine-tuning of a sequence classifier, whole or by an adapter: what a ``Trainer`` trains.
public final class TextClassification: Trainable {
    /// Examples as one ragged batch with their classes.
    public struct Batch {
        let tokens: TokenBatch
        let targets: [Int32]
    }

    private let model: PretrainedModel<any SequenceClassificationNetwork>
    private let baseModel: String
    private let saveTokenizer: (_ directory: String) throws -> Void

    /// The task of training a model.
    ///
    /// - Parameters:
    ///   - model: The classifier, with its adapter attached if only that is trained.
    ///   - baseModel: What an adapter records as its base: a hub name or a directory.
    ///   - saveTokenizer: Writes the tokenizer's files beside the weights.
    public init(
        _ model: PretrainedModel<any SequenceClassificationNetwork>, baseModel: String,
        saveTokenizer: @escaping (_ directory: String) throws -> Void
    ) {
        self.model = model
        self.baseModel = baseModel
        self.saveTokenizer = saveTokenizer
    }

    /// Parameters of the model and of its active adapter.
    public var parameters: [Parameter] { model.store.activeParameters }

    /// Freezes parameters by name.
    public func freeze(matching pattern: String) -> [String] {
        model.store.freeze(matching: [pattern])
    }

    /// Puts examples together without padding.
    public func batch(_ examples: [LabelledExample]) -> Batch {
        Batch(
            tokens: TokenBatch(examples.map(\.ids), typeIds: examples.map(\.typeIds)),
            targets: examples.map(\.target))
    }

    /// Number of examples.
    public func lossCount(_ batch: Batch) -> Int { batch.targets.count }

    /// Cross-entropy, summed and divided by `divisor`.
    public func loss(_ batch: Batch, divisor: Int, arguments: TrainingArguments) -> Tensor {
        model.network.logits(batch.tokens, dtype: arguments.precision.dtype)
            .crossEntropy(batch.targets, labelSmoothing: Float(arguments.labelSmoothing), divisor: divisor)
    }

    /// Sum of the losses, and the predicted class of each example.
    public func evaluate(_ batch: Batch, arguments: TrainingArguments) -> (lossSum: Double, outputs: [Int]) {
        let logits = model.network.logits(batch.tokens, dtype: arguments.precision.dtype)
        return (Double(logits.crossEntropy(batch.targets, divisor: 1).item()), logits.argmax())
    }

    /// Writes the model, or the adapter alone, and the tokenizer.
    public func save(to directory: String) throws {
        if model.store.activeAdapter != nil {
            try model.writeConfiguration(to: directory)
            try AdapterDirectory.save(model, to: directory, baseModel: baseModel)
        } else {
            try model.save(to: directory)
        }
        try saveTokenizer(directory)
    }

    /// Takes the trainable parameters from what ``save(to:)`` wrote.
    public func restore(from directory: String) throws {
        try model.restoreTrained(from: directory)
    }
}
