// Qwen3 Technical Report (Yang et al., 2025). Follows transformers' models/qwen3/modeling_qwen3.py; names are the
// checkpoint's. Peculiar: Qwen2 without biases, whose queries and keys pass an RMS norm per head before they rotate, and
// whose heads have a width of their own.

import LinnetLayers
import LinnetTensors

/// The fields of `config.json` that Qwen3 reads.
struct Qwen3Configuration: Sendable {
    let dimensions: DecoderDimensions
    let rotary: RotarySettings
    let activation: Activation
    let normEpsilon: Float
    let attentionBias: Bool
    let attentionDropout: Float
    /// Per layer; `nil` sees everything.
    let slidingWindows: [Int?]
    let tiesWordEmbeddings: Bool
    let initializerRange: Float

    /// Reads and checks the fields.
    init(_ config: ModelConfiguration) throws {
        dimensions = try DecoderDimensions(config, headDim: 128)
        rotary = try config.rotary(headDim: dimensions.headDim)
        activation = try config.activation("hidden_act", default: "silu")
        normEpsilon = try config.float("rms_norm_eps", default: 1e-6, in: 0...1)
        attentionBias = try config.bool("attention_bias", default: false)
        attentionDropout = try config.probability("attention_dropout", default: 0)
        slidingWindows = try config.slidingWindows(layers: dimensions.layers)
        tiesWordEmbeddings = try config.bool("tie_word_embeddings", default: false)
        initializerRange = try config.float("initializer_range", default: 0.02, in: 0...10)
    }
}

/// Grouped-query attention with normed queries and keys and rotary positions, and its output map.
struct Qwen3Attention {
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    private let queryNorm: RMSNorm
    private let keyNorm: RMSNorm
    private let rotary: RotaryEmbedding
    private let settings: AttentionSettings
    private let layer: Int

    init(_ config: Qwen3Configuration, rotary: RotaryEmbedding, layer: Int, _ weights: Weights) throws {
        let (extents, bias) = (config.dimensions, config.attentionBias)
        let (width, initial) = (extents.hiddenSize, InitialValue.normal(config.initializerRange))
        query = try Linear(width, extents.queryWidth, weights["q_proj"], bias: bias, initial: initial)
        key = try Linear(width, extents.keyValueWidth, weights["k_proj"], bias: bias, initial: initial)
        value = try Linear(width, extents.keyValueWidth, weights["v_proj"], bias: bias, initial: initial)
        output = try Linear(extents.queryWidth, width, weights["o_proj"], bias: bias, initial: initial)
        queryNorm = try RMSNorm(extents.headDim, epsilon: config.normEpsilon, weights["q_norm"])
        keyNorm = try RMSNorm(extents.headDim, epsilon: config.normEpsilon, weights["k_norm"])
        settings = AttentionSettings(
            heads: extents.heads, keyValueHeads: extents.keyValueHeads, slidingWindow: config.slidingWindows[layer],
            dropout: config.attentionDropout)
        self.rotary = rotary
        self.layer = layer
    }

    func callAsFunction(_ hidden: Tensor, _ pass: CausalPass, rows: CausalPass.SelectedRows?) -> Tensor {
        let tables = rotary.tables(length: pass.longest)
        let parts = pass.project(hidden, query: query, key: key, value: value, rows: rows)
        // [rows, heads × headDim] and [tokens, key-value heads × headDim]
        let q = queryNorm.perHead(parts[0])
            .rotated(heads: settings.heads, positions: pass.positions(of: rows), tables: tables)
        let k = keyNorm.perHead(parts[1])
            .rotated(heads: settings.keyValueHeads, positions: pass.positions, tables: tables)
        return output(pass.attention(q, k, parts[2], layer: layer, rows: rows, settings))
    }
}

/// One decoder layer: attention, then the gated feed-forward network.
struct Qwen3Layer: DecoderLayer {
    let attentionNorm: RMSNorm
    let feedForwardNorm: RMSNorm
    private let selfAttention: Qwen3Attention
    private let gatedFeedForward: GatedFeedForward

    init(_ config: Qwen3Configuration, rotary: RotaryEmbedding, layer: Int, _ weights: Weights) throws {
        let width = config.dimensions.hiddenSize
        selfAttention = try Qwen3Attention(config, rotary: rotary, layer: layer, weights["self_attn"])
        gatedFeedForward = try GatedFeedForward(
            width, intermediate: config.dimensions.intermediateSize, activation: config.activation, weights["mlp"],
            initial: .normal(config.initializerRange))
        attentionNorm = try RMSNorm(width, epsilon: config.normEpsilon, weights["input_layernorm"])
        feedForwardNorm = try RMSNorm(width, epsilon: config.normEpsilon, weights["post_attention_layernorm"])
    }

    func attention(_ normed: Tensor, _ pass: CausalPass, rows: CausalPass.SelectedRows?) -> Tensor {
        selfAttention(normed, pass, rows: rows)
    }

    func feedForward(_ normed: Tensor) -> Tensor { gatedFeedForward(normed) }
}

/// Qwen3 with a vocabulary-sized head, its own or tied to the word embedding.
final class Qwen3ForCausalLM: Decoder {
    let layers: [Qwen3Layer]
    let finalNorm: RMSNorm
    private let words: WordEmbedding
    private let config: Qwen3Configuration

    /// The network stored at the root `weights`.
    init(_ config: Qwen3Configuration, _ weights: Weights) throws {
        let (extents, model, rotary) = (config.dimensions, weights["model"], RotaryEmbedding(config.rotary))
        words = try WordEmbedding(
            vocabulary: extents.vocabularySize, width: extents.hiddenSize, model["embed_tokens"],
            head: config.tiesWordEmbeddings ? nil : weights["lm_head"], initial: .normal(config.initializerRange))
        layers = try (0..<extents.layers).map {
            try Qwen3Layer(config, rotary: rotary, layer: $0, model["layers"][$0])
        }
        finalNorm = try RMSNorm(extents.hiddenSize, epsilon: config.normEpsilon, model["norm"])
        self.config = config
    }

    var vocabularySize: Int { config.dimensions.vocabularySize }
    var maximumLength: Int { config.rotary.maximumLength }
    var hiddenSize: Int { config.dimensions.hiddenSize }
    var keyValueWidth: Int { config.dimensions.keyValueWidth }

    func embed(_ pass: CausalPass) -> Tensor { words.embed(pass) }

    func head(_ hidden: Tensor) -> Tensor { words.logits(hidden) }
}
