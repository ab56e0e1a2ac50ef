/// Which rows of queries see which rows of keys.
///
/// Segment `s` holds queries `queryOffsets[s]..<queryOffsets[s + 1]`, which see `keyCounts[s]` rows of keys and values
/// from `keyStarts[s]` on, and no others. No pad token exists.
public struct AttentionSegments: Sendable {
    /// Ascending; one more than there are segments.
    public let queryOffsets: [Int32]
    /// First row of keys of each segment.
    public let keyStarts: [Int32]
    /// Number of keys of each segment.
    public let keyCounts: [Int32]
    /// Whether query `i` of `n` sees only keys `j ≤ i + (keys − n)`: queries and keys end at the same position.
    public let isCausal: Bool

    /// Keys anywhere, such as in the slots of a ``KeyValueStore``.
    public init(queryOffsets: [Int32], keyStarts: [Int32], keyCounts: [Int32], isCausal: Bool = true) {
        require(
            queryOffsets.count == keyStarts.count + 1 && keyCounts.count == keyStarts.count,
            "\(queryOffsets.count) offsets of queries beside \(keyStarts.count) and \(keyCounts.count) of keys")
        self.queryOffsets = queryOffsets
        self.keyStarts = keyStarts
        self.keyCounts = keyCounts
        self.isCausal = isCausal
    }

    /// Segment `s` sees keys `keyOffsets[s]..<keyOffsets[s + 1]`.
    public init(queryOffsets: [Int32], keyOffsets: [Int32], isCausal: Bool = true) {
        require(!keyOffsets.isEmpty, "offsets of keys end with the number of keys")
        self.init(
            queryOffsets: queryOffsets, keyStarts: Array(keyOffsets.dropLast()),
            keyCounts: zip(keyOffsets.dropFirst(), keyOffsets).map { $0 - $1 }, isCausal: isCausal)
    }

    /// Number of segments.
    public var count: Int { keyStarts.count }

    /// Whether all rows lie inside queries and keys of these extents.
    fileprivate func fit(queries: Int, keys: Int) -> Bool {
        var before: Int32 = 0
        for offset in queryOffsets {
            guard offset >= before else { return false }
            before = offset
        }
        guard before <= queries else { return false }
        for segment in keyStarts.indices {
            guard keyStarts[segment] >= 0, keyCounts[segment] >= 0,
                Int(keyStarts[segment]) + Int(keyCounts[segment]) <= keys
            else { return false }
        }
        return true
    }

    /// Whether no two segments share a key and the keys ascend; the backward adds up nothing over segments.
    fileprivate var keysAreDisjoint: Bool {
        keyStarts.indices.dropFirst().allSatisfy { keyStarts[$0] >= keyStarts[$0 - 1] + keyCounts[$0 - 1] }
    }
}

/// Multi-head scaled dot-product attention over segments of different length (Vaswani et al., 2017), in which groups of
/// query heads share a head of keys and values (Ainslie et al., 2023).
///
/// `softmax(scale · q · kᵀ) · v` per head; query head `h` reads head `h / (heads / keyValueHeads)` of keys and values.
/// Probabilities are never stored: the backward recomputes them from the log-sum-exp. Without a gradient, segments of at
/// most eight queries are computed in one pass over their keys and values: a step of decoding.
///
/// - Parameters:
///   - q: Queries, `[queries, heads × headDim]`.
///   - k: Keys, `[tokens, keyValueHeads × headDim]`.
///   - v: Values, `[tokens, keyValueHeads × headDim]`.
///   - heads: Number of heads of queries; divides the width.
///   - keyValueHeads: Number of heads of keys and values; divides `heads`.
///   - segments: Who sees whom. Segments may share keys where no gradient flows.
///   - slidingWindow: With causal segments, the number of keys that a query sees at most: the one at position `i` sees
///     `i − slidingWindow < j ≤ i`.
///   - scale: Factor on the scores; `1 / √headDim` if absent.
///   - dropout: Probability of dropping an attention weight while training.
/// - Returns: `[queries, heads × headDim]`; zeros for rows outside of all segments.
public func groupedAttention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, keyValueHeads: Int, segments: AttentionSegments,
    slidingWindow: Int? = nil, scale: Float? = nil, dropout: Float = 0
) -> Tensor {
    require(
        heads > 0 && keyValueHeads > 0 && q.columns % heads == 0 && heads % keyValueHeads == 0
            && k.columns == q.columns / heads * keyValueHeads && v.shape == k.shape,
        "attention with \(heads) heads on \(keyValueHeads) over \(q.shape), \(k.shape), \(v.shape)")
    require(segments.fit(queries: q.rows, keys: k.rows), "segments outside of \(q.rows) queries and \(k.rows) keys")
    require(slidingWindow == nil || segments.isCausal, "a sliding window needs causal attention")
    let headDim = q.columns / heads
    let layout = AttentionLayout(
        segments: segments, heads: heads, keyHeads: keyValueHeads, headDim: headDim,
        scale: scale ?? 1 / Float(headDim).squareRoot(),
        window: min(max(slidingWindow ?? AttentionLayout.unlimited, 1), AttentionLayout.unlimited))
    let mask = DropoutMask.drawn(dropout)
    let out = Tensor(uninitialized: q.shape, dtype: q.dtype)
    guard Tensor.records(q, k, v) else {
        backend.attention(out, nil, q, k, v, layout, mask)
        return out
    }
    require(segments.keysAreDisjoint, "segments share keys that ask for a gradient")
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

/// ``groupedAttention(_:_:_:heads:keyValueHeads:segments:slidingWindow:scale:dropout:)`` in which every head has keys
/// and values of its own, `[tokens, heads × headDim]`, and segment `s` sees keys `keyOffsets[s]..<keyOffsets[s + 1]`.
public func raggedAttention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, queryOffsets: [Int32], keyOffsets: [Int32],
    isCausal: Bool = false, dropout: Float = 0
) -> Tensor {
    groupedAttention(
        q, k, v, heads: heads, keyValueHeads: heads,
        segments: AttentionSegments(queryOffsets: queryOffsets, keyOffsets: keyOffsets, isCausal: isCausal),
        dropout: dropout)
}
