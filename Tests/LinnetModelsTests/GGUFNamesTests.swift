import LinnetFormats
import LinnetLayers
import Testing

@testable import LinnetModels

@Suite("GGUF names")
struct GGUFNamesTests {
    static func names(_ type: String, _ more: [(String, JSON)] = []) throws -> GGUFNames {
        var json: JSONObject = [
            "vocab_size": 48, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
            "intermediate_size": 8,
        ]
        json["model_type"] = .string(type)
        for (key, value) in more { json[key] = value }
        return try GGUFNames(ModelConfiguration(.object(json), path: "config.json"))
    }

    @Test(
        "maps every tensor of a decoder there and back", arguments: ["llama", "mistral", "qwen2", "qwen3"])
    func decoder(type: String) throws {
        let names = try Self.names(type)
        let expected = [
            ("model.embed_tokens.weight", "token_embd.weight"), ("lm_head.weight", "output.weight"),
            ("model.norm.weight", "output_norm.weight"),
            ("model.layers.0.input_layernorm.weight", "blk.0.attn_norm.weight"),
            ("model.layers.11.self_attn.q_proj.weight", "blk.11.attn_q.weight"),
            ("model.layers.11.self_attn.k_proj.bias", "blk.11.attn_k.bias"),
            ("model.layers.1.self_attn.v_proj.weight", "blk.1.attn_v.weight"),
            ("model.layers.1.self_attn.q_norm.weight", "blk.1.attn_q_norm.weight"),
            ("model.layers.1.self_attn.k_norm.weight", "blk.1.attn_k_norm.weight"),
            ("model.layers.1.self_attn.o_proj.weight", "blk.1.attn_output.weight"),
            ("model.layers.1.post_attention_layernorm.weight", "blk.1.ffn_norm.weight"),
            ("model.layers.1.mlp.gate_proj.weight", "blk.1.ffn_gate.weight"),
            ("model.layers.1.mlp.up_proj.weight", "blk.1.ffn_up.weight"),
            ("model.layers.1.mlp.down_proj.weight", "blk.1.ffn_down.weight"),
        ]
        for (checkpoint, file) in expected {
            #expect(names.place(ofCheckpoint: checkpoint)?.name == file)
            #expect(names.checkpointName(ofFile: file)?.name == checkpoint)
        }
        #expect(names.place(ofCheckpoint: "layers.0.mlp.up_proj.weight")?.name == "blk.0.ffn_up.weight")
        #expect(names.architecture == (type == "mistral" ? "llama" : type))
    }

    @Test("maps GPT-2, whose matrices are turned and whose bare checkpoints lack the prefix")
    func gpt2() throws {
        let names = try Self.names("gpt2")
        for (checkpoint, file, layout) in [
            ("transformer.wte.weight", "token_embd.weight", GGUFPlace.Layout.same),
            ("transformer.wpe.weight", "position_embd.weight", .same),
            ("transformer.ln_f.bias", "output_norm.bias", .same),
            ("transformer.h.3.ln_1.weight", "blk.3.attn_norm.weight", .same),
            ("transformer.h.3.attn.c_attn.weight", "blk.3.attn_qkv.weight", .transposed),
            ("transformer.h.3.attn.c_attn.bias", "blk.3.attn_qkv.bias", .same),
            ("transformer.h.3.attn.c_proj.weight", "blk.3.attn_output.weight", .transposed),
            ("transformer.h.3.ln_2.bias", "blk.3.ffn_norm.bias", .same),
            ("transformer.h.3.mlp.c_fc.weight", "blk.3.ffn_up.weight", .transposed),
            ("transformer.h.3.mlp.c_proj.weight", "blk.3.ffn_down.weight", .transposed),
        ] {
            #expect(names.place(ofCheckpoint: checkpoint) == GGUFPlace(name: file, layout: layout))
            let back = try #require(names.checkpointName(ofFile: file))
            #expect(back.name == checkpoint && back.layout == layout)
        }
        #expect(names.place(ofCheckpoint: "h.0.attn.c_attn.weight")?.name == "blk.0.attn_qkv.weight")
        #expect(names.place(ofCheckpoint: "h.0.attn.bias") == nil)
    }

    @Test("puts Llama's neighbouring rotary rows together, and Qwen's not")
    func rowOrder() throws {
        let order = GGUFRowOrder(headDim: 6)
        // llama.cpp's converter: reshape(heads, 2, headDim / 2), swap the last two.
        #expect((0..<12).map { order.checkpointRow(ofFileRow: $0) } == [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11])
        #expect((0..<12).map { order.fileRow(ofCheckpointRow: order.checkpointRow(ofFileRow: $0)) } == Array(0..<12))
        let rotated = GGUFPlace.Layout.rotated(GGUFRowOrder(headDim: 4))
        for name in ["q_proj.weight", "k_proj.weight", "q_proj.bias"] {
            let full = "model.layers.0.self_attn.\(name)"
            #expect(try Self.names("llama").place(ofCheckpoint: full)?.layout == rotated)
            #expect(try Self.names("qwen2").place(ofCheckpoint: full)?.layout == .same)
        }
        #expect(
            try Self.names("mistral").place(ofCheckpoint: "model.layers.0.self_attn.v_proj.weight")?.layout == .same)
        let wide = try Self.names("llama", [("head_dim", 8)]).place(
            ofCheckpoint: "model.layers.0.self_attn.q_proj.weight")
        #expect(wide?.layout == .rotated(GGUFRowOrder(headDim: 8)))
    }

    @Test("has no place for names that are not the model's")
    func unknownNames() throws {
        let names = try Self.names("llama")
        for name in [
            "", "model.", "model.layers.weight", "model.layers.0.weight", "model.layers.x.mlp.up_proj.weight",
            "model.layers.0.mlp.up_proj.scale", "model.layers..mlp.up_proj.weight",
            "model.layers.-1.mlp.up_proj.weight",
            "model.layers.0.mlp.experts.weight", "other.weight",
        ] { #expect(names.place(ofCheckpoint: name) == nil, "\(name)") }
        for name in [
            "", "blk.", "blk.0", "blk.0.weight", "blk.x.attn_q.weight", "rope_freqs.weight", "blk.0.attn_q.bin",
        ] {
            #expect(names.checkpointName(ofFile: name) == nil, "\(name)")
        }
    }

    @Test("names the architectures that have a table")
    func unsupported() throws {
        #expect(
            performing: { _ = try Self.names("bert") },
            throws: { "\($0)".contains("bert") && "\($0)".contains("qwen3") })
        #expect(throws: ModelError.self) { _ = try Self.names("llama", [("head_dim", 7)]) }
        #expect(throws: ModelError.self) { _ = try Self.names("llama", [("num_attention_heads", 5)]) }
    }
}
