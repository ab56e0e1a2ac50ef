import LinnetFormats
import LinnetModels

/// The size of a new causal language model, from which its `config.json` is written.
public struct ModelShape: Sendable {
    /// What kind of network it is.
    public enum Architecture: String, Sendable, CaseIterable {
        /// Learned positions, LayerNorm, GELU (Radford et al., 2019).
        case gpt2
        /// Rotary positions, RMSNorm, SwiGLU (Touvron et al., 2023).
        case llama
    }

    /// What kind of network it is.
    public var architecture = Architecture.gpt2
    /// Blocks.
    public var layers = 4
    /// Attention heads.
    public var heads = 4
    /// Heads of keys and values, for `llama`; nil means as many as ``heads``.
    public var keyValueHeads: Int?
    /// Width of the hidden states.
    public var hidden = 128
    /// Width of the feed-forward layers; nil means 4 × hidden for `gpt2`, 8/3 × hidden in steps of 32 for `llama`.
    public var intermediate: Int?
    /// The longest sequence, in tokens.
    public var context = 64
    /// Dropout after embeddings, attention and feed-forward; `llama` has it in the attention alone.
    public var dropout = 0.0

    /// A shape that trains in minutes on two cores.
    public init() {}

    /// The `config.json` of a model of this shape, as transformers writes it, for a vocabulary of this size.
    ///
    /// - Parameter ends: The ids of the tokens that begin and end a text.
    /// - Throws: `ModelError` naming the setting that does not fit another.
    public func configuration(vocabularySize: Int, ends: (begin: Int32?, end: Int32?)) throws -> ModelConfiguration {
        try validate()
        var json: JSONObject = [
            "vocab_size": JSON(vocabularySize), "tie_word_embeddings": true, "dtype": "float32",
            "initializer_range": 0.02, "use_cache": true,
            "bos_token_id": ends.begin.map { JSON(Int($0)) } ?? .null,
            "eos_token_id": ends.end.map { JSON(Int($0)) } ?? .null,
        ]
        switch architecture {
        case .gpt2: addGPT2(to: &json)
        case .llama: addLlama(to: &json)
        }
        return try ModelConfiguration(.object(json), path: "the new model's configuration")
    }

    private func addGPT2(to json: inout JSONObject) {
        json["model_type"] = "gpt2"
        json["architectures"] = ["GPT2LMHeadModel"]
        json["n_layer"] = JSON(layers)
        json["n_head"] = JSON(heads)
        json["n_embd"] = JSON(hidden)
        json["n_inner"] = intermediate.map { JSON($0) } ?? .null
        json["n_positions"] = JSON(context)
        json["activation_function"] = "gelu_new"
        json["layer_norm_epsilon"] = 1e-5
        for key in ["embd_pdrop", "attn_pdrop", "resid_pdrop"] { json[key] = .number(dropout) }
    }

    private func addLlama(to json: inout JSONObject) {
        json["model_type"] = "llama"
        json["architectures"] = ["LlamaForCausalLM"]
        json["num_hidden_layers"] = JSON(layers)
        json["num_attention_heads"] = JSON(heads)
        json["num_key_value_heads"] = JSON(keyValueHeads ?? heads)
        json["head_dim"] = JSON(hidden / heads)
        json["hidden_size"] = JSON(hidden)
        json["intermediate_size"] = JSON(intermediate ?? (hidden * 8 / 3 + 31) / 32 * 32)
        json["max_position_embeddings"] = JSON(context)
        json["hidden_act"] = "silu"
        json["rms_norm_eps"] = 1e-5
        json["rope_theta"] = 10000.0
        json["attention_bias"] = false
        json["mlp_bias"] = false
        json["attention_dropout"] = .number(dropout)
    }

    private func validate() throws {
        for (name, value) in [
            ("layers", layers), ("heads", heads), ("hidden", hidden), ("context", context),
            ("intermediate", intermediate ?? 1), ("kv-heads", keyValueHeads ?? 1),
        ] where value < 1 {
            throw ModelError("\(name): expected 1 or more, found \(value)")
        }
        guard hidden % heads == 0 else {
            throw ModelError("heads: expected a divisor of hidden \(hidden), found \(heads)")
        }
        guard (0..<1).contains(dropout) else {
            throw ModelError("dropout: expected a number from 0 to below 1, found \(dropout)")
        }
        switch architecture {
        case .gpt2:
            guard keyValueHeads == nil || keyValueHeads == heads else {
                throw ModelError("kv-heads: gpt2 has as many as heads; leave it out or choose architecture llama")
            }
        case .llama:
            guard heads % (keyValueHeads ?? heads) == 0 else {
                throw ModelError("kv-heads: expected a divisor of heads \(heads), found \(keyValueHeads ?? heads)")
            }
            guard hidden / heads % 2 == 0 else {
                throw ModelError(
                    "heads: rotary positions need an even width of a head, found \(hidden) / \(heads) = "
                        + "\(hidden / heads)")
            }
        }
    }
}
