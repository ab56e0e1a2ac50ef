import Foundation
import LinnetFormats
import LinnetLayers
import LinnetTensors
import TestSupport
import Testing

@testable import LinnetModels

@Suite struct CausalCheckpointTests {
    private static let models = ["gpt2", "llama", "mistral", "qwen2", "qwen3"]
    private static let batch = CausalBatch([[3, 1, 4, 1, 5], [9, 2]])

    private func logits(_ model: PretrainedModel<any CausalLanguageModel>) -> [Float] {
        withoutGradient { model.network.logits(Self.batch, cache: nil, rows: .all, dtype: .float32).floats() }
    }

    private func expectError(_ parts: String..., from body: () throws -> Void) {
        do {
            try body()
            Issue.record("no error; expected one about \(parts)")
        } catch {
            for part in parts { #expect("\(error)".contains(part), "\(error)") }
            #expect(!"\(error)".contains("\n"))
        }
    }

    @Test(arguments: models)
    func savingWritesTheBytesThatTransformersWrote(name: String) throws {
        let scratch = try ScratchModel(name)
        let model = try scratch.load()
        try model.save(to: scratch.path)
        let saved = try Data(contentsOf: URL(fileURLWithPath: "\(scratch.path)/model.safetensors"))
        let original = Fixtures.path("models/\(name)/model.safetensors")
        #expect(saved == (try Data(contentsOf: URL(fileURLWithPath: original))))
        #expect(logits(try scratch.load()) == logits(model))
    }

    @Test(arguments: models)
    func shardsAndMissingPrefixesGiveTheSameLogits(name: String) throws {
        let scratch = try ScratchModel(name)
        let expected = logits(try scratch.load())
        try scratch.rewrite(maxShardBytes: 8000) { $0 }
        #expect(try WeightFiles(directory: scratch.path).files.count > 2)
        #expect(logits(try scratch.load()) == expected)
        let bare = try ScratchModel(name)
        try bare.rewrite { stored in
            let prefix = ["model.", "transformer."].first { stored.name.hasPrefix($0) } ?? ""
            var stored = stored
            stored.name = String(stored.name.dropFirst(prefix.count))
            return stored
        }
        #expect(logits(try bare.load()) == expected)
    }

    @Test func aTiedHeadThatIsStoredTooIsReadOnce() throws {
        let scratch = try ScratchModel("qwen2")
        let expected = logits(try scratch.load())
        let embedding = try scratch.weights.floats("model.embed_tokens.weight")
        let shape = scratch.weights.entry("model.embed_tokens.weight")?.shape ?? []
        try scratch.store(head: embedding, shape: shape)
        let tied = try scratch.load()
        #expect(logits(tied) == expected)
        #expect(tied.store["lm_head.weight"] == nil)
        try scratch.store(head: embedding.map { -$0 }, shape: shape)
        let untied = try scratch.load()
        #expect(zip(logits(untied), expected).allSatisfy { ($0 + $1).magnitude < 1e-4 })
        #expect(untied.configuration.json["tie_word_embeddings"] == false)
    }

    @Test func anUntiedHeadMustBeStored() throws {
        let scratch = try ScratchModel("qwen3")
        try scratch.configure(["tie_word_embeddings": false])
        expectError("lm_head.weight", "does not hold") { _ = try scratch.load() }
        let llama = try ScratchModel("llama")
        try llama.configure(["tie_word_embeddings": nil])
        _ = try llama.load()
        try llama.rewrite { $0.name == "lm_head.weight" ? nil : $0 }
        expectError("lm_head.weight", "does not hold") { _ = try llama.load() }
    }

    @Test(arguments: models)
    func everyMissingTensorIsAnErrorThatNamesIt(name: String) throws {
        for missing in try ScratchModel(name).weights.names {
            let scratch = try ScratchModel(name)
            try scratch.rewrite { $0.name == missing ? nil : $0 }
            expectError(missing) { _ = try scratch.load() }
        }
    }

    @Test func aTransposedMatrixOfAnotherShapeIsAnErrorThatSaysWhatIsStored() throws {
        let scratch = try ScratchModel("gpt2")
        try scratch.rewrite { stored in
            var stored = stored
            if stored.name == "transformer.h.1.mlp.c_fc.weight" { stored.shape = [64, 16] }
            return stored
        }
        expectError("transformer.h.1.mlp.c_fc.weight", "[16, 64]", "[64, 16]") { _ = try scratch.load() }
    }

    @Test(arguments: models)
    func aModelFromScratchIsSavedAndOpened(name: String) throws {
        let scratch = try ScratchModel(name)
        let configuration = try ModelConfiguration(directory: scratch.path)
        let fresh = try PretrainedModel<any CausalLanguageModel>.causal(configuration: configuration, seed: 7)
        let again = try PretrainedModel<any CausalLanguageModel>.causal(configuration: configuration, seed: 7)
        let other = try PretrainedModel<any CausalLanguageModel>.causal(configuration: configuration, seed: 8)
        #expect(logits(fresh) == logits(again))
        #expect(logits(fresh) != logits(other))
        try fresh.save(to: scratch.path)
        #expect(logits(try scratch.load()) == logits(fresh))
        #expect(fresh.configuration.json["architectures"] == configuration.json["architectures"])
    }

    @Test func aModelTooLargeForTheMachineIsRefused() throws {
        let scratch = try ScratchModel("llama")
        try scratch.configure(["vocab_size": 16_777_216, "hidden_size": 1_048_575])
        let configuration = try ModelConfiguration(directory: scratch.path)
        expectError("model.embed_tokens.weight", "memory", "MiB") {
            _ = try PretrainedModel<any CausalLanguageModel>.causal(configuration: configuration)
        }
        expectError("model.embed_tokens.weight", "[16777216, 1048575]") { _ = try scratch.load() }
    }

    @Test func tokensThatDoNotFitAreErrors() throws {
        let network = try ScratchModel("llama").load().network
        try network.check(Self.batch, cache: nil)
        expectError("token id 48", "48 entries") { try network.check(CausalBatch([[3], [48]]), cache: nil) }
        expectError("token id -1") { try network.check(CausalBatch([[-1]]), cache: nil) }
        let long = Array(repeating: Int32(1), count: 97)
        expectError("97 tokens", "at most 96") { try network.check(CausalBatch([long]), cache: nil) }
        let cache = network.makeCache(slots: 2, capacity: 8, dtype: .float32)
        _ = network.logits(Self.batch, cache: cache, rows: .last, dtype: .float32)
        try network.check(CausalBatch([[1, 2, 3]]), cache: cache)
        expectError("9 tokens", "cache 8") { try network.check(CausalBatch([[1, 2, 3, 4]]), cache: cache) }
        expectError("slot 2") { try network.check(CausalBatch([[1]], slots: [2]), cache: cache) }
        expectError("different slots") { try network.check(CausalBatch([[1], [2]], slots: [1, 1]), cache: cache) }
    }

    @Test func aCacheLargerThanAllowedIsRefused() throws {
        let network = try ScratchModel("llama").load().network
        // 2 layers × 8 wide × 2 (key, value) × 4 bytes × 1024 tokens × 4 slots
        _ = try network.makeCache(slots: 4, capacity: 1024, dtype: .float32, maximumBytes: 524_288)
        expectError("4 sequences of 1024 tokens", "0 MiB") {
            _ = try network.makeCache(slots: 4, capacity: 1024, dtype: .float32, maximumBytes: 524_287)
        }
        for (slots, capacity) in [(-1, 8), (8, -1), (0, 8), (Int.max, 2), (1 << 20, 1 << 20)] {
            expectError("cache of \(slots) sequences") {
                _ = try network.makeCache(slots: slots, capacity: capacity, dtype: .bfloat16, maximumBytes: .max)
            }
        }
    }
}

extension ScratchModel {
    /// Adds `lm_head.weight` to the weights.
    fileprivate func store(head: [Float], shape: [Int]) throws {
        let records = try weights.names.map { name in
            TensorRecord(name: name, shape: weights.entry(name)?.shape ?? [], floats: try weights.floats(name))
        }
        let own = TensorRecord(name: "lm_head.weight", shape: shape, floats: head)
        try SafetensorsWriter.write(records + [own], to: "\(path)/model.safetensors")
    }
}
