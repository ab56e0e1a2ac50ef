// BERT: Pre-training of Deep Bidirectional Transformers (Devlin et al., 2019).
// Follows transformers' models/bert/modeling_bert.py; names are the checkpoint's.
// Peculiar: post-norm, learned positions, token types, a tanh pooler over [CLS] before the classifier.

import LinnetLayers
import LinnetTensors

/// The fields of `config.json` that BERT reads.
public struct BertConfiguration: Sendable {
    let vocabularySize: Int
    let hiddenSize: Int
    let layers: Int
    let heads: Int
    let intermediateSize: Int
    let maximumPositions: Int
    let typeVocabularySize: Int
    let activation: Activation
    let hiddenDropout: Float
    let attentionDropout: Float
    let classifierDropout: Float
    let normEpsilon: Float
    let initializerRange: Float

    /// Reads and checks the fields.
    public init(_ config: ModelConfiguration) throws {
        vocabularySize = try config.int("vocab_size", minimum: 1)
        hiddenSize = try config.int("hidden_size", minimum: 1)
        layers = try config.int("num_hidden_layers", minimum: 1)
        heads = try config.int("num_attention_heads", minimum: 1)
        intermediateSize = try config.int("intermediate_size", minimum: 1)
        maximumPositions = try config.int("max_position_embeddings", default: 512, minimum: 1)
        typeVocabularySize = try config.int("type_vocab_size", default: 2, minimum: 1)
        activation = try config.activation("hidden_act")
        hiddenDropout = try config.probability("hidden_dropout_prob", default: 0.1)
        attentionDropout = try config.probability("attention_probs_dropout_prob", default: 0.1)
        classifierDropout = try config.probability("classifier_dropout", default: hiddenDropout)
        normEpsilon = try config.float("layer_norm_eps", default: 1e-12, in: 0...1)
        initializerRange = try config.float("initializer_range", default: 0.02, in: 0...10)
        try config.refuse("position_embedding_type", unless: "absolute")
        guard hiddenSize % heads == 0 else {
            throw ModelError("\(config.path): \(heads) attention heads do not divide a hidden size of \(hiddenSize)")
        }
    }
}

/// Multi-head self-attention and its output map, with residual and norm.
struct BertAttention {
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    private let norm: LayerNorm
    private let config: BertConfiguration

    init(_ config: BertConfiguration, _ weights: Weights) throws {
        let (width, own) = (config.hiddenSize, weights["self"])
        let initial = InitialValue.normal(config.initializerRange)
        query = try Linear(width, width, own["query"], initial: initial)
        key = try Linear(width, width, own["key"], initial: initial)
        value = try Linear(width, width, own["value"], initial: initial)
        output = try Linear(width, width, weights["output"]["dense"], initial: initial)
        norm = try LayerNorm(width, epsilon: config.normEpsilon, weights["output"]["LayerNorm"], initial: .ones)
        self.config = config
    }

    func callAsFunction(_ hidden: Tensor, _ batch: TokenBatch, rows: [Int32]?) -> Tensor {
        let read = rows.map { hidden.gatheredRows($0) } ?? hidden  // [rows, hidden]
        let context = segmentAttention(
            query(read), key(hidden), value(hidden), heads: config.heads, batch, rows: rows,
            dropout: config.attentionDropout)
        return norm(output(context), addedTo: read, dropout: config.hiddenDropout)
    }
}

/// One encoder layer: attention, then the feed-forward network.
struct BertLayer: EncoderLayer {
    private let attention: BertAttention
    private let intermediate: Linear
    private let output: Linear
    private let norm: LayerNorm
    private let config: BertConfiguration

    init(_ config: BertConfiguration, _ weights: Weights) throws {
        let initial = InitialValue.normal(config.initializerRange)
        attention = try BertAttention(config, weights["attention"])
        intermediate = try Linear(
            config.hiddenSize, config.intermediateSize, weights["intermediate"]["dense"], initial: initial)
        output = try Linear(config.intermediateSize, config.hiddenSize, weights["output"]["dense"], initial: initial)
        norm = try LayerNorm(
            config.hiddenSize, epsilon: config.normEpsilon, weights["output"]["LayerNorm"], initial: .ones)
        self.config = config
    }

    func callAsFunction(_ hidden: Tensor, _ batch: TokenBatch, rows: [Int32]?) -> Tensor {
        let attended = attention(hidden, batch, rows: rows)
        let expanded = config.activation(intermediate(attended))  // [rows, intermediate]
        return norm(output(expanded), addedTo: attended, dropout: config.hiddenDropout)
    }
}

/// Word, position and token-type embeddings, summed and normed.
struct BertEmbeddings {
    let word: Parameter
    private let position: Parameter
    private let type: Parameter
    private let norm: LayerNorm
    private let dropout: Float

    init(_ config: BertConfiguration, _ weights: Weights) throws {
        let (width, initial) = (config.hiddenSize, InitialValue.normal(config.initializerRange))
        word = try weights["word_embeddings"].parameter(
            "weight", shape: [config.vocabularySize, width], initial: initial)
        position = try weights["position_embeddings"].parameter(
            "weight", shape: [config.maximumPositions, width], initial: initial)
        type = try weights["token_type_embeddings"].parameter(
            "weight", shape: [config.typeVocabularySize, width], initial: initial)
        norm = try LayerNorm(width, epsilon: config.normEpsilon, weights["LayerNorm"], initial: .ones)
        dropout = config.hiddenDropout
    }

    func callAsFunction(_ batch: TokenBatch, positions: [Int32], types: [Int32], dtype: DType) -> Tensor {
        let sum = embeddingSum(
            word: word, ids: batch.ids, position: position, positions: positions, type: type, types: types,
            dtype: dtype)
        return norm(sum).dropout(dropout)
    }
}

/// The encoder without a head.
public final class BertModel: TextEncoder {
    private let embeddings: BertEmbeddings
    private let layers: [BertLayer]
    private let config: BertConfiguration

    /// The encoder stored at `weights`.
    public init(_ config: BertConfiguration, _ weights: Weights) throws {
        embeddings = try BertEmbeddings(config, weights["embeddings"])
        layers = try (0..<config.layers).map { try BertLayer(config, weights["encoder"]["layer"][$0]) }
        self.config = config
    }

    /// Width of the hidden states.
    public var hiddenSize: Int { config.hiddenSize }
    /// Most tokens in one sequence.
    public var maximumLength: Int { config.maximumPositions }
    /// Rows of the word embedding.
    public var vocabularySize: Int { config.vocabularySize }
    /// `[vocabulary, hidden]`.
    public var wordEmbedding: Parameter { embeddings.word }

    /// Last hidden states of the selected tokens.
    public func callAsFunction(_ batch: TokenBatch, tokens: TokenSelection, dtype: DType) -> Tensor {
        layers.forward(embed(batch, dtype), batch, tokens: tokens)
    }

    /// Embedding output and each layer's output.
    public func hiddenStates(_ batch: TokenBatch, dtype: DType) -> [Tensor] {
        layers.states(embed(batch, dtype), batch)
    }

    private func embed(_ batch: TokenBatch, _ dtype: DType) -> Tensor {
        embeddings(batch, positions: batch.positions, types: batch.typeIds, dtype: dtype)
    }
}

/// BERT with a classifier over the pooled `[CLS]` state.
public final class BertForSequenceClassification: SequenceClassificationNetwork {
    private let bert: BertModel
    private let pooler: Linear
    private let classifier: Linear
    private let dropout: Float

    /// The network stored at the root `weights`; pooler and classifier may be new.
    public init(_ config: BertConfiguration, labels: Int, _ weights: Weights) throws {
        let initial = InitialValue.normal(config.initializerRange)
        bert = try BertModel(config, weights["bert"])
        pooler = try Linear(
            config.hiddenSize, config.hiddenSize, weights["bert"]["pooler"]["dense"], initial: initial)
        classifier = try Linear(config.hiddenSize, labels, weights["classifier"], initial: initial)
        dropout = config.classifierDropout
    }

    /// The encoder.
    public var encoder: any TextEncoder { bert }
    /// `classifier`.
    public var headNames: [String] { ["classifier"] }

    /// `[sequences, labels]`.
    public func logits(_ batch: TokenBatch, dtype: DType) -> Tensor {
        let first = bert(batch, tokens: .first, dtype: dtype)  // [sequences, hidden]
        return classifier(pooler(first).tanh().dropout(dropout))
    }
}

/// BERT with a vocabulary-sized output tied to the word embedding.
public final class BertForMaskedLM: TokenNetwork {
    private let bert: BertModel
    private let transform: Linear
    private let norm: LayerNorm
    private let bias: Parameter
    private let activation: Activation

    /// The network stored at the root `weights`.
    public init(_ config: BertConfiguration, _ weights: Weights) throws {
        let head = weights["cls"]["predictions"]
        bert = try BertModel(config, weights["bert"])
        transform = try Linear(
            config.hiddenSize, config.hiddenSize, head["transform"]["dense"],
            initial: .normal(config.initializerRange))
        norm = try LayerNorm(
            config.hiddenSize, epsilon: config.normEpsilon, head["transform"]["LayerNorm"], initial: .ones)
        bias = try head.parameter("bias", shape: [config.vocabularySize], initial: .zeros)
        activation = config.activation
    }

    /// The encoder.
    public var encoder: any TextEncoder { bert }

    /// `[tokens, vocabulary]`.
    public func logits(_ batch: TokenBatch, dtype: DType) -> Tensor {
        let hidden = bert(batch, tokens: .all, dtype: dtype)
        return norm(activation(transform(hidden)))
            .linear(bert.wordEmbedding.tensor(as: dtype), bias: bias.tensor())
    }
}

/// BERT with a classifier over every token.
public final class BertForTokenClassification: TokenNetwork {
    private let bert: BertModel
    private let classifier: Linear
    private let dropout: Float

    /// The network stored at the root `weights`; the classifier may be new.
    public init(_ config: BertConfiguration, labels: Int, _ weights: Weights) throws {
        bert = try BertModel(config, weights["bert"])
        classifier = try Linear(
            config.hiddenSize, labels, weights["classifier"], initial: .normal(config.initializerRange))
        dropout = config.classifierDropout
    }

    /// The encoder.
    public var encoder: any TextEncoder { bert }

    /// `[tokens, labels]`.
    public func logits(_ batch: TokenBatch, dtype: DType) -> Tensor {
        classifier(bert(batch, tokens: .all, dtype: dtype).dropout(dropout))
    }
}
