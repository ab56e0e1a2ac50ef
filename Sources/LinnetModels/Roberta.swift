// RoBERTa: A Robustly Optimized BERT Pretraining Approach (Liu et al., 2019).
// Follows transformers' models/roberta/modeling_roberta.py; names are the checkpoint's.
// Peculiar: BERT's layers, but positions count from padding_idx + 1, and the heads have a dense layer of their own.

import LinnetFormats
import LinnetLayers
import LinnetTensors

/// BERT's fields and the pad token that shifts positions.
public struct RobertaConfiguration: Sendable {
    let bert: BertConfiguration
    let paddingId: Int

    /// Reads and checks the fields.
    public init(_ config: ModelConfiguration) throws {
        bert = try BertConfiguration(config)
        paddingId = try config.int("pad_token_id", default: 1)
        guard bert.maximumPositions > paddingId + 1 else {
            throw ModelError("\(config.path): max_position_embeddings \(bert.maximumPositions) leaves no positions")
        }
    }
}

/// The encoder without a head.
public final class RobertaModel: TextEncoder {
    private let embeddings: BertEmbeddings
    private let layers: [BertLayer]
    private let config: RobertaConfiguration

    /// The encoder stored at `weights`.
    public init(_ config: RobertaConfiguration, _ weights: Weights) throws {
        embeddings = try BertEmbeddings(config.bert, weights["embeddings"])
        layers = try (0..<config.bert.layers).map { try BertLayer(config.bert, weights["encoder"]["layer"][$0]) }
        self.config = config
    }

    /// Width of the hidden states.
    public var hiddenSize: Int { config.bert.hiddenSize }
    /// Most tokens in one sequence: positions start at `padding_idx + 1`.
    public var maximumLength: Int { config.bert.maximumPositions - config.paddingId - 1 }
    /// Rows of the word embedding.
    public var vocabularySize: Int { config.bert.vocabularySize }
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
        let types = batch.typeIds.map { min($0, 0) }  // RoBERTa has a single token type.
        return embeddings(batch, positions: positions(of: batch), types: types, dtype: dtype)
    }

    /// Positions count the tokens that are not padding, from `padding_idx + 1`; padding stays at `padding_idx`.
    private func positions(of batch: TokenBatch) -> [Int32] {
        var result = Array(repeating: Int32(-1), count: batch.ids.count)
        let padding = Int32(config.paddingId)
        for sequence in 0..<batch.sequenceCount {
            var position = padding
            for row in Int(batch.offsets[sequence])..<Int(batch.offsets[sequence + 1]) {
                if batch.ids[row] == padding {
                    result[row] = padding
                } else {
                    position += 1
                    result[row] = position
                }
            }
        }
        return result
    }
}

/// RoBERTa with a two-layer classifier over the first token.
public final class RobertaForSequenceClassification: SequenceClassificationNetwork {
    private let roberta: RobertaModel
    private let dense: Linear
    private let output: Linear
    private let dropout: Float

    /// The network stored at the root `weights`; the head may be new.
    public init(_ config: RobertaConfiguration, labels: Int, _ weights: Weights) throws {
        let (width, head) = (config.bert.hiddenSize, weights["classifier"])
        let initial = InitialValue.normal(config.bert.initializerRange)
        roberta = try RobertaModel(config, weights["roberta"])
        dense = try Linear(width, width, head["dense"], initial: initial)
        output = try Linear(width, labels, head["out_proj"], initial: initial)
        dropout = config.bert.classifierDropout
    }

    /// The encoder.
    public var encoder: any TextEncoder { roberta }
    /// `classifier`.
    public var headNames: [String] { ["classifier"] }

    /// `[sequences, labels]`.
    public func logits(_ batch: TokenBatch, dtype: DType) -> Tensor {
        let first = roberta(batch, tokens: .first, dtype: dtype).dropout(dropout)  // [sequences, hidden]
        return output(dense(first).tanh().dropout(dropout))
    }
}

/// RoBERTa with a vocabulary-sized output tied to the word embedding.
public final class RobertaForMaskedLM: TokenNetwork {
    private let roberta: RobertaModel
    private let dense: Linear
    private let norm: LayerNorm
    private let bias: Parameter

    /// The network stored at the root `weights`.
    public init(_ config: RobertaConfiguration, _ weights: Weights) throws {
        let (width, head) = (config.bert.hiddenSize, weights["lm_head"])
        roberta = try RobertaModel(config, weights["roberta"])
        dense = try Linear(width, width, head["dense"], initial: .normal(config.bert.initializerRange))
        norm = try LayerNorm(width, epsilon: config.bert.normEpsilon, head["layer_norm"], initial: .ones)
        bias = try head.parameter("bias", shape: [config.bert.vocabularySize], initial: .zeros)
    }

    /// The encoder.
    public var encoder: any TextEncoder { roberta }

    /// `[tokens, vocabulary]`.
    public func logits(_ batch: TokenBatch, dtype: DType) -> Tensor {
        let hidden = roberta(batch, tokens: .all, dtype: dtype)
        return norm(dense(hidden).gelu()).linear(roberta.wordEmbedding.tensor(as: dtype), bias: bias.tensor())
    }
}

/// RoBERTa with a classifier over every token.
public final class RobertaForTokenClassification: TokenNetwork {
    private let roberta: RobertaModel
    private let classifier: Linear
    private let dropout: Float

    /// The network stored at the root `weights`; the classifier may be new.
    public init(_ config: RobertaConfiguration, labels: Int, _ weights: Weights) throws {
        roberta = try RobertaModel(config, weights["roberta"])
        classifier = try Linear(
            config.bert.hiddenSize, labels, weights["classifier"], initial: .normal(config.bert.initializerRange))
        dropout = config.bert.classifierDropout
    }

    /// The encoder.
    public var encoder: any TextEncoder { roberta }

    /// `[tokens, labels]`.
    public func logits(_ batch: TokenBatch, dtype: DType) -> Tensor {
        classifier(roberta(batch, tokens: .all, dtype: dtype).dropout(dropout))
    }
}
