import Foundation
import LinnetFormats
import LinnetLayers
import LinnetModels
import LinnetTensors
import LinnetTraining
import TestSupport
import Testing

/// The tiny models and adapters that `Tests/Fixtures/make_goldens.py` made with transformers and PEFT.
private enum Fixture {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures").path

    /// The examples of a golden file.
    static func examples(_ golden: SafetensorsFile) throws -> [LabelledExample] {
        func numbers(_ name: String) throws -> [Int32] {
            let entry = try #require(golden.entry(name))
            return golden.withBytes(of: entry) { bytes in
                (0..<entry.elementCount).map {
                    Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))
                }
            }
        }
        let (ids, types) = (try numbers("ids"), try numbers("type_ids"))
        let (offsets, labels) = (try numbers("offsets").map { Int($0) }, try numbers("labels"))
        return labels.indices.map { index in
            let range = offsets[index]..<offsets[index + 1]
            return LabelledExample(ids: Array(ids[range]), typeIds: Array(types[range]), target: labels[index])
        }
    }
}

@Suite struct TextClassificationTests {
    private func task(_ model: PretrainedModel<any SequenceClassificationNetwork>) -> TextClassification {
        TextClassification(model, baseModel: "tiny") { _ in }
    }

    // MARK: Ten steps of transformers and PEFT

    /// Trains as `goldens/training.py` does and compares every step, and every parameter at the end.
    private func expectTenSteps(
        _ task: TextClassification, _ golden: SafetensorsFile, prefix: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let directory = try TemporaryDirectory()
        let recorder = Recorder()
        var arguments = TrainingArguments(output: directory.path)
        arguments.batchSize = 4
        arguments.maxSteps = 10
        arguments.learningRate = 1e-3
        arguments.warmup = .steps(2)
        arguments.weightDecay = 0.2
        arguments.loggingSteps = 1
        arguments.saveStrategy = .never
        let trainer = try Trainer(
            task, arguments: arguments, training: try Fixture.examples(golden), model: "tiny", callbacks: [recorder])
        _ = try trainer.train()

        for (column, name) in [
            ("loss", "losses"), ("grad_norm", "gradient_norms"), ("learning_rate", "learning_rates"),
        ] {
            let expected = try golden.floats("training.\(name)")
            #expect(recorder.rows.count == 10, sourceLocation: sourceLocation)
            for (row, value) in zip(recorder.rows, expected) {
                let found = try #require(row[column])
                #expect(
                    abs(found - Double(value)) <= 1e-6 + 1e-4 * abs(Double(value)), "\(column) of step \(row.step)",
                    sourceLocation: sourceLocation)
            }
        }
        let trained = task.parameters.filter(\.isTrainable)
        #expect(trained.count == golden.entries.count { $0.name.hasPrefix("final.") }, sourceLocation: sourceLocation)
        // A key bias has gradient zero but for rounding, which Adam divides by itself.
        for parameter in trained where !parameter.name.hasSuffix("key.bias") && !parameter.name.hasSuffix("k_lin.bias")
        {
            let expected = try golden.floats("final.\(prefix)\(parameter.name)")
            let worst = zip(parameter.master.floats(), expected).map { abs($0 - $1) - 1e-4 * abs($1) }.max() ?? 0
            #expect(worst < 2e-5, "\(parameter.name)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: ["bert", "roberta", "distilbert"])
    func tenStepsEqualTransformers(architecture: String) throws {
        let path = Fixture.root + "/models/\(architecture)-classification"
        let golden = try SafetensorsFile(path: path + "/golden.safetensors")
        try expectTenSteps(task(try PretrainedModel.classifier(directory: path)), golden)
    }

    @Test(arguments: ["lora", "rslora"])
    func tenStepsOfAnAdapterEqualPEFT(name: String) throws {
        let model = try PretrainedModel.classifier(directory: Fixture.root + "/models/bert-classification")
        let path = Fixture.root + "/adapters/\(name)"
        try AdapterDirectory(path: path).attach(to: model)
        let golden = try SafetensorsFile(path: path + "/golden.safetensors")
        try expectTenSteps(task(model), golden, prefix: "base_model.model.")
    }

    // MARK: Going on after a kill

    /// The tiny BERT with dropout everywhere, written to a directory.
    private func dropoutModel() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let source = Fixture.root + "/models/bert-classification"
        var config = try #require(try JSON.read(path: source + "/config.json").objectValue)
        for key in ["hidden_dropout_prob", "attention_probs_dropout_prob"] { config[key] = 0.2 }
        try FileBytes.write(text: JSON.object(config).text(), to: directory.path + "/config.json")
        try FileManager.default.copyItem(
            atPath: source + "/model.safetensors", toPath: directory.path + "/model.safetensors")
        return directory
    }

    private func trainer(
        _ base: TemporaryDirectory, _ output: TemporaryDirectory, adapter: Bool, precision: Precision,
        callbacks: [any TrainingCallback] = [], stop: StopFlag = StopFlag()
    ) throws -> (TextClassification, Trainer<TextClassification>) {
        let model = try PretrainedModel.classifier(directory: base.path, seed: 3)
        if adapter {
            try model.attach(
                LoRA(rank: 4, alpha: 8, dropout: 0.2, modulesToSave: model.network.headNames), seed: 3)
        }
        let task = task(model)
        var arguments = TrainingArguments(output: output.path)
        arguments.epochs = 2
        arguments.batchSize = 3
        arguments.gradientAccumulationSteps = 2
        arguments.learningRate = 1e-3
        arguments.weightDecay = 0.01
        arguments.precision = precision
        arguments.saveStrategy = .epoch
        // Few tokens per example, so that many rows of the embedding never get a gradient.
        let examples = (0..<17).map { (number: Int32) -> LabelledExample in
            let ids = (0..<(2 + number % 5)).map { 5 + (number * 7 + $0 * 3) % 40 }
            return LabelledExample(ids: ids, typeIds: ids.map { _ in 0 }, target: number % 3)
        }
        return (
            task,
            try Trainer(
                task, arguments: arguments, training: examples, model: "tiny", callbacks: callbacks, stop: stop)
        )
    }

    @Test(arguments: [false, true], [Precision.float32, .bfloat16])
    func aModelThatWasInterruptedEndsWithTheSameBits(adapter: Bool, precision: Precision) throws {
        let base = try dropoutModel()
        let whole = try TemporaryDirectory()
        let (expected, uninterrupted) = try trainer(base, whole, adapter: adapter, precision: precision)
        #expect(try uninterrupted.train().step == 6)

        for step in [1, 2, 4] {
            let output = try TemporaryDirectory()
            let (recorder, stop) = (Recorder(), StopFlag())
            let (_, first) = try trainer(
                base, output, adapter: adapter, precision: precision, callbacks: [recorder], stop: stop)
            var steps = 0
            recorder.watch = { event in
                if case .stepped = event { steps += 1 }
                if steps == step { stop.raise() }
            }
            #expect(try first.train().step == step)
            let (task, second) = try trainer(base, output, adapter: adapter, precision: precision)
            #expect(try second.train(.resuming).step == 6)
            for (found, wanted) in zip(task.parameters, expected.parameters) {
                #expect(found.master.floats() == wanted.master.floats(), "\(found.name) after step \(step)")
            }
        }
    }
}
