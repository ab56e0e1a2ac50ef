/// Multi-head scaled dot-product attention over segments of different length (Vaswani et al., 2017).
///
/// `softmax(q · kᵀ / √headDim) · v` per head; queries of a segment see the keys of the same segment and no others. No
/// pad token exists. Probabilities are never stored: the backward recomputes them from the log-sum-exp.
///
/// - Parameters:
///   - q: Queries, `[queries, heads × headDim]`.
///   - k: Keys, `[tokens, heads × headDim]`.
///   - v: Values, `[tokens, heads × headDim]`.
///   - heads: Number of heads; divides the width.
///   - queryOffsets: Segment `s` holds queries `queryOffsets[s]..<queryOffsets[s + 1]`.
///   - keyOffsets: Segment `s` holds keys `keyOffsets[s]..<keyOffsets[s + 1]`.
///   - isCausal: Whether a query sees only keys up to its own position, counted from the end of the segment.
///   - dropout: Probability of dropping an attention weight while training.
/// - Returns: `[queries, heads × headDim]`; zeros for rows outside of all segments.
public func raggedAttention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, queryOffsets: [Int32], keyOffsets: [Int32],
    isCausal: Bool = false, dropout: Float = 0
) -> Tensor {
    let width = q.columns
    require(
        width % heads == 0 && k.columns == width && v.shape == k.shape,
        "attention with \(heads) heads over \(q.shape), \(k.shape), \(v.shape)")
    require(queryOffsets.count == keyOffsets.count && !keyOffsets.isEmpty, "segments of queries and keys differ")
    let headDim = width / heads
    let layout = AttentionLayout(
        queryOffsets: queryOffsets, keyOffsets: keyOffsets, heads: heads, headDim: headDim,
        scale: 1 / Float(headDim).squareRoot(), isCausal: isCausal)
    let mask = DropoutMask.drawn(dropout)
    let out = Tensor(uninitialized: q.shape, dtype: q.dtype)
    let logSumExp = Tensor(uninitialized: [heads, q.rows])
    backend.attention(out, logSumExp, q, k, v, layout, mask)
    let forward = AttentionForward(
        q: q.detached(), k: k.detached(), v: v.detached(), out: out, logSumExp: logSumExp)
    return out.recorded(from: [q, k, v]) { dOut in
        let dq = Tensor(uninitialized: forward.q.shape, dtype: forward.q.dtype)
        let dk = Tensor(uninitialized: forward.k.shape, dtype: forward.k.dtype)
        let dv = Tensor(uninitialized: forward.v.shape, dtype: forward.v.dtype)
        backend.attentionBackward(dq, dk, dv, dOut, forward, layout, mask)
        return [dq, dk, dv]
    }
}
