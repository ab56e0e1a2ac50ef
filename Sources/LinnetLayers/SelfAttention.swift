import LinnetTensors

/// Multi-head self-attention over `[batch, seq, dim]` (Vaswani et al., 2017).
///
/// ```swift
/// let attention = try SelfAttention(embedDim: 64, heads: 4)
/// let y = attention(x)  // [batch, seq, 64] → [batch, seq, 64]
/// ```
public final class SelfAttention {
    /// `W_Q`, `W_K`, `W_V`, and the output map.
    public let query: Linear
    /// Keys.
    public let key: Linear
    /// Values.
    public let value: Linear
    /// Output map.
    public let output: Linear
    /// Number of heads.
    public let heads: Int
    private let dropout: Float

    /// Self-attention with `heads` heads of `embedDim / heads` each.
    ///
    /// - Parameters:
    ///   - dropout: Probability of dropping an attention weight while training.
    ///   - weights: Where the weights are stored; fresh ones by default (Glorot uniform, zero bias).
    /// - Throws: ``ModelError`` if the heads do not divide the width.
    public init(
        embedDim: Int, heads: Int, dropout: Float = 0, _ weights: Weights = Weights(store: ParameterStore())
    ) throws {
        guard heads > 0, embedDim > 0, embedDim % heads == 0 else {
            throw ModelError("self-attention: \(heads) heads do not divide a width of \(embedDim)")
        }
        let initial = InitialValue.uniform((3 / Float(embedDim)).squareRoot())
        query = try Linear(embedDim, embedDim, weights["query"], initial: initial)
        key = try Linear(embedDim, embedDim, weights["key"], initial: initial)
        value = try Linear(embedDim, embedDim, weights["value"], initial: initial)
        output = try Linear(embedDim, embedDim, weights["output"], initial: initial)
        self.heads = heads
        self.dropout = dropout
    }

    /// Attention of every position to every position that `mask` allows.
    ///
    /// - Parameters:
    ///   - x: `[batch, seq, dim]`.
    ///   - mask: 1 where attending is allowed, 0 where not: `[seq, seq]` (rows are queries), `[batch, seq]` (keys of
    ///     each sequence), or `[batch, seq, seq]`. A query that may attend to nothing attends to everything alike.
    /// - Returns: `[batch, seq, dim]`.
    public func callAsFunction(_ x: Tensor, mask: Tensor? = nil) -> Tensor {
        precondition(x.shape.count == 3, "self-attention needs [batch, seq, dim], found \(x.shape)")
        let context = mask.map { masked(x, $0) } ?? unmasked(x)
        return output(context)
    }

    /// All positions attend to all: the fused kernel, one segment per sequence.
    private func unmasked(_ x: Tensor) -> Tensor {
        let (batch, seq) = (x.shape[0], x.shape[1])
        let offsets = (0...batch).map { Int32($0 * seq) }
        let rows = x.reshaped([batch * seq, x.shape[2]])  // [batch × seq, dim]
        return raggedAttention(
            query(rows), key(rows), value(rows), heads: heads, queryOffsets: offsets, keyOffsets: offsets,
            dropout: dropout
        ).reshaped(x.shape)
    }

    /// An arbitrary mask: the composition of basic operations.
    private func masked(_ x: Tensor, _ mask: Tensor) -> Tensor {
        let (batch, seq, dim) = (x.shape[0], x.shape[1], x.shape[2])
        let headDim = dim / heads
        func split(_ y: Tensor) -> Tensor {
            y.reshaped([batch, seq, heads, headDim]).permuted([0, 2, 1, 3]).reshaped([batch * heads, seq, headDim])
        }
        let scores = split(query(x)).matmul(split(key(x)).transposed()) / Float(headDim).squareRoot()
        let forbidden = expanded(mask, batch: batch, seq: seq)  // [batch × heads, seq, seq]
        let weights = scores.maskedFill(forbidden, -3e38).softmax().dropout(dropout)
        return weights.matmul(split(value(x)))  // [batch × heads, seq, headDim]
            .reshaped([batch, heads, seq, headDim]).permuted([0, 2, 1, 3]).reshaped([batch, seq, dim])
    }

    private func expanded(_ mask: Tensor, batch: Int, seq: Int) -> [Bool] {
        let allowed = mask.floats().map { $0 != 0 }
        var forbidden: [Bool] = []
        forbidden.reserveCapacity(batch * heads * seq * seq)
        for sequence in 0..<batch {
            for _ in 0..<heads {
                for query in 0..<seq {
                    for key in 0..<seq {
                        let place =
                            switch mask.shape {
                            case [seq, seq]: query * seq + key
                            case [batch, seq]: sequence * seq + key
                            case [batch, seq, seq]: (sequence * seq + query) * seq + key
                            default: preconditionFailure("mask \(mask.shape) for [\(batch), \(seq)] positions")
                            }
                        forbidden.append(!allowed[place])
                    }
                }
            }
        }
        return forbidden
    }
}
