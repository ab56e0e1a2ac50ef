import Linnet
import TestSupport
import Testing

@Suite struct EncoderParityTests {
    private static let models = ["bert", "roberta", "distilbert"].flatMap { architecture in
        ["classification", "masked", "tokens"].map { "\(architecture)-\($0)" }
    }

    @Test(arguments: models)
    func everyHiddenStateMatchesTransformers(name: String) throws {
        let model = try EncoderCase(name)
        let states = model.encoder.hiddenStates(model.batch.tokens, dtype: .float32)
        #expect(states.count == model.golden.names(under: "hidden.").count)
        for (layer, state) in states.enumerated() {
            let expected = try model.golden.tensor("hidden.\(layer)")
            expectClose(model.batch.realRows(state), expected, "hidden states after layer \(layer)")
        }
    }

    @Test(arguments: models)
    func logitsAndLossMatchTransformers(name: String) throws {
        let model = try EncoderCase(name)
        expectClose(model.logits(), try model.golden.tensor("logits"), tolerance: .logits, "logits")
        let loss = model.loss(labels: try model.golden.integers("labels"))
        expectClose(loss, try model.golden.tensor("loss"), "loss")
    }

    @Test(arguments: models)
    func everyGradientMatchesTransformers(name: String) throws {
        try training(EncoderCase(name)).expectGradients()
    }

    @Test(arguments: models)
    func tenStepsOfAdamWMatchTransformers(name: String) throws {
        try training(EncoderCase(name)).expectTenSteps()
    }

    @Test(arguments: models)
    func bfloat16StaysNearFloat32(name: String) throws {
        let model = try EncoderCase(name)
        let logits = model.logits(in: .bfloat16).converted(to: .float32)
        expectClose(logits, try model.golden.tensor("logits"), tolerance: .bfloat16Model, "logits in bf16")
    }

    @Test func aConfigurationWithoutLabelsMeansTransformersTwoDefaultLabels() throws {
        let directory = Fixtures.path("models/bert-embedding")
        let model = try PretrainedModel<any SequenceClassificationNetwork>.classifier(directory: directory)
        #expect(model.labels == ["LABEL_0", "LABEL_1"])
    }

    @Test func labelSmoothingMatchesTransformers() throws {
        let name = "bert-classification"
        let labels = try Golden("models/\(name)/golden.safetensors").integers("labels")
        let model = try EncoderCase(name, golden: "golden-smoothed.safetensors")
        let loss = { model.loss(labels: labels, smoothing: 0.1) }
        expectClose(loss(), try model.golden.tensor("loss"), "loss")
        try GoldenTraining(golden: model.golden, parameters: model.parameters, loss: loss).expectGradients()
    }

    private func training(_ model: EncoderCase) throws -> GoldenTraining {
        let labels = try model.golden.integers("labels")
        return GoldenTraining(golden: model.golden, parameters: model.parameters) { model.loss(labels: labels) }
    }
}
