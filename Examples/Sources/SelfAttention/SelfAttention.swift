import Linnet

/// Self-attention (Vaswani et al., 2017) built from basic tensor operations alone: matrix products, a transpose, a
/// mask, a softmax. Automatic differentiation gives the gradients.
struct AttentionFromBasics {
    let heads: Int
    let query: Tensor  // [dim, dim]
    let key: Tensor  // [dim, dim]
    let value: Tensor  // [dim, dim]
    let output: Tensor  // [dim, dim]

    init(dim: Int, heads: Int, seed: UInt64) {
        var random = RandomNumbers(seed: seed)
        func matrix() -> Tensor {
            let values = (0..<dim * dim).map { _ in Float(random.normal() / Double(dim).squareRoot()) }
            return Tensor(values, shape: [dim, dim], requiresGradient: true)
        }
        self.heads = heads
        query = matrix()
        key = matrix()
        value = matrix()
        output = matrix()
    }

    /// `softmax(Q · Kᵀ / √headDim) · V · W_O` for `x` of shape `[batch, seq, dim]`.
    func callAsFunction(_ x: Tensor, isCausal: Bool = false) -> Tensor {
        let (batch, seq, dim) = (x.shape[0], x.shape[1], x.shape[2])
        let headDim = dim / heads
        func split(_ y: Tensor) -> Tensor {
            y.reshaped([batch, seq, heads, headDim])
                .permuted([0, 2, 1, 3])  // [batch, heads, seq, headDim]
                .reshaped([batch * heads, seq, headDim])
        }
        let (q, k, v) = (split(x.matmul(query)), split(x.matmul(key)), split(x.matmul(value)))
        var scores = q.matmul(k.transposed()) / Float(headDim).squareRoot()  // [batch × heads, seq, seq]
        if isCausal {
            let isFuture = (0..<batch * heads * seq * seq).map { $0 % seq > $0 / seq % seq }
            scores = scores.maskedFill(isFuture, -3e38)
        }
        let context = scores.softmax().matmul(v)  // [batch × heads, seq, headDim]
        return context.reshaped([batch, heads, seq, headDim])
            .permuted([0, 2, 1, 3])  // [batch, seq, heads, headDim]
            .reshaped([batch, seq, dim])
            .matmul(output)
    }

    /// The same result from the fused operation, which never stores the scores.
    func fused(_ x: Tensor, isCausal: Bool = false) -> Tensor {
        let (batch, seq, dim) = (x.shape[0], x.shape[1], x.shape[2])
        let offsets = (0...batch).map { Int32($0 * seq) }
        let rows = x.reshaped([batch * seq, dim])
        return raggedAttention(
            rows.matmul(query), rows.matmul(key), rows.matmul(value), heads: heads, queryOffsets: offsets,
            keyOffsets: offsets, isCausal: isCausal
        ).matmul(output).reshaped(x.shape)
    }
}

@main
enum SelfAttention {
    static func main() {
        let (batch, seq, dim) = (2, 10, 64)
        var random = RandomNumbers(seed: 1)
        let x = Tensor((0..<batch * seq * dim).map { _ in Float(random.normal()) }, shape: [batch, seq, dim])
        let attention = AttentionFromBasics(dim: dim, heads: 4, seed: 2)

        let y = attention(x, isCausal: true)
        print("Input shape:  \(x.shape)")
        print("Output shape: \(y.shape)")

        let difference = (y - attention.fused(x, isCausal: true)).absolute().floats().max() ?? 0
        print("Largest difference to the fused operation: \(difference)")

        y.squared().mean().backward()
        let norm = attention.query.gradient?.squared().sum().item().squareRoot() ?? 0
        print("Norm of the gradient of the query matrix: \(norm)")
    }
}
