import Linnet
import TestSupport
import Testing

@Suite struct EmbeddingParityTests {
    private static let directory = "models/bert-embedding"

    @Test func pooledEmbeddingsAndTheirGradientsMatchSentenceTransformers() throws {
        let golden = try Golden("\(Self.directory)/golden.safetensors")
        let batch = try GoldenBatch(golden)
        let model = try PretrainedModel<any TextEncoder>.encoder(directory: Fixtures.path(Self.directory))
        let embeddings = {
            model.network(batch.tokens, tokens: .all, dtype: .float32)
                .segmentMeans(offsets: batch.tokens.offsets).l2Normalized()
        }
        expectClose(embeddings(), try golden.tensor("embeddings"), "embeddings")
        // A bare encoder's file leaves out the prefix that the model has inside a classifier.
        let parameters = model.store.parameters.map { (String($0.name.dropFirst("bert.".count)), $0) }
        let upstream = try golden.tensor("upstream")
        let training = GoldenTraining(golden: golden, parameters: Dictionary(uniqueKeysWithValues: parameters)) {
            (embeddings() * upstream).sum()
        }
        try training.expectGradients()
    }
}
