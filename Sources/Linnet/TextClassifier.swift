import Foundation
import LinnetFormats
import LinnetLayers
import LinnetModels
import LinnetTensors
import LinnetTokenizers

/// What a classifier says of one text.
public struct Classification: Sendable, Equatable {
    /// The most probable class.
    public let label: String
    /// Its probability.
    public let score: Double
    /// Probability of every class, in the order of the model's `id2label`.
    public let scores: [(label: String, probability: Double)]

    /// Whether two classifications say the same.
    public static func == (left: Classification, right: Classification) -> Bool {
        left.label == right.label && left.scores.map(\.probability) == right.scores.map(\.probability)
    }
}

/// A fine-tuned model that gives texts a label.
///
/// ```swift
/// let classifier = try TextClassifier(directory: "runs/sst2")
/// print(try classifier.classify(["a wonderful film"])[0].label)
/// ```
public final class TextClassifier {
    /// Class names in the order of the logits.
    public let labels: [String]
    private let model: PretrainedModel<any SequenceClassificationNetwork>
    private let encoder: BatchEncoder
    private let precision: Precision

    /// Loads a classifier that Linnet, `transformers` or PEFT saved.
    ///
    /// - Parameters:
    ///   - directory: A model directory, an adapter directory (its base model is found by path or in the hub's cache),
    ///     or the name of a downloaded model.
    ///   - precision: Type of the computation.
    public init(directory: String, precision: Precision = .bfloat16) throws {
        let path = try ModelHub().directory(for: directory)
        model = try Self.load(path)
        labels = model.labels
        self.precision = precision
        let tokenizer = try Tokenizer(directory: path)
        encoder = try BatchEncoder(
            tokenizer: tokenizer, model: model.network.encoder, maximumLength: tokenizer.modelMaxLength, path: path)
    }

    /// Classifies texts, in order.
    ///
    /// - Parameters:
    ///   - texts: One text each, or the first sentences of pairs.
    ///   - pairs: The second sentences; as many as there are texts.
    public func classify(_ texts: [String], pairs: [String]? = nil) -> [Classification] {
        encoder.batches(texts, pairs: pairs).flatMap { batch in
            let probabilities = withoutGradient {
                model.network.logits(batch, dtype: precision.dtype).converted(to: .float32).softmax().floats()
            }
            return (0..<batch.sequenceCount).map { row in
                classification(Array(probabilities[(row * labels.count)..<((row + 1) * labels.count)]))
            }
        }
    }

    private func classification(_ probabilities: [Float]) -> Classification {
        let scores = zip(labels, probabilities).map { (label: $0, probability: Double($1)) }
        let best = scores.max { $0.probability < $1.probability }
        return Classification(label: best?.label ?? "", score: best?.probability ?? 0, scores: scores)
    }

    /// Loads a full model, or a base model with the adapter on top.
    static func load(_ path: String) throws -> PretrainedModel<any SequenceClassificationNetwork> {
        guard AdapterDirectory.exists(at: path) else {
            let model = try PretrainedModel.classifier(directory: path)
            guard model.store.initializedNames.isEmpty else {
                throw ModelError(
                    "\(path): not a fine-tuned classifier: \(model.store.initializedNames[0]) is not stored; "
                        + "fine-tune it first (linnet finetune classify --model \(path))")
            }
            return model
        }
        let adapter = try AdapterDirectory(path: path)
        let base = try ModelHub().directory(for: adapter.baseModel)
        let labels = try? ModelConfiguration(directory: path).labels()
        let model = try PretrainedModel.classifier(directory: base, labels: labels)
        try adapter.attach(to: model)
        return model
    }
}
