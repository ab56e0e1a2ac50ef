import LinnetLayers
import LinnetModels
import LinnetTensors

/// Fine-tuning of an encoder of sentences, whole or by an adapter: what a ``Trainer`` trains.
///
/// All texts of a batch, of every column, are encoded in one ragged pass. Negatives are those of one batch: with
/// gradient accumulation each batch has its own, so that accumulating is not the same as a larger batch.
public final class SentenceEmbedding: Trainable {
    /// The texts of some examples as one ragged batch, column by column.
    public struct Batch {
        let tokens: TokenBatch
        let exampleCount: Int
        let scores: [Float]
    }

    /// How the vectors of one example lie to each other and to the rest of its batch.
    public struct Judgment: Sendable {
        /// Cosine of the first two texts.
        public let similarity: Float
        /// The largest cosine of the anchor with one of its own negatives; nil without any.
        public let hardestNegative: Float?
        /// How many of the batch's positives and negatives are closer to the anchor than its own positive, plus one.
        public let rank: Int
    }

    private let model: PretrainedModel<any TextEncoder>
    private let modules: SentenceModules
    private let objective: EmbeddingLoss
    private let baseModel: String
    private let saveTokenizer: (_ directory: String) throws -> Void

    /// The task of training a model.
    ///
    /// - Parameters:
    ///   - model: The encoder, with its adapter attached if only that is trained.
    ///   - modules: How its states become vectors.
    ///   - objective: What it learns from.
    ///   - baseModel: What an adapter records as its base: a hub name or a directory.
    ///   - saveTokenizer: Writes the tokenizer's files beside the weights.
    public init(
        _ model: PretrainedModel<any TextEncoder>, modules: SentenceModules, objective: EmbeddingLoss,
        baseModel: String, saveTokenizer: @escaping (_ directory: String) throws -> Void
    ) {
        self.model = model
        self.modules = modules
        self.objective = objective
        self.baseModel = baseModel
        self.saveTokenizer = saveTokenizer
    }

    /// Parameters of the model and of its active adapter.
    public var parameters: [Parameter] { model.store.activeParameters }

    /// Freezes parameters by name.
    public func freeze(matching pattern: String) -> [String] {
        model.store.freeze(matching: [pattern])
    }

    /// Puts texts together without padding: all anchors, then all positives, then each column of negatives.
    public func batch(_ examples: [SentenceExample]) -> Batch {
        let columnCount = examples.first?.columns.count ?? 0
        return Batch(
            tokens: TokenBatch((0..<columnCount).flatMap { column in examples.map { $0.columns[column] } }),
            exampleCount: examples.count, scores: examples.compactMap(\.score))
    }

    /// Number of examples.
    public func lossCount(_ batch: Batch) -> Int { batch.exampleCount }

    /// The losses of the examples, summed and divided by `divisor`.
    public func loss(_ batch: Batch, divisor: Int, arguments: TrainingArguments) -> Tensor {
        objective(columns(of: batch, arguments.precision), scores: batch.scores, divisor: divisor)
    }

    /// Sum of the losses, and how the vectors of each example lie.
    public func evaluate(
        _ batch: Batch, arguments: TrainingArguments
    ) -> (lossSum: Double, outputs: [Judgment]) {
        let columns = columns(of: batch, arguments.precision)
        let loss = objective(columns, scores: batch.scores, divisor: 1)
        return (Double(loss.item()), judgments(columns.map { $0.l2Normalized() }))
    }

    /// The vectors of each column, `[examples, dimension]`.
    private func columns(of batch: Batch, _ precision: Precision) -> [Tensor] {
        let all = modules.embeddings(of: batch.tokens, by: model.network, dtype: precision.dtype)
        return stride(from: 0, to: batch.tokens.sequenceCount, by: max(1, batch.exampleCount)).map { start in
            all.slice(start..<(start + batch.exampleCount))
        }
    }

    /// - Parameter columns: Vectors of length 1.
    private func judgments(_ columns: [Tensor]) -> [Judgment] {
        let similarities = columns[0].linear(Tensor.concatenated(Array(columns.dropFirst())))
        let (examples, documents) = (similarities.shape[0], similarities.shape[1])
        let values = similarities.floats()
        return (0..<examples).map { row in
            let scores = values[(row * documents)..<((row + 1) * documents)]
            let own = scores[scores.startIndex + row]
            // Its own texts stand at the same place of every column.
            let negatives = stride(from: row + examples, to: documents, by: examples).map {
                scores[scores.startIndex + $0]
            }
            return Judgment(
                similarity: own, hardestNegative: negatives.max(), rank: 1 + scores.count { $0 > own })
        }
    }

    /// Writes the model in the layout of sentence-transformers, which opens it; of an adapter that is not merged the
    /// adapter alone, which it opens where the base model is found.
    public func save(to directory: String) throws {
        if model.store.activeAdapter != nil {
            // Without a config.json beside it: that would make transformers look for the whole weights here too.
            try AdapterDirectory.save(
                model, to: directory, baseModel: baseModel, taskType: "FEATURE_EXTRACTION", naming: model.bareName)
        } else {
            try model.saveEncoder(to: directory)
        }
        try modules.save(to: directory, dimension: model.network.hiddenSize)
        try saveTokenizer(directory)
    }

    /// Folds the active adapter, if there is one, into the weights: what is saved then is a whole model.
    public func mergeAdapter() throws {
        if model.store.activeAdapter != nil { try model.store.mergeActiveAdapter() }
    }

    /// Takes the trainable parameters from what ``save(to:)`` wrote.
    public func restore(from directory: String) throws {
        try model.restoreTrained(from: directory, naming: model.bareName)
    }
}
