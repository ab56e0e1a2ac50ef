import LinnetLayers
import LinnetTensors

/// The word embedding of a decoder and the head that turns hidden states into scores of words: one matrix when they
/// are tied (Press & Wolf, 2017), and then saved once.
///
/// Both are held more finely than the other matrices: in 8 bits where those have 4, as in files, and in 12 where those have
/// 8. Most of what fewer bits cost would be lost here.
struct WordEmbedding {
    /// `[vocabulary, width]`.
    let table: Parameter
    private let ownHead: Linear?

    /// - Parameters:
    ///   - weights: Where the embedding is stored.
    ///   - head: Where the head is stored; `nil` when it is tied to the embedding.
    init(vocabulary: Int, width: Int, _ weights: Weights, head: Weights?, initial: InitialValue) throws {
        let finer = head == nil ? weights.finer.sketched : weights.finer
        table = try finer.parameter("weight", shape: [vocabulary, width], initial: initial)
        ownHead = try head.map { try Linear(width, vocabulary, $0.finer.sketched, bias: false, initial: initial) }
    }

    /// `[tokens, width]`; rows of no sequence are zeros.
    func embed(_ pass: CausalPass) -> Tensor {
        embeddingSum(word: table, ids: pass.batch.ids, dtype: pass.dtype)
    }

    /// `[rows, width] → [rows, vocabulary]`.
    func logits(_ hidden: Tensor, exactly demand: ExactScores) -> Tensor {
        guard let ownHead else { return scores(hidden, table, exactly: demand) }
        return ownHead.adapter == nil ? scores(hidden, ownHead.weight, exactly: demand) : ownHead(hidden)
    }
}
