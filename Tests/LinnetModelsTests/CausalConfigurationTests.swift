import LinnetFormats
import LinnetLayers
import Testing

@testable import LinnetModels

@Suite struct CausalConfigurationTests {
    private static let sizes: [String: JSON] = [
        "vocab_size": 10, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 8,
        "max_position_embeddings": 64,
    ]

    private func configuration(_ changes: [String: JSON]) throws -> ModelConfiguration {
        let merged = Self.sizes.merging(changes) { $1 }
        return try ModelConfiguration(.object(JSONObject(merged.map { ($0.key, $0.value) })), path: "m/config.json")
    }

    private func error(of changes: [String: JSON], as type: String = "llama") -> String {
        do {
            _ = try PretrainedModel<any CausalLanguageModel>.causal(
                configuration: configuration(changes.merging(["model_type": .string(type)]) { $1 }))
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        arguments: [
            ("hidden_size", 25, "do not divide"), ("num_key_value_heads", 3, "do not divide"), ("head_dim", 7, "even"),
            ("num_attention_heads", 0, "num_attention_heads"), ("num_attention_heads", "four", "num_attention_heads"),
            ("num_key_value_heads", -1, "num_key_value_heads"), ("vocab_size", nil, "vocab_size is missing"),
            ("vocab_size", 4_294_967_296, "vocab_size"), ("hidden_size", 1e300, "hidden_size"),
            ("num_hidden_layers", 1.5, "num_hidden_layers"), ("hidden_act", "swiglu", "hidden_act"),
            ("rms_norm_eps", "tiny", "rms_norm_eps"), ("attention_bias", 1, "attention_bias"),
            ("tie_word_embeddings", "yes", "tie_word_embeddings"), ("max_position_embeddings", 0, "max_position"),
            ("rope_theta", -1, "rope_theta"), ("rope_theta", "10000", "rope_theta"),
            ("rope_scaling", 4, "rope_scaling"),
            ("partial_rotary_factor", 0.5, "partial_rotary_factor"),
        ] as [(String, JSON, String)])
    func aBadValueIsAnErrorThatNamesTheKey(key: String, value: JSON, expected: String) {
        let message = error(of: [key: value])
        #expect(message.contains(expected) && message.contains("m/config.json"), "\(message)")
    }

    @Test(
        arguments: [
            (["rope_type": "mrope"], "mrope"), (["rope_type": 3], "rope_type 3"),
            (["type": "linear"], "factor is missing"),
            (["rope_type": "linear", "factor": 0], "factor"), (["rope_type": "yarn", "factor": "x"], "factor"),
            (["rope_type": "yarn", "factor": 2, "original_max_position_embeddings": 0], "original_max"),
            (["rope_type": "llama3", "factor": 8], "low_freq_factor"),
            (["rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4], "must be less"),
            (["rope_type": "longrope", "short_factor": [1, 1], "long_factor": [1, 1]], "expected 3 positive"),
            (["rope_type": "longrope", "short_factor": [1, 1, 0], "long_factor": [1, 1, 1]], "short_factor"),
            (["full_attention": ["rope_type": "default"]], "per kind of layer"), (["rope_theta": 1], "rope_theta"),
        ] as [(JSON, String)])
    func badRotaryParametersAreErrors(parameters: JSON, expected: String) {
        for key in ["rope_parameters", "rope_scaling"] {
            let message = error(of: [key: parameters])
            #expect(message.contains(expected) && message.contains(key), "\(message)")
        }
    }

    @Test func bothSpellingsOfRotaryParametersMeanTheSame() throws {
        let new = try configuration(["rope_parameters": ["rope_type": "linear", "factor": 4, "rope_theta": 5e5]])
        let old = try configuration(["rope_scaling": ["type": "linear", "factor": 4], "rope_theta": 5e5])
        let expected = RotarySettings(headDim: 6, theta: 5e5, positions: 64, scaling: .linear(factor: 4))
        #expect(try new.rotary(headDim: 6) == expected)
        #expect(try old.rotary(headDim: 6) == expected)
        let plain = try configuration(["rope_scaling": nil, "rope_parameters": [:]]).rotary(headDim: 6)
        #expect(plain == RotarySettings(headDim: 6, positions: 64))
        let yarn = try configuration(["rope_parameters": ["rope_type": "yarn", "factor": 2]]).rotary(headDim: 6)
        #expect(yarn.scaling == .yarn(YarnScaling(factor: 2, originalPositions: 64)))
    }

    @Test func windowsFollowQwensRules() throws {
        let window: [String: JSON] = ["use_sliding_window": true, "sliding_window": 8, "max_window_layers": 1]
        #expect(try configuration(window).slidingWindows(layers: 3) == [nil, 8, 8])
        #expect(try configuration(["sliding_window": 8]).slidingWindows(layers: 2) == [nil, nil])
        let types: JSON = ["sliding_attention", "full_attention"]
        #expect(try configuration(window.merging(["layer_types": types]) { $1 }).slidingWindows(layers: 2) == [8, nil])
        #expect(error(of: ["layer_types": ["full_attention"]], as: "qwen2").contains("expected 2 names"))
        #expect(error(of: ["layer_types": ["full_attention", 3]], as: "qwen3").contains("layer_types"))
        let mistral = try RotaryDecoderConfiguration.mistral(configuration(["num_key_value_heads": 2]))
        #expect(mistral.slidingWindows.allSatisfy { $0 == 4096 } && !mistral.slidingWindows.isEmpty)
        let open = try RotaryDecoderConfiguration.mistral(
            configuration(["num_key_value_heads": 2, "sliding_window": nil]))
        #expect(open.slidingWindows.allSatisfy { $0 == nil })
        #expect(error(of: ["sliding_window": 0, "num_key_value_heads": 2], as: "mistral").contains("sliding_window"))
    }

    @Test func anArchitectureThatIsNoDecoderIsAnErrorThatListsThem() {
        #expect(error(of: [:], as: "bert").contains("bert is an encoder; causal language models are gpt2, llama"))
        #expect(error(of: [:], as: "mamba").contains("model_type mamba is not supported"))
        #expect(error(of: ["n_embd": 10, "n_head": 3], as: "gpt2").contains("do not divide"))
        #expect(error(of: ["add_cross_attention": true], as: "gpt2").contains("add_cross_attention"))
        #expect(error(of: ["activation_function": "quick"], as: "gpt2").contains("activation_function"))
    }
}
