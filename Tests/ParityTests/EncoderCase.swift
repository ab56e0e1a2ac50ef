import Linnet
import TestSupport

/// A tiny model of `Tests/Fixtures/models` with the numbers that transformers computes from it.
struct EncoderCase {
    let golden: Golden
    let batch: GoldenBatch
    let store: ParameterStore
    let encoder: any TextEncoder
    private let network: (TokenBatch, DType) -> Tensor
    private let isPerToken: Bool

    /// Opens `models/<name>`, whose name ends in its task.
    init(_ name: String, golden file: String = "golden.safetensors") throws {
        golden = try Golden("models/\(name)/\(file)")
        batch = try GoldenBatch(Golden("models/\(name)/golden.safetensors"))
        let directory = Fixtures.path("models/\(name)")
        isPerToken = !name.hasSuffix("classification")
        if name.hasSuffix("classification") {
            let model = try PretrainedModel<any SequenceClassificationNetwork>.classifier(directory: directory)
            (store, encoder, network) = (model.store, model.network.encoder, model.network.logits)
        } else {
            let model: PretrainedModel<any TokenNetwork> =
                name.hasSuffix("masked")
                ? try .maskedLM(directory: directory) : try .tokenClassifier(directory: directory)
            (store, encoder, network) = (model.store, model.network.encoder, model.network.logits)
        }
    }

    /// Scores of real rows: `[sequences, labels]` or `[tokens, labels]`.
    func logits(in dtype: DType = .float32) -> Tensor {
        let all = network(batch.tokens, dtype)
        return isPerToken ? batch.realRows(all) : all
    }

    /// The mean cross-entropy over the labelled rows.
    func loss(labels: [Int32], smoothing: Float = 0) -> Tensor {
        logits().crossEntropy(labels, labelSmoothing: smoothing)
    }

    /// The model's parameters by name.
    var parameters: [String: Parameter] {
        Dictionary(uniqueKeysWithValues: store.parameters.map { ($0.name, $0) })
    }
}
