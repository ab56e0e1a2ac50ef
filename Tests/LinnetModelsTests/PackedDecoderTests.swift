import LinnetFormats
import LinnetLayers
import LinnetTensors
import Testing

@testable import LinnetModels

/// Decoders whose matrices are packed, against the numbers that the packed matrices stand for as fp32 masters.
@Suite struct PackedDecoderTests {
    private static let models = ["gpt2", "llama", "qwen3"]
    private static let prompt: [Int32] = (0..<40).map { $0 * 11 % 48 }

    /// A model wide enough for blocks of 32, with weights so large that every layer matters.
    private func model(_ name: String) throws -> ScratchModel {
        let scratch = try ScratchModel(name)
        try scratch.configure([
            "hidden_size": 64, "intermediate_size": 96, "head_dim": 32, "num_attention_heads": 2,
            "num_key_value_heads": 1, "n_embd": 64, "initializer_range": 0.2,
        ])
        let configuration = try ModelConfiguration(directory: scratch.path)
        try PretrainedModel<any CausalLanguageModel>.causal(configuration: configuration).save(to: scratch.path)
        return scratch
    }

    /// Logits of the last tokens, computed at once and one after the other behind a cache.
    private func logits(_ network: any CausalLanguageModel, _ dtype: DType) -> (whole: [Float], steps: [Float]) {
        let split = 30
        let rows = (split..<Self.prompt.count).map { Int32($0) }
        let whole = withoutGradient {
            network.logits(CausalBatch([Self.prompt]), cache: nil, rows: .rows(rows), dtype: dtype).floats()
        }
        let cache = network.makeCache(slots: 1, capacity: 64, dtype: dtype)
        _ = network.logits(CausalBatch([Array(Self.prompt[..<split])]), cache: cache, rows: .last, dtype: dtype)
        let steps = Self.prompt[split...].flatMap { id in
            network.logits(CausalBatch([[id]]), cache: cache, rows: .last, dtype: dtype).floats()
        }
        return (whole, steps)
    }

    /// √Σ(a − b)² / √Σb².
    private func distance(_ actual: [Float], _ expected: [Float]) -> Float {
        let error = zip(actual, expected).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
        return (error / expected.map { $0 * $0 }.reduce(0, +)).squareRoot()
    }

    @Test(arguments: models, WeightFormat.allCases)
    func packedWeightsGiveTheLogitsOfTheirNumbers(name: String, format: WeightFormat) throws {
        let scratch = try model(name)
        let packed = try PretrainedModel<any CausalLanguageModel>.causal(directory: scratch.path, weights: format)
        let matrices = packed.store.parameters.filter { $0.packed != nil }
        #expect(matrices.count >= 9 && matrices.allSatisfy { !$0.isTrainable })
        for matrix in matrices {
            let isVocabulary = ["wte.weight", "embed_tokens.weight", "lm_head.weight"].contains(
                where: matrix.name.hasSuffix)
            #expect(matrix.packed?.format == (isVocabulary && format == .q4 ? .q8 : format), "\(matrix.name)")
        }
        let masters = try scratch.load()
        for (master, parameter) in zip(masters.store.parameters, packed.store.parameters) {
            master.setValues(parameter.master.floats())
        }
        let exact = logits(masters.network, .float32)
        #expect(distance(exact.steps, exact.whole) < 1e-5)
        let found = logits(packed.network, format == .fp32 ? .float32 : .bfloat16)
        let allowed: Float = format == .fp32 ? 1e-5 : 0.06  // bf16 activations, or int8 ones
        #expect(distance(found.whole, exact.whole) < allowed)
        #expect(distance(found.steps, exact.whole) < allowed)
    }

    @Test(arguments: [true, false], WeightFormat.allCases)
    func headsOfLargeVocabulariesHaveASketch(isTied: Bool, format: WeightFormat) throws {
        let scratch = try ScratchModel("llama")
        try scratch.configure([
            "hidden_size": 64, "intermediate_size": 96, "head_dim": 32, "num_attention_heads": 2,
            "num_key_value_heads": 1, "vocab_size": 8192, "tie_word_embeddings": .bool(isTied),
        ])
        let configuration = try ModelConfiguration(directory: scratch.path)
        try PretrainedModel<any CausalLanguageModel>.causal(configuration: configuration).save(to: scratch.path)
        let model = try PretrainedModel<any CausalLanguageModel>.causal(directory: scratch.path, weights: format)
        let sketched = model.store.parameters.filter { $0.sketch != nil }.map(\.name)
        let head = isTied ? "model.embed_tokens.weight" : "lm_head.weight"
        #expect(sketched == (format == .fp32 ? [] : [head]))

        let cache = model.network.makeCache(slots: 1, capacity: 64, dtype: .bfloat16)
        func best(_ tokens: [Int32], _ demand: ExactScores) -> Int {
            model.network.logits(
                CausalBatch([tokens]), cache: cache, rows: .last, exactly: demand, dtype: .bfloat16
            ).argmax()[0]
        }
        for length in 1..<20 {
            let tokens = Self.prompt.prefix(length).map { $0 * 101 }
            let exact = best(tokens, .all)
            cache.truncate(slot: 0, to: 0)
            #expect(best(tokens, .best(1)) == exact)
            cache.truncate(slot: 0, to: 0)
        }
    }
}
