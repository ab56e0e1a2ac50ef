// Language Models are Unsupervised Multitask Learners (Radford et al., 2019).
// Follows transformers' models/gpt2/modeling_gpt2.py; names are the checkpoint's.
// Peculiar: pre-norm with layer norms, learned positions, one matrix for query, key and value, matrices that are
// stored [inputs, outputs], a head tied to the word embedding.

import LinnetLayers
import LinnetTensors

/// The fields of `config.json` that GPT-2 reads.
struct GPT2Configuration: Sendable {
    let vocabularySize: Int
    let positions: Int
    let hiddenSize: Int
    let layers: Int
    let heads: Int
    let intermediateSize: Int
    let activation: Activation
    let residualDropout: Float
    let embeddingDropout: Float
    let attentionDropout: Float
    let normEpsilon: Float
    let scalesByHeadDim: Bool
    let scalesByLayer: Bool
    let tiesWordEmbeddings: Bool
    let initializerRange: Float

    /// Reads and checks the fields.
    init(_ config: ModelConfiguration) throws {
        vocabularySize = try config.int("vocab_size", default: 50257, minimum: 1, maximum: 1 << 24)
        positions = try config.int("n_positions", default: 1024, minimum: 1, maximum: 1 << 24)
        hiddenSize = try config.int("n_embd", default: 768, minimum: 1, maximum: 1 << 20)
        layers = try config.int("n_layer", default: 12, minimum: 1, maximum: 1 << 16)
        heads = try config.int("n_head", default: 12, minimum: 1, maximum: 1 << 16)
        intermediateSize = try config.int("n_inner", default: 4 * hiddenSize, minimum: 1, maximum: 1 << 24)
        activation = try config.activation("activation_function", default: "gelu_new")
        residualDropout = try config.probability("resid_pdrop", default: 0.1)
        embeddingDropout = try config.probability("embd_pdrop", default: 0.1)
        attentionDropout = try config.probability("attn_pdrop", default: 0.1)
        normEpsilon = try config.float("layer_norm_epsilon", default: 1e-5, in: 0...1)
        scalesByHeadDim = try config.bool("scale_attn_weights", default: true)
        scalesByLayer = try config.bool("scale_attn_by_inverse_layer_idx", default: false)
        tiesWordEmbeddings = try config.bool("tie_word_embeddings", default: true)
        initializerRange = try config.float("initializer_range", default: 0.02, in: 0...10)
        guard hiddenSize % heads == 0 else {
            throw ModelError("\(config.path): \(heads) attention heads do not divide a hidden size of \(hiddenSize)")
        }
        guard try !config.bool("add_cross_attention", default: false) else {
            throw ModelError("\(config.path): add_cross_attention: cross-attention is not supported")
        }
    }

    /// Deviation of the maps that add to the residual stream: less with depth, so that the stream does not grow.
    var residualInitial: InitialValue { .normal(initializerRange / Float(2 * layers).squareRoot()) }
}

/// Multi-head self-attention from one joint map, and its output map.
struct GPT2Attention {
    private let joint: Linear
    private let output: Linear
    private let settings: AttentionSettings
    private let config: GPT2Configuration
    private let layer: Int

    init(_ config: GPT2Configuration, layer: Int, _ weights: Weights) throws {
        let width = config.hiddenSize
        joint = try Linear(
            width, 3 * width, weights["c_attn"], initial: .normal(config.initializerRange), isStoredTransposed: true)
        output = try Linear(width, width, weights["c_proj"], initial: config.residualInitial, isStoredTransposed: true)
        let byHeadDim = config.scalesByHeadDim ? 1 / Float(width / config.heads).squareRoot() : 1
        settings = AttentionSettings(
            heads: config.heads, keyValueHeads: config.heads,
            scale: config.scalesByLayer ? byHeadDim / Float(layer + 1) : byHeadDim, dropout: config.attentionDropout)
        self.config = config
        self.layer = layer
    }

    func callAsFunction(_ hidden: Tensor, _ pass: CausalPass, rows: CausalPass.SelectedRows?) -> Tensor {
        let width = config.hiddenSize
        let all = joint(hidden)  // [tokens, 3 × hidden]
        let parts = (0..<3).map { all.slice(($0 * width)..<(($0 + 1) * width), axis: 1) }  // each [tokens, hidden]
        let q = rows.map { parts[0].gatheredRows($0.rows) } ?? parts[0]
        let context = pass.attention(q, parts[1], parts[2], layer: layer, rows: rows, settings)
        return output(context).dropout(config.residualDropout)
    }
}

/// One decoder layer: attention, then the feed-forward network.
struct GPT2Layer: DecoderLayer {
    let attentionNorm: LayerNorm
    let feedForwardNorm: LayerNorm
    private let selfAttention: GPT2Attention
    private let expand: Linear
    private let contract: Linear
    private let config: GPT2Configuration

    init(_ config: GPT2Configuration, layer: Int, _ weights: Weights) throws {
        let (width, inner, mlp) = (config.hiddenSize, config.intermediateSize, weights["mlp"])
        attentionNorm = try LayerNorm(width, epsilon: config.normEpsilon, weights["ln_1"], initial: .ones)
        selfAttention = try GPT2Attention(config, layer: layer, weights["attn"])
        feedForwardNorm = try LayerNorm(width, epsilon: config.normEpsilon, weights["ln_2"], initial: .ones)
        expand = try Linear(
            width, inner, mlp["c_fc"], initial: .normal(config.initializerRange), isStoredTransposed: true)
        contract = try Linear(inner, width, mlp["c_proj"], initial: config.residualInitial, isStoredTransposed: true)
        self.config = config
    }

    func attention(_ normed: Tensor, _ pass: CausalPass, rows: CausalPass.SelectedRows?) -> Tensor {
        selfAttention(normed, pass, rows: rows)
    }

    func feedForward(_ normed: Tensor) -> Tensor {
        contract(config.activation(expand(normed))).dropout(config.residualDropout)
    }
}

/// GPT-2 with a vocabulary-sized head.
final class GPT2LMHeadModel: Decoder {
    let layers: [GPT2Layer]
    let finalNorm: LayerNorm
    private let words: WordEmbedding
    private let positions: Parameter
    private let config: GPT2Configuration

    /// The network stored at the root `weights`.
    init(_ config: GPT2Configuration, _ weights: Weights) throws {
        let (model, initial) = (weights["transformer"], InitialValue.normal(config.initializerRange))
        words = try WordEmbedding(
            vocabulary: config.vocabularySize, width: config.hiddenSize, model["wte"],
            head: config.tiesWordEmbeddings ? nil : weights["lm_head"], initial: initial)
        positions = try model["wpe"].parameter(
            "weight", shape: [config.positions, config.hiddenSize], initial: initial, isPackable: false)
        layers = try (0..<config.layers).map { try GPT2Layer(config, layer: $0, model["h"][$0]) }
        finalNorm = try LayerNorm(config.hiddenSize, epsilon: config.normEpsilon, model["ln_f"], initial: .ones)
        self.config = config
    }

    var vocabularySize: Int { config.vocabularySize }
    var maximumLength: Int { config.positions }
    var hiddenSize: Int { config.hiddenSize }
    var keyValueWidth: Int { config.hiddenSize }

    func embed(_ pass: CausalPass) -> Tensor {
        embeddingSum(
            word: words.table, ids: pass.batch.ids, position: positions, positions: pass.positions, dtype: pass.dtype
        ).dropout(config.embeddingDropout)
    }

    func head(_ hidden: Tensor, exactly demand: ExactScores) -> Tensor { words.logits(hidden, exactly: demand) }
}
