import Foundation
import Linnet
import TestSupport
import Testing

@Suite("Quantized weights")
struct QuantizedWeightsTests {
    /// A model directory written by `Quantization`, which goes away with the object.
    final class Quantized {
        let path = NSTemporaryDirectory() + "linnet-quantized-\(UUID().uuidString)"

        init(_ name: String, _ format: WeightFormat) throws {
            _ = try Quantization(source: Fixtures.path("models/\(name)"), output: path, format: format).run()
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    static let models = ["gpt2", "llama", "mistral", "qwen2", "qwen3"]

    @Test("single precision in a GGUF file computes what the checkpoint computes, bit for bit", arguments: models)
    func unrounded(name: String) throws {
        let quantized = try Quantized(name, .fp32)
        let original = try DecoderCase(name)
        let model = try PretrainedModel<any CausalLanguageModel>.causal(directory: quantized.path)
        let logits = original.realRows(
            model.network.logits(original.batch, cache: nil, rows: .all, dtype: .float32))
        #expect(logits.floats() == original.logits().floats())
    }

    @Test("packed weights are the same, whether they come from the checkpoint or from a GGUF file", arguments: models)
    func packed(name: String) throws {
        for format in [WeightFormat.bf16, .q8, .q4] {
            let quantized = try Quantized(name, format)
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
}
