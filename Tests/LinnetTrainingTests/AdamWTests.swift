import LinnetTensors
import LinnetTraining
import TestSupport
import Testing

@Suite struct AdamWTests {
    // The names of transformers' encoders, and what `Trainer.get_decay_parameter_names` (5.23.0) says of them.
    @Test(arguments: [
        ("bert.embeddings.word_embeddings.weight", true), ("bert.embeddings.LayerNorm.weight", false),
        ("bert.encoder.layer.0.attention.self.query.weight", true),
        ("bert.encoder.layer.0.attention.self.query.bias", false),
        ("bert.encoder.layer.0.output.LayerNorm.bias", false),
        ("distilbert.transformer.layer.0.sa_layer_norm.weight", false),
        ("distilbert.transformer.layer.0.ffn.lin1.weight", true), ("model.norm.weight", false), ("norm", false),
        ("model.layers.0.input_layernorm.weight", false), ("model.normalizer.weight", true),
        ("bert.encoder.layer.0.attention.self.query.lora_A.weight", true), ("classifier.weight", true),
    ])
    func biasesAndNormsDoNotDecay(name: String, decays: Bool) {
        #expect(AdamW.decays(name, shape: [4, 4]) == decays)
    }

    @Test func aVectorDoesNotDecayWhateverItsName() {
        #expect(!AdamW.decays("transformer.h.0.ln_1.weight", shape: [4]))
        #expect(AdamW.decays("transformer.h.0.attn.c_attn.weight", shape: [4, 12]))
    }

    @Test func clippingKeepsSmallGradients() {
        #expect(AdamW.clippingFactor(norm: 0.5, maximum: 1) == 1)
        #expect(abs(AdamW.clippingFactor(norm: 4, maximum: 1) - 0.25) < 1e-6)
        #expect(AdamW.clippingFactor(norm: 100, maximum: 0) == 1)
    }

    private func parameter(_ gradient: [Float]) -> Parameter {
        let parameter = Parameter(name: "layer.weight", values: Tensor([1, 2, 3], shape: [3]))
        parameter.setGradient(Tensor(gradient, shape: [3]))
        return parameter
    }

    @Test func theNormCoversAllParameters() throws {
        let arguments = TrainingArguments(output: "x")
        #expect(try AdamW([parameter([3, 0, 0]), parameter([0, 4, 0])], arguments: arguments).gradientNorm() == 5)
        for value in [Float.nan, .infinity, -.infinity] {
            #expect(
                throws: TrainingError.notFinite(
                    what: "the gradient of layer.weight", value: "not finite", step: 1)
            ) {
                try AdamW([parameter([0, value, 0])], arguments: arguments).gradientNorm()
            }
        }
    }

    @Test func momentsSurviveAFile() throws {
        let directory = try TemporaryDirectory()
        let arguments = TrainingArguments(output: directory.path)
        let path = directory.path + "/optimizer.safetensors"
        let steady = parameter([1, -2, 3])
        let optimizer = AdamW([steady], arguments: arguments)
        optimizer.apply(learningRate: 0.1, gradientScale: 1)
        try optimizer.save(to: path)

        let reloaded = Parameter(name: "layer.weight", values: Tensor(steady.master.floats(), shape: [3]))
        let restored = AdamW([reloaded], arguments: arguments)
        try restored.restore(from: path)
        #expect(restored.step == 1)
        for (parameter, optimizer) in [(steady, optimizer), (reloaded, restored)] {
            parameter.setGradient(Tensor([0.5, 0.25, -1], shape: [3]))
            optimizer.apply(learningRate: 0.1, gradientScale: 1)
        }
        #expect(reloaded.master.floats() == steady.master.floats())
    }

    @Test func momentsOfAnotherModelAreRefused() throws {
        let directory = try TemporaryDirectory()
        let arguments = TrainingArguments(output: directory.path)
        let path = directory.path + "/optimizer.safetensors"
        try AdamW([parameter([1, 1, 1])], arguments: arguments).save(to: path)
        for other in [
            Parameter(name: "layer.weight", values: Tensor([1, 2], shape: [2])),
            Parameter(name: "other.weight", values: Tensor([1, 2, 3], shape: [3])),
        ] {
            #expect(throws: TrainingError.self) { try AdamW([other], arguments: arguments).restore(from: path) }
        }
    }
}
