import Linnet
import TestSupport
import Testing

@Suite struct AdapterParityTests {
    private static let adapters = ["lora", "rslora"]

    @Test(arguments: adapters)
    func anAdapterThatPEFTWroteGivesItsLogitsAndLoss(name: String) throws {
        let (model, golden) = try adapted(name)
        let batch = try GoldenBatch(golden)
        let logits = model.network.logits(batch.tokens, dtype: .float32)
        expectClose(logits, try golden.tensor("logits"), tolerance: .logits, "logits")
        let loss = logits.crossEntropy(try golden.integers("labels"))
        expectClose(loss, try golden.tensor("loss"), "loss")
    }

    @Test(arguments: adapters)
    func everyGradientMatchesPEFT(name: String) throws {
        try training(name).expectGradients()
    }

    @Test(arguments: adapters)
    func tenStepsOfAdamWMatchPEFT(name: String) throws {
        try training(name).expectTenSteps()
    }

    @Test(arguments: adapters)
    func mergingGivesPEFTsMergedLogits(name: String) throws {
        let (model, golden) = try adapted(name)
        try model.store.mergeActiveAdapter()
        let logits = model.network.logits(try GoldenBatch(golden).tokens, dtype: .float32)
        expectClose(logits, try golden.tensor("merged_logits"), tolerance: .logits, "merged logits")
    }

    @Test func withoutItsAdapterTheModelIsTheBaseModelAgain() throws {
        let (model, golden) = try adapted("rslora")
        let batch = try GoldenBatch(golden)
        let base = try Golden("models/bert-classification/golden.safetensors")
        try model.store.activate(nil)
        let logits = model.network.logits(batch.tokens, dtype: .float32)
        let adaptedHead = try golden.tensor("logits")
        #expect(logits.floats() != adaptedHead.floats())
        expectClose(logits, try base.tensor("logits"), "logits of the bare model")
    }

    private typealias Classifier = PretrainedModel<any SequenceClassificationNetwork>

    private func adapted(_ name: String) throws -> (Classifier, Golden) {
        let model = try Classifier.classifier(directory: Fixtures.path("models/bert-classification"))
        try AdapterDirectory(path: Fixtures.path("adapters/\(name)")).attach(to: model)
        return (model, try Golden("adapters/\(name)/golden.safetensors"))
    }

    private func training(_ name: String) throws -> GoldenTraining {
        let (model, golden) = try adapted(name)
        let (batch, labels) = try (GoldenBatch(golden), golden.integers("labels"))
        let parameters = model.store.trainable.map { ("base_model.model." + $0.name, $0) }
        return GoldenTraining(golden: golden, parameters: Dictionary(uniqueKeysWithValues: parameters)) {
            model.network.logits(batch.tokens, dtype: .float32).crossEntropy(labels)
        }
    }
}
