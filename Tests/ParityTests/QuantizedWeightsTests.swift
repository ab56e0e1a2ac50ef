import Foundation
import Linnet
import TestSupport
import Testing

@Suite("Quantized weights")
struct QuantizedWeightsTests {
    /// A model of `Tests/Fixtures` in a GGUF file.
    static func quantized(_ name: String, _ format: WeightFormat) throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        _ = try Quantization(source: Fixtures.path("models/\(name)"), output: folder.path, format: format).run()
        return folder
    }

    static let models = ["gpt2", "llama", "mistral", "qwen2", "qwen3"]

    @Test("single precision in a GGUF file computes what the checkpoint computes, bit for bit", arguments: models)
    func unrounded(name: String) throws {
        let quantized = try Self.quantized(name, .fp32)
        let original = try DecoderCase(name)
        let model = try PretrainedModel<any CausalLanguageModel>.causal(directory: quantized.path)
        let logits = original.realRows(
            model.network.logits(original.batch, cache: nil, rows: .all, dtype: .float32))
        #expect(logits.floats() == original.logits().floats())
    }

    @Test("packed weights are the same, whether they come from the checkpoint or from a GGUF file", arguments: models)
    func packed(name: String) throws {
        for format in [WeightFormat.bf16, .q8, .q4] {
            let quantized = try Self.quantized(name, format)
            let stored = try PretrainedModel<any CausalLanguageModel>.causal(directory: quantized.path, weights: format)
            let rounded = try PretrainedModel<any CausalLanguageModel>.causal(
                directory: Fixtures.path("models/\(name)"), weights: format)
            let batch = try DecoderCase(name).batch
            let pair = [stored, rounded].map { model in
                withoutGradient { model.network.logits(batch, cache: nil, rows: .all, dtype: .float32).floats() }
            }
            #expect(pair[0] == pair[1], "\(format)")
        }
    }

    @Test("stored blocks are loaded as they are, GPT-2's turned matrices too", arguments: ["gpt2", "llama", "qwen3"])
    func blocks(name: String) throws {
        var config = try ModelConfiguration(directory: Fixtures.path("models/\(name)"))
        let sizes: [(String, JSON)] = [
            ("hidden_size", 64), ("intermediate_size", 96), ("num_attention_heads", 2), ("num_key_value_heads", 1),
            ("head_dim", 32), ("n_embd", 64), ("n_head", 2),
        ]
        for (key, value) in sizes where config.json[key] != nil { config.json[key] = value }
        let fresh = try PretrainedModel<any CausalLanguageModel>.causal(configuration: config, seed: 5)
        let folder = try TemporaryDirectory()
        try fresh.save(to: folder.path)
        for format in [WeightFormat.q8, .q4] {
            let quantized = try TemporaryDirectory()
            _ = try Quantization(source: folder.path, output: quantized.path, format: format).run()
            let stored = try PretrainedModel<any CausalLanguageModel>.causal(directory: quantized.path, weights: format)
            let rounded = try PretrainedModel<any CausalLanguageModel>.causal(directory: folder.path, weights: format)
            for (parameter, other) in zip(stored.store.parameters, rounded.store.parameters) {
                guard let matrix = parameter.packed, let expected = other.packed else { continue }
                let isVocabulary = ["embed_tokens.weight", "wte.weight", "lm_head.weight"]
                    .contains { parameter.name.hasSuffix($0) }
                #expect(matrix.format == (isVocabulary ? .q8 : expected.format), "\(parameter.name)")
                guard matrix.format == expected.format, matrix.format == format else { continue }
                #expect(matrix.blocks() == expected.blocks(), "\(parameter.name)")
            }
            #expect(stored.store.parameters.count { $0.packed?.format == format } >= 4)
        }
    }
}
