// DistilBERT, a distilled version of BERT (Sanh et al., 2019).
// Follows transformers' models/distilbert/modeling_distilbert.py; names are the checkpoint's.
// Peculiar: no token types, no pooler, its own spelling of everything (dim, n_layers, q_lin, sa_layer_norm).

import LinnetLayers
import LinnetTensors

/// The fields of `config.json` that DistilBERT reads.
public struct DistilBertConfiguration: Sendable {
    let vocabularySize: Int
    let width: Int
    let layers: Int
    let heads: Int
    let hiddenWidth: Int
    let maximumPositions: Int
    let activation: Activation
    let dropout: Float
    let attentionDropout: Float
    let classifierDropout: Float
    let initializerRange: Float

    static let normEpsilon: Float = 1e-12

    /// Reads and checks the fields.
    public init(_ config: ModelConfiguration) throws {
        vocabularySize = try config.int("vocab_size", minimum: 1)
        width = try config.int("dim", default: 768, minimum: 1)
        layers = try config.int("n_layers", default: 6, minimum: 1)
        heads = try config.int("n_heads", default: 12, minimum: 1)
        hiddenWidth = try config.int("hidden_dim", default: 4 * width, minimum: 1)
        maximumPositions = try config.int("max_position_embeddings", default: 512, minimum: 1)
        activation = try config.activation("activation")
        dropout = try config.probability("dropout", default: 0.1)
        attentionDropout = try config.probability("attention_dropout", default: 0.1)
        classifierDropout = try config.probability("seq_classif_dropout", default: 0.2)
        initializerRange = try config.float("initializer_range", default: 0.02, in: 0...10)
        guard width % heads == 0 else {
            throw ModelError("\(config.path): \(heads) attention heads do not divide a width of \(width)")
        }
    }
}

/// One encoder layer: attention, then the feed-forward network.
struct DistilBertLayer: EncoderLayer {
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    private let attentionNorm: LayerNorm
    private let expand: Linear
    private let contract: Linear
    private let outputNorm: LayerNorm
    private let config: DistilBertConfiguration

    init(_ config: DistilBertConfiguration, _ weights: Weights) throws {
        let (width, attention, ffn) = (config.width, weights["attention"], weights["ffn"])
        let initial = InitialValue.normal(config.initializerRange)
        let epsilon = DistilBertConfiguration.normEpsilon
        query = try Linear(width, width, attention["q_lin"], initial: initial)
        key = try Linear(width, width, attention["k_lin"], initial: initial)
        value = try Linear(width, width, attention["v_lin"], initial: initial)
        output = try Linear(width, width, attention["out_lin"], initial: initial)
        attentionNorm = try LayerNorm(width, epsilon: epsilon, weights["sa_layer_norm"], initial: .ones)
        expand = try Linear(width, config.hiddenWidth, ffn["lin1"], initial: initial)
        contract = try Linear(config.hiddenWidth, width, ffn["lin2"], initial: initial)
        outputNorm = try LayerNorm(width, epsilon: epsilon, weights["output_layer_norm"], initial: .ones)
        self.config = config
    }

    func callAsFunction(_ hidden: Tensor, _ batch: TokenBatch, rows: [Int32]?) -> Tensor {
        let read = rows.map { hidden.gatheredRows($0) } ?? hidden  // [rows, width]
        let context = segmentAttention(
            query(read), key(hidden), value(hidden), heads: config.heads, batch, rows: rows,
            dropout: config.attentionDropout)
        let attended = attentionNorm(output(context), addedTo: read, dropout: 0)
        let expanded = config.activation(expand(attended))  // [rows, hiddenWidth]
        return outputNorm(contract(expanded), addedTo: attended, dropout: config.dropout)
    }
}

/// The encoder without a head.
public final class DistilBertModel: TextEncoder {
    private let word: Parameter
    private let position: Parameter
    private let norm: LayerNorm
    private let layers: [DistilBertLayer]
    private let config: DistilBertConfiguration

    /// The encoder stored at `weights`.
    public init(_ config: DistilBertConfiguration, _ weights: Weights) throws {
        let (embeddings, initial) = (weights["embeddings"], InitialValue.normal(config.initializerRange))
        word = try embeddings["word_embeddings"].parameter(
            "weight", shape: [config.vocabularySize, config.width], initial: initial)
        position = try embeddings["position_embeddings"].parameter(
            "weight", shape: [config.maximumPositions, config.width], initial: initial)
        norm = try LayerNorm(
            config.width, epsilon: DistilBertConfiguration.normEpsilon, embeddings["LayerNorm"], initial: .ones)
        layers = try (0..<config.layers).map { try DistilBertLayer(config, weights["transformer"]["layer"][$0]) }
        self.config = config
    }

    /// Width of the hidden states.
    public var hiddenSize: Int { config.width }
    /// Most tokens in one sequence.
    public var maximumLength: Int { config.maximumPositions }
    /// Rows of the word embedding.
    public var vocabularySize: Int { config.vocabularySize }
    /// `[vocabulary, width]`.
    public var wordEmbedding: Parameter { word }

    /// Last hidden states of the selected tokens.
    public func callAsFunction(_ batch: TokenBatch, tokens: TokenSelection, dtype: DType) -> Tensor {
        layers.forward(embed(batch, dtype), batch, tokens: tokens)
    }

    /// Embedding output and each layer's output.
    public func hiddenStates(_ batch: TokenBatch, dtype: DType) -> [Tensor] {
        layers.states(embed(batch, dtype), batch)
    }

    private func embed(_ batch: TokenBatch, _ dtype: DType) -> Tensor {
        let sum = embeddingSum(
            word: word, ids: batch.ids, position: position, positions: batch.positions, dtype: dtype)
        return norm(sum).dropout(config.dropout)
    }
}

/// DistilBERT with a two-layer classifier over the first token.
public final class DistilBertForSequenceClassification: SequenceClassificationNetwork {
    private let distilbert: DistilBertModel
    private let preClassifier: Linear
    private let classifier: Linear
    private let dropout: Float

    /// The network stored at the root `weights`; the head may be new.
    public init(_ config: DistilBertConfiguration, labels: Int, _ weights: Weights) throws {
        let initial = InitialValue.normal(config.initializerRange)
        distilbert = try DistilBertModel(config, weights["distilbert"])
        preClassifier = try Linear(config.width, config.width, weights["pre_classifier"], initial: initial)
        classifier = try Linear(config.width, labels, weights["classifier"], initial: initial)
        dropout = config.classifierDropout
    }

    /// The encoder.
    public var encoder: any TextEncoder { distilbert }
    /// `pre_classifier` and `classifier`.
    public var headNames: [String] { ["pre_classifier", "classifier"] }

    /// `[sequences, labels]`.
    public func logits(_ batch: TokenBatch, dtype: DType) -> Tensor {
        let first = distilbert(batch, tokens: .first, dtype: dtype)  // [sequences, width]
        return classifier(preClassifier(first).relu().dropout(dropout))
    }
}

/// DistilBERT with a vocabulary-sized output tied to the word embedding.
public final class DistilBertForMaskedLM: TokenNetwork {
    private let distilbert: DistilBertModel
    private let transform: Linear
    private let norm: LayerNorm
    private let bias: Parameter
    private let activation: Activation

    /// The network stored at the root `weights`.
    public init(_ config: DistilBertConfiguration, _ weights: Weights) throws {
        let initial = InitialValue.normal(config.initializerRange)
        distilbert = try DistilBertModel(config, weights["distilbert"])
        transform = try Linear(config.width, config.width, weights["vocab_transform"], initial: initial)
        norm = try LayerNorm(
            config.width, epsilon: DistilBertConfiguration.normEpsilon, weights["vocab_layer_norm"], initial: .ones)
        bias = try weights["vocab_projector"].parameter("bias", shape: [config.vocabularySize], initial: .zeros)
        activation = config.activation
    }

    /// The encoder.
    public var encoder: any TextEncoder { distilbert }

    /// `[tokens, vocabulary]`.
    public func logits(_ batch: TokenBatch, dtype: DType) -> Tensor {
        let hidden = distilbert(batch, tokens: .all, dtype: dtype)
        return norm(activation(transform(hidden)))
            .linear(distilbert.wordEmbedding.tensor(as: dtype), bias: bias.tensor())
    }
}

/// DistilBERT with a classifier over every token.
public final class DistilBertForTokenClassification: TokenNetwork {
    private let distilbert: DistilBertModel
    private let classifier: Linear
    private let dropout: Float

    /// The network stored at the root `weights`; the classifier may be new.
    public init(_ config: DistilBertConfiguration, labels: Int, _ weights: Weights) throws {
        distilbert = try DistilBertModel(config, weights["distilbert"])
        classifier = try Linear(config.width, labels, weights["classifier"], initial: .normal(config.initializerRange))
        dropout = config.dropout
    }

    /// The encoder.
    public var encoder: any TextEncoder { distilbert }

    /// `[tokens, labels]`.
    public func logits(_ batch: TokenBatch, dtype: DType) -> Tensor {
        classifier(distilbert(batch, tokens: .all, dtype: dtype).dropout(dropout))
    }
}
