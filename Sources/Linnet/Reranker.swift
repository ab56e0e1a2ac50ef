import Foundation
import LinnetFormats
import LinnetGeneration
import LinnetModels
import LinnetRetrieval
import LinnetTensors
import LinnetTokenizers

/// Ranks texts by how well they answer a query: a classifier of (query, text) pairs, read together.
///
/// Any classifier of pairs that Linnet or `transformers` fine-tuned will do: one with a single logit, or one in which a
/// class stands for 'relevant'.
public final class Reranker {
    private let model: PretrainedModel<any SequenceClassificationNetwork>
    private let encoder: BatchEncoder
    private let precision: Precision
    /// The class whose probability ranks; `nil` for a single logit.
    private let positiveClass: Int?

    private static let positiveLabels: Set<String> = [
        "relevant", "positive", "yes", "true", "1", "match", "duplicate", "entailment", "label_1",
    ]

    /// Loads a classifier of pairs.
    ///
    /// - Parameter directory: A model or adapter directory, or the name of a downloaded model.
    /// - Throws: `ModelError` when no class can be told to stand for 'relevant'.
    public init(directory: String, precision: Precision = .bfloat16) throws {
        let path = try ModelHub().directory(for: directory)
        model = try TextClassifier.load(path)
        self.precision = precision
        let labels = model.labels
        positiveClass = labels.count == 1 ? nil : labels.firstIndex { Self.positiveLabels.contains($0.lowercased()) }
        guard labels.count == 1 || positiveClass != nil else {
            throw ModelError(
                "\(path): expected a classifier of pairs with one logit or a class called relevant, yes, true or 1; "
                    + "found \(labels.prefix(5).joined(separator: ", "))")
        }
        let tokenizer = try Tokenizer(directory: path)
        encoder = try BatchEncoder(
            tokenizer: tokenizer, model: model.network.encoder, maximumLength: tokenizer.modelMaxLength, path: path)
    }

    /// What a ``Retriever`` calls; computes on the compute thread.
    var ranking: (_ query: String, _ texts: [String]) throws -> [Double] {
        { query, texts in try ComputeThread.shared.run { self.scores(query, texts) } }
    }

    /// The probability that each text answers the query: softmax over the classes, or the sigmoid of a single logit.
    public func scores(_ query: String, _ texts: [String]) -> [Double] {
        let classes = max(model.labels.count, 1)
        return encoder.batches(texts.map { _ in query }, pairs: texts).flatMap { batch in
            let logits = withoutGradient {
                model.network.logits(batch, dtype: precision.dtype).converted(to: .float32).floats()
            }
            return (0..<batch.sequenceCount).map { row in
                let values = logits[(row * classes)..<((row + 1) * classes)].map(Double.init)
                guard let positiveClass else { return 1 / (1 + exp(-(values.first ?? 0))) }
                let top = values.max() ?? 0
                let weights = values.map { exp($0 - top) }
                return weights[positiveClass] / weights.reduce(0, +)
            }
        }
    }
}
