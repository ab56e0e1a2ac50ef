import Foundation
import LinnetFormats
import LinnetLayers
import LinnetTensors
import TestSupport
import Testing

@testable import LinnetModels

@Suite("GGUF conversion")
struct GGUFConversionTests {
    /// The smallest Llama: one layer, hidden size 64, two heads, three words, three hidden units; every matrix that fits
    /// holds the rows of `Tests/Fixtures/formats/reference.gguf`.
    static func tinyLlama(
        in folder: TemporaryDirectory, rows: [Float], dropping dropped: String? = nil, more: [TensorRecord] = []
    ) throws {
        let config = """
            {"model_type": "llama", "vocab_size": 3, "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
            "intermediate_size": 3, "max_position_embeddings": 32, "tie_word_embeddings": true}
            """
        try Data(config.utf8).write(to: URL(fileURLWithPath: folder.file("config.json")))
        let square = (0..<4096).map { Float($0) }
        let layer = "model.layers.0"
        let records = [
            TensorRecord(name: "model.embed_tokens.weight", shape: [3, 64], floats: rows),
            TensorRecord(name: "model.norm.weight", shape: [64], floats: Array(square[..<64])),
            TensorRecord(name: "\(layer).input_layernorm.weight", shape: [64], floats: Array(square[..<64])),
            TensorRecord(name: "\(layer).post_attention_layernorm.weight", shape: [64], floats: Array(square[..<64])),
            TensorRecord(name: "\(layer).self_attn.q_proj.weight", shape: [64, 64], floats: square),
            TensorRecord(name: "\(layer).self_attn.k_proj.weight", shape: [64, 64], floats: square),
            TensorRecord(name: "\(layer).self_attn.v_proj.weight", shape: [64, 64], floats: square),
            TensorRecord(name: "\(layer).self_attn.o_proj.weight", shape: [64, 64], floats: square),
            TensorRecord(name: "\(layer).mlp.gate_proj.weight", shape: [3, 64], floats: rows),
            TensorRecord(name: "\(layer).mlp.up_proj.weight", shape: [3, 64], floats: rows),
            TensorRecord(name: "\(layer).mlp.down_proj.weight", shape: [64, 3], floats: rows),
        ]
        try SafetensorsWriter.write(
            records.filter { $0.name != dropped } + more, to: folder.file("model.safetensors"))
    }

    static func reference() throws -> GGUFFile { try GGUFFile(path: Fixtures.path("formats/reference.gguf")) }

    static func bytes(_ file: GGUFFile, _ name: String) throws -> [UInt8] {
        file.withBytes(of: try #require(file.entry(name))) { Array($0) }
    }

    @Test(
        "gives a model's weights back bit for bit under their names",
        arguments: ["gpt2", "llama", "mistral", "qwen2", "qwen3"])
    func roundTrip(model: String) throws {
        let folder = try TemporaryDirectory()
        let directory = Fixtures.path("models/\(model)")
        try GGUFConversion(directory: directory, format: .fp32).write(to: folder.file("model.gguf"))
        let config = try ModelConfiguration(directory: directory)
        let weights = try GGUFWeights(path: folder.file("model.gguf"), configuration: config)
        let files = try WeightFiles(directory: directory)
        #expect(Set(weights.names) == Set(files.names))
        for name in files.names {
            #expect(weights.shape(of: name) == files.shape(of: name), "\(name)")
            #expect(try weights.floats(name) == files.floats(name), "\(name)")
        }
        #expect(weights.file.metadata["tokenizer.ggml.model"]?.stringValue == "no_vocab")
    }

    @Test("stores matrices as bfloat16 to the nearest, and vectors in full")
    func brain() throws {
        let folder = try TemporaryDirectory()
        let directory = Fixtures.path("models/llama")
        try GGUFConversion(directory: directory, format: .bf16).write(to: folder.file("model.gguf"))
        let weights = try GGUFWeights(
            path: folder.file("model.gguf"), configuration: ModelConfiguration(directory: directory))
        let files = try WeightFiles(directory: directory)
        for name in files.names {
            let isMatrix = files.shape(of: name)?.count == 2
            #expect(weights.type(of: name) == (isMatrix ? .bfloat16 : .float32))
            let expected = try files.floats(name).map {
                isMatrix ? Float(bitPattern: UInt32(HalfPrecision.brain($0)) << 16) : $0
            }
            #expect(try weights.floats(name) == expected, "\(name)")
        }
        let factors = try #require(weights.file.entry("rope_freqs.weight"))
        #expect(factors.shape == [4])
    }

    @Test("rounds to the blocks that llama.cpp's reference makes, byte for byte")
    func blocks() throws {
        let (folder, reference) = (try TemporaryDirectory(), try Self.reference())
        try Self.tinyLlama(in: folder, rows: reference.floats(of: #require(reference.entry("rows"))))
        let q8 = try GGUFConversion(directory: folder.path, format: .q8)
        try q8.write(to: folder.file("q8.gguf"))
        let q4 = try GGUFConversion(directory: folder.path, format: .q4)
        try q4.write(to: folder.file("q4.gguf"))
        let (eight, four) = (try GGUFFile(path: folder.file("q8.gguf")), try GGUFFile(path: folder.file("q4.gguf")))
        #expect(try Self.bytes(eight, "blk.0.ffn_up.weight") == Self.bytes(reference, "q8"))
        #expect(try Self.bytes(eight, "token_embd.weight") == Self.bytes(reference, "q8"))
        #expect(try Self.bytes(four, "blk.0.ffn_up.weight") == Self.bytes(reference, "q4"))
        #expect(try Self.bytes(four, "token_embd.weight") == Self.bytes(reference, "q8"))
        #expect(four.entry("blk.0.ffn_down.weight")?.type == .bfloat16)  // rows of 3 make no block
        #expect(four.entry("blk.0.attn_norm.weight")?.type == .float32)
        #expect(eight.metadata["general.file_type"]?.intValue == 7)
        #expect(four.metadata["general.file_type"]?.intValue == 2)
        #expect(q4.tensorCount == 11 && q4.quantizedCount == 7)
        #expect(q4.byteCount == four.entries.reduce(0) { $0 + $1.byteRange.count })
    }

    @Test("gives the stored rows of a rotated matrix in the checkpoint's order")
    func storedRows() throws {
        let (folder, reference) = (try TemporaryDirectory(), try Self.reference())
        try Self.tinyLlama(in: folder, rows: reference.floats(of: #require(reference.entry("rows"))))
        try GGUFConversion(directory: folder.path, format: .q8).write(to: folder.file("model.gguf"))
        let weights = try GGUFWeights(
            path: folder.file("model.gguf"), configuration: ModelConfiguration(directory: folder.path))
        let layer = "model.layers.0.self_attn"
        // Queries and values hold the same numbers; in the file only the rows of the queries are in another order.
        let rows = try ["q_proj", "v_proj"].map { name in
            try weights.withRows(of: "\(layer).\(name).weight") { type, shape, bytes in
                #expect(type == .q8 && shape == [64, 64])
                return Array(bytes)
            }
        }
        #expect(rows[0] == rows[1])
        #expect(
            try Self.bytes(weights.file, "blk.0.attn_q.weight") != Self.bytes(weights.file, "blk.0.attn_v.weight"))
        #expect(try weights.floats("\(layer).q_proj.weight") == weights.floats("\(layer).v_proj.weight"))
    }

    @Test("writes the keys llama.cpp asks for")
    func metadata() throws {
        let folder = try TemporaryDirectory()
        try GGUFConversion(directory: Fixtures.path("models/llama"), format: .fp32).write(to: folder.file("a.gguf"))
        let llama = try GGUFFile(path: folder.file("a.gguf")).metadata
        let numbers = [
            "block_count": 2.0, "context_length": 96, "embedding_length": 24, "feed_forward_length": 36,
            "attention.head_count": 3, "attention.head_count_kv": 1, "attention.key_length": 8, "vocab_size": 48,
            "rope.dimension_count": 8, "rope.freq_base": 500,
            "attention.layer_norm_rms_epsilon": Double(Float(1e-6)),
        ]
        for (key, value) in numbers { #expect(llama["llama.\(key)"]?.doubleValue == value, "\(key)") }
        #expect(llama["general.architecture"]?.stringValue == "llama")
        #expect(llama["general.name"]?.stringValue == "llama")
        try GGUFConversion(directory: Fixtures.path("models/gpt2"), format: .fp32).write(to: folder.file("b.gguf"))
        let gpt2 = try GGUFFile(path: folder.file("b.gguf")).metadata
        #expect(gpt2["gpt2.feed_forward_length"]?.intValue == 64)
        #expect(gpt2["gpt2.attention.layer_norm_epsilon"]?.doubleValue == Double(Float(1e-5)))
        #expect(gpt2["gpt2.context_length"]?.intValue == 96)
    }

    @Test("refuses weights that would not make a model")
    func refused() throws {
        let folder = try TemporaryDirectory()
        let rows = [Float](repeating: 1, count: 192)
        func expectError(_ words: String..., format: WeightFormat = .q8) {
            do {
                try GGUFConversion(directory: folder.path, format: format).write(to: folder.file("model.gguf"))
                Issue.record("written")
            } catch { for word in words { #expect("\(error)".contains(word), "\(error)") } }
        }
        try Self.tinyLlama(in: folder, rows: rows, dropping: "model.embed_tokens.weight")
        expectError("token_embd.weight", folder.path)
        try Self.tinyLlama(
            in: folder, rows: rows, more: [TensorRecord(name: "model.extra.weight", shape: [1], floats: [1])])
        expectError("model.extra.weight", "no place")
        try Self.tinyLlama(
            in: folder, rows: rows,
            more: [TensorRecord(name: "model.layers.0.self_attn.rotary_emb.inv_freq", shape: [1], floats: [1])])
        try GGUFConversion(directory: folder.path, format: .q8).write(to: folder.file("buffer.gguf"))
        for bad in [Float.nan, .infinity, 1e30] {
            var poisoned = rows
            poisoned[70] = bad
            try Self.tinyLlama(in: folder, rows: poisoned)
            expectError("embed_tokens", "not finite")
            expectError("not finite", format: .q4)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("model.gguf")))
    }

    @Test("tells a file of another architecture and one of other heads")
    func mismatched() throws {
        let folder = try TemporaryDirectory()
        try GGUFConversion(directory: Fixtures.path("models/qwen2"), format: .fp32).write(to: folder.file("a.gguf"))
        let llama = try ModelConfiguration(directory: Fixtures.path("models/llama"))
        #expect(
            performing: { _ = try GGUFWeights(path: folder.file("a.gguf"), configuration: llama) },
            throws: { "\($0)".contains("general.architecture") && "\($0)".contains("qwen2") })
        try GGUFConversion(directory: Fixtures.path("models/mistral"), format: .fp32).write(to: folder.file("b.gguf"))
        var wide = llama
        wide.json["head_dim"] = 10
        #expect(
            performing: { _ = try GGUFWeights(path: folder.file("b.gguf"), configuration: wide) },
            throws: { "\($0)".contains("whole heads of 10") })
    }
}
