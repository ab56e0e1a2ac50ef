// The decoder of which Llama, Mistral, Qwen2 and Qwen3 are settings: RMS norms before each sublayer, grouped-query
// attention with rotary positions, a gated feed-forward network. Names are the checkpoints'.

import LinnetLayers
import LinnetTensors

/// What such a decoder is made of. The fields that all files have are read here; how an architecture sets the others
/// stands in its own file.
struct RotaryDecoderConfiguration: Sendable {
    let dimensions: DecoderDimensions
    let rotary: RotarySettings
    let activation: Activation
    let normEpsilon: Float
    let attentionDropout: Float
    let tiesWordEmbeddings: Bool
    let initializerRange: Float
    /// Whether the maps to queries, keys and values have biases.
    var inputBias = false
    /// Whether attention's output map has a bias.
    var outputBias = false
    /// Whether the maps of the feed-forward network have biases.
    var feedForwardBias = false
    /// Whether queries and keys pass an RMS norm per head before they rotate.
    var normsHeads = false
    /// The keys a query of each layer sees, itself counted; `nil` for all before it.
    var slidingWindows: [Int?]

    /// Reads and checks the fields that all have; there are no biases and no windows.
    init(_ config: ModelConfiguration, _ dimensions: DecoderDimensions) throws {
        self.dimensions = dimensions
        rotary = try config.rotary(headDim: dimensions.headDim)
        activation = try config.activation("hidden_act", default: "silu")
        normEpsilon = try config.float("rms_norm_eps", default: 1e-6, in: 0...1)
        attentionDropout = try config.probability("attention_dropout", default: 0)
        tiesWordEmbeddings = try config.bool("tie_word_embeddings", default: false)
        initializerRange = try config.float("initializer_range", default: 0.02, in: 0...10)
        slidingWindows = Array(repeating: nil, count: dimensions.layers)
    }

    /// How fresh matrices begin.
    var initial: InitialValue { .normal(initializerRange) }
}

/// Grouped-query attention with rotary positions, and its output map.
struct RotaryAttention {
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    private let queryNorm: RMSNorm?
    private let keyNorm: RMSNorm?
    private let rotary: RotaryEmbedding
    private let settings: AttentionSettings
    private let layer: Int

    init(_ config: RotaryDecoderConfiguration, rotary: RotaryEmbedding, layer: Int, _ weights: Weights) throws {
        let (extents, bias, initial) = (config.dimensions, config.inputBias, config.initial)
        let width = extents.hiddenSize
        query = try Linear(width, extents.queryWidth, weights["q_proj"], bias: bias, initial: initial)
        key = try Linear(width, extents.keyValueWidth, weights["k_proj"], bias: bias, initial: initial)
        value = try Linear(width, extents.keyValueWidth, weights["v_proj"], bias: bias, initial: initial)
        output = try Linear(extents.queryWidth, width, weights["o_proj"], bias: config.outputBias, initial: initial)
        func headNorm(_ name: String) throws -> RMSNorm? {
            config.normsHeads ? try RMSNorm(extents.headDim, epsilon: config.normEpsilon, weights[name]) : nil
        }
        queryNorm = try headNorm("q_norm")
        keyNorm = try headNorm("k_norm")
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
        let q = (queryNorm?.perHead(parts[0]) ?? parts[0])
            .rotated(heads: settings.heads, positions: pass.positions(of: rows), tables: tables)
        let k = (keyNorm?.perHead(parts[1]) ?? parts[1])
            .rotated(heads: settings.keyValueHeads, positions: pass.positions, tables: tables)
        return output(pass.attention(q, k, parts[2], layer: layer, rows: rows, settings))
    }
}

/// One decoder layer: attention, then the gated feed-forward network.
struct RotaryDecoderLayer: DecoderLayer {
    let attentionNorm: RMSNorm
    let feedForwardNorm: RMSNorm
    private let selfAttention: RotaryAttention
    private let gatedFeedForward: GatedFeedForward

    init(_ config: RotaryDecoderConfiguration, rotary: RotaryEmbedding, layer: Int, _ weights: Weights) throws {
        let width = config.dimensions.hiddenSize
        selfAttention = try RotaryAttention(config, rotary: rotary, layer: layer, weights["self_attn"])
        gatedFeedForward = try GatedFeedForward(
            width, intermediate: config.dimensions.intermediateSize, bias: config.feedForwardBias,
            activation: config.activation, weights["mlp"], initial: config.initial)
        attentionNorm = try RMSNorm(width, epsilon: config.normEpsilon, weights["input_layernorm"])
        feedForwardNorm = try RMSNorm(width, epsilon: config.normEpsilon, weights["post_attention_layernorm"])
    }

    func attention(_ normed: Tensor, _ pass: CausalPass, rows: CausalPass.SelectedRows?) -> Tensor {
        selfAttention(normed, pass, rows: rows)
    }

    func feedForward(_ normed: Tensor) -> Tensor { gatedFeedForward(normed) }
}

/// The decoder with a vocabulary-sized head, its own or tied to the word embedding.
final class RotaryDecoder: Decoder {
    let layers: [RotaryDecoderLayer]
    let finalNorm: RMSNorm
    private let words: WordEmbedding
    private let config: RotaryDecoderConfiguration

    /// The network stored at the root `weights`.
    init(_ config: RotaryDecoderConfiguration, _ weights: Weights) throws {
        let (extents, model, rotary) = (config.dimensions, weights["model"], RotaryEmbedding(config.rotary))
        words = try WordEmbedding(
            vocabulary: extents.vocabularySize, width: extents.hiddenSize, model["embed_tokens"],
            head: config.tiesWordEmbeddings ? nil : weights["lm_head"], initial: config.initial)
        layers = try (0..<extents.layers).map {
            try RotaryDecoderLayer(config, rotary: rotary, layer: $0, model["layers"][$0])
        }
        finalNorm = try RMSNorm(extents.hiddenSize, epsilon: config.normEpsilon, model["norm"])
        self.config = config
    }

    var vocabularySize: Int { config.dimensions.vocabularySize }
    var maximumLength: Int { config.rotary.maximumLength }
    var hiddenSize: Int { config.dimensions.hiddenSize }
    var keyValueWidth: Int { config.dimensions.keyValueWidth }

    func embed(_ pass: CausalPass) -> Tensor { words.embed(pass) }

    func head(_ hidden: Tensor, exactly demand: ExactScores) -> Tensor { words.logits(hidden, exactly: demand) }
}
