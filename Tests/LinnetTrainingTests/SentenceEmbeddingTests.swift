import Foundation
import LinnetFormats
import LinnetLayers
import LinnetModels
import LinnetTensors
import LinnetTraining
import TestSupport
import Testing

@Suite struct SentenceEmbeddingTests {
    private static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/models/bert-embedding").path

    /// Pairs of few tokens, so that many rows of the embedding never get a gradient.
    private let examples = (0..<17).map { (number: Int32) -> SentenceExample in
        let ids = (0..<(2 + number % 5)).map { 5 + (number * 7 + $0 * 3) % 40 }
        return SentenceExample(columns: [ids, ids.reversed() + [6], [7, 8 + number]], score: Float(number) / 17)
    }

    /// The tiny encoder with dropout, which a resumed run must draw again.
    private func base() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        var config = try #require(try JSON.read(path: Self.source + "/config.json").objectValue)
        for key in ["hidden_dropout_prob", "attention_probs_dropout_prob"] { config[key] = 0.2 }
        for name in ["model.safetensors", "modules.json", "1_Pooling", "sentence_bert_config.json"] {
            try FileManager.default.copyItem(
                atPath: "\(Self.source)/\(name)", toPath: "\(directory.path)/\(name)")
        }
        try FileBytes.write(text: JSON.object(config).text(), to: directory.path + "/config.json")
        return directory
    }

    private func trainer(
        _ base: TemporaryDirectory, _ output: TemporaryDirectory, adapter: Bool, steps: Int? = nil
    ) throws -> (SentenceEmbedding, Trainer<SentenceEmbedding>) {
        let model = try PretrainedModel.encoder(directory: base.path)
        if adapter { try model.attach(LoRA(rank: 4, alpha: 8, dropout: 0.2), seed: 3) }
        let task = SentenceEmbedding(
            model, modules: try SentenceModules(directory: base.path), objective: .multipleNegativesRanking(),
            baseModel: base.path
        ) { _ in }
        var arguments = TrainingArguments(output: output.path)
        arguments.epochs = 2
        arguments.maxSteps = steps
        arguments.batchSize = 3
        arguments.gradientAccumulationSteps = 2
        arguments.learningRate = 1e-3
        arguments.schedule = .constant
        arguments.saveStrategy = .steps
        arguments.saveSteps = 1
        let data = SentenceExamples(examples, separatesDuplicates: true)
        return (task, try Trainer(task, arguments: arguments, training: data, model: "tiny"))
    }

    @Test(arguments: [false, true])
    func aRunThatGoesOnFromACheckpointEndsWithTheSameBits(adapter: Bool) throws {
        let base = try base()
        let (whole, parts) = (try TemporaryDirectory(), try TemporaryDirectory())
        let (expected, uninterrupted) = try trainer(base, whole, adapter: adapter)
        #expect(try uninterrupted.train().step == 6)
        _ = try trainer(base, parts, adapter: adapter, steps: 2).1.train()
        let (task, resumed) = try trainer(base, parts, adapter: adapter)
        #expect(try resumed.train(.resuming).step == 6)
        for (found, wanted) in zip(task.parameters, expected.parameters) {
            #expect(found.master.floats() == wanted.master.floats(), "\(found.name)")
        }
    }

    @Test func whatIsSavedHasTheLayoutAndTheNamesOfABareEncoder() throws {
        let (base, output) = (try base(), try TemporaryDirectory())
        let (task, _) = try trainer(base, output, adapter: false)
        try task.save(to: output.path)
        for name in ["modules.json", "1_Pooling/config.json"] {
            #expect(try FileBytes.read("\(output.path)/\(name)") == FileBytes.read("\(base.path)/\(name)"))
        }
        let limits = try JSON.read(path: output.path + "/sentence_bert_config.json")
        #expect(limits["max_seq_length"]?.intValue == 24)
        let (saved, stored) = try (
            SafetensorsFile(path: output.path + "/model.safetensors"),
            SafetensorsFile(path: base.path + "/model.safetensors")
        )
        #expect(Set(saved.entries.map(\.name)) == Set(stored.entries.map(\.name)))
        for entry in stored.entries { #expect(try saved.floats(entry.name) == stored.floats(entry.name)) }
        let config = try JSON.read(path: output.path + "/config.json")
        #expect(config["architectures"]?.arrayValue == ["BertModel"])
    }

    @Test func anEncoderWithoutModulesIsSavedWithMeanPooling() throws {
        let (base, output) = (try base(), try TemporaryDirectory())
        for name in ["modules.json", "1_Pooling", "sentence_bert_config.json"] {
            try FileManager.default.removeItem(atPath: "\(base.path)/\(name)")
        }
        var modules = try SentenceModules(directory: base.path)
        #expect(modules.pooling == .mean && !modules.isNormalized && modules.maximumLength == nil)
        modules.maximumLength = 20
        try modules.save(to: output.path, dimension: 32)
        let written = try SentenceModules(directory: output.path)
        #expect(written.pooling == .mean && !written.isNormalized && written.maximumLength == 20)
    }

    @Test(arguments: ["../outside", "/etc", "a/../..", ".", "a//b"])
    func aModuleMayNotLeaveTheModel(path: String) throws {
        let base = try base()
        let modules: JSON = [["idx": 1, "path": .string(path), "type": "sentence_transformers.models.Normalize"]]
        try FileBytes.write(text: modules.text(), to: base.path + "/modules.json")
        #expect { try SentenceModules(directory: base.path) } throws: { "\($0)".contains("inside the model") }
    }

    @Test func anAdapterIsMergedIntoTheWeights() throws {
        let (base, output) = (try base(), try TemporaryDirectory())
        let (task, run) = try trainer(base, output, adapter: true)
        _ = try run.train()
        var arguments = TrainingArguments(output: "unused")
        arguments.precision = .float32
        let batch = task.batch(examples)
        let before = withoutGradient { task.evaluate(batch, arguments: arguments).lossSum }
        try task.mergeAdapter()
        let after = withoutGradient { task.evaluate(batch, arguments: arguments).lossSum }
        #expect(abs(before - after) < 1e-3 * abs(before))
        try task.save(to: output.path)
        #expect(FileManager.default.fileExists(atPath: output.path + "/model.safetensors"))
        #expect(!FileManager.default.fileExists(atPath: output.path + "/adapter_model.safetensors"))
    }

    @Test func dataThatMayHoldDuplicatesIsAnotherRun() {
        var (distinct, plain) = (CyclicChecksum(), CyclicChecksum())
        SentenceExamples(examples, separatesDuplicates: true).add(to: &distinct)
        SentenceExamples(examples, separatesDuplicates: false).add(to: &plain)
        #expect(distinct.hexadecimal != plain.hexadecimal)
    }
}
