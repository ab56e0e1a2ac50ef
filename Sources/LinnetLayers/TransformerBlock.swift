import LinnetTensors

/// One encoder layer of the Transformer (Vaswani et al., 2017): self-attention and a feed-forward network, each with a
/// residual connection and a layer norm.
///
/// Post-norm with ReLU as in the original paper; `normPlacement: .before` and `activation: .gelu` give the pre-norm form
/// of GPT-2 (Xiong et al., 2020).
///
/// ```swift
/// let block = try TransformerBlock(embedDim: 64, heads: 4, feedForwardDim: 256, dropout: 0.1)
/// let y = block(x)  // [batch, seq, 64] → [batch, seq, 64]
/// ```
public final class TransformerBlock {
    /// Where the layer norm stands.
    public enum NormPlacement: Sendable {
        /// `norm(x + sublayer(x))`, the original paper.
        case after
        /// `x + sublayer(norm(x))`.
        case before
    }

    /// Attention sublayer.
    public let attention: SelfAttention
    /// First feed-forward map, `embedDim → feedForwardDim`.
    public let expand: Linear
    /// Second feed-forward map, `feedForwardDim → embedDim`.
    public let contract: Linear
    /// Norm of the attention sublayer.
    public let attentionNorm: LayerNorm
    /// Norm of the feed-forward sublayer.
    public let feedForwardNorm: LayerNorm
    private let activation: Activation
    private let placement: NormPlacement
    private let dropout: Float

    /// A block with fresh weights, or the one stored at `weights`.
    ///
    /// - Throws: ``ModelError`` if the heads do not divide the width.
    public init(
        embedDim: Int, heads: Int, feedForwardDim: Int, dropout: Float = 0.1, activation: Activation = .relu,
        normPlacement: NormPlacement = .after, _ weights: Weights = Weights(store: ParameterStore())
    ) throws {
        attention = try SelfAttention(embedDim: embedDim, heads: heads, dropout: dropout, weights["attention"])
        let bound = (6 / Float(embedDim + feedForwardDim)).squareRoot()
        expand = try Linear(embedDim, feedForwardDim, weights["expand"], initial: .uniform(bound))
        contract = try Linear(feedForwardDim, embedDim, weights["contract"], initial: .uniform(bound))
        attentionNorm = try LayerNorm(embedDim, epsilon: 1e-5, weights["attention_norm"], initial: .ones)
        feedForwardNorm = try LayerNorm(embedDim, epsilon: 1e-5, weights["feed_forward_norm"], initial: .ones)
        self.activation = activation
        self.dropout = dropout
        placement = normPlacement
    }

    /// `[batch, seq, embedDim] → [batch, seq, embedDim]`; `mask` as for ``SelfAttention``.
    public func callAsFunction(_ x: Tensor, mask: Tensor? = nil) -> Tensor {
        switch placement {
        case .after:
            let attended = attentionNorm(attention(x, mask: mask), addedTo: x, dropout: dropout)
            return feedForwardNorm(feedForward(attended), addedTo: attended, dropout: dropout)
        case .before:
            let attended = x + attention(attentionNorm(x), mask: mask).dropout(dropout)
            return attended + feedForward(feedForwardNorm(attended)).dropout(dropout)
        }
    }

    private func feedForward(_ x: Tensor) -> Tensor {
        contract(activation(expand(x)).dropout(dropout))
    }
}
