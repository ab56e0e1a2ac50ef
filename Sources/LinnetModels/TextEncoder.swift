import LinnetLayers
import LinnetTensors

/// Which rows of an encoder's last layer the caller reads; the others are not computed.
public enum TokenSelection: Sendable {
    /// Every token: `[tokens, hidden]`.
    case all
    /// The first token of each sequence, `[CLS]`: `[sequences, hidden]`.
    case first
}

/// A bidirectional encoder: token ids to hidden states.
public protocol TextEncoder: AnyObject {
    /// Width of the hidden states.
    var hiddenSize: Int { get }
    /// Most tokens in one sequence.
    var maximumLength: Int { get }
    /// Number of rows of the word embedding.
    var vocabularySize: Int { get }
    /// Last hidden states of the selected tokens, computed in `dtype`.
    func callAsFunction(_ batch: TokenBatch, tokens: TokenSelection, dtype: DType) -> Tensor
    /// Embedding output and the output of each layer, all tokens: `layers + 1` tensors.
    func hiddenStates(_ batch: TokenBatch, dtype: DType) -> [Tensor]
    /// The word embedding, `[vocabulary, hidden]`, which masked-LM heads share.
    var wordEmbedding: Parameter { get }
}

/// One layer of an encoder: reads all tokens, computes the selected rows.
protocol EncoderLayer {
    /// - Parameter rows: Rows to compute; `nil` for all. Keys and values always come from all tokens.
    func callAsFunction(_ hidden: Tensor, _ batch: TokenBatch, rows: [Int32]?) -> Tensor
}

extension Array where Element: EncoderLayer {
    /// Runs the layers; the last one computes only the selected tokens.
    func forward(_ embedded: Tensor, _ batch: TokenBatch, tokens: TokenSelection) -> Tensor {
        enumerated().reduce(embedded) { hidden, layer in
            let isLast = layer.offset == count - 1
            return layer.element(hidden, batch, rows: isLast && tokens == .first ? batch.firstRows : nil)
        }
    }

    /// The input and every layer's output.
    func states(_ embedded: Tensor, _ batch: TokenBatch) -> [Tensor] {
        reduce(into: [embedded]) { states, layer in
            states.append(layer(states[states.count - 1], batch, rows: nil))
        }
    }
}

/// Attention of the selected rows to all tokens of their sequence.
///
/// - Parameters:
///   - rows: The rows that `q` holds, one per sequence, or `nil` when it holds all.
func segmentAttention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, _ batch: TokenBatch, rows: [Int32]?, dropout: Float
) -> Tensor {
    let queryOffsets = rows == nil ? batch.offsets : (0...batch.sequenceCount).map { Int32($0) }
    return raggedAttention(
        q, k, v, heads: heads, queryOffsets: queryOffsets, keyOffsets: batch.offsets, dropout: dropout)
}

/// A network that gives each sequence one score per class: `[sequences, labels]`.
public protocol SequenceClassificationNetwork: AnyObject {
    /// The encoder beneath the head.
    var encoder: any TextEncoder { get }
    /// Name of the module that fine-tuning trains in full: what PEFT lists in `modules_to_save`.
    var headNames: [String] { get }
    /// Logits, `[sequences, labels]`, in `dtype`.
    func logits(_ batch: TokenBatch, dtype: DType) -> Tensor
}

/// A network that gives each token one score per class or vocabulary entry.
public protocol TokenNetwork: AnyObject {
    /// The encoder beneath the head.
    var encoder: any TextEncoder { get }
    /// Logits of every row, `[tokens, labels]`, in `dtype`.
    func logits(_ batch: TokenBatch, dtype: DType) -> Tensor
}
