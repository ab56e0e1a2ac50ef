import LinnetLayers
import LinnetTensors
import TestSupport
import Testing

@Suite struct SelfAttentionTests {
    private static let (width, heads) = (24, 4)

    @Test func withoutAMaskItMatchesPyTorch() throws {
        let (golden, attention) = try attention("attention")
        let input = try golden.input()
        try golden.expectMatches(attention(input), input: input, attention.namedParameters)
    }

    @Test(arguments: ["attention_causal", "attention_padding"])
    func withAMaskItMatchesPyTorch(name: String) throws {
        let (golden, attention) = try attention(name)
        let input = try golden.input()
        try golden.expectMatches(attention(input, mask: golden.mask()), input: input, attention.namedParameters)
    }

    @Test func basicOperationsAloneComputeTheSame() throws {
        let (golden, attention) = try attention("attention")
        let input = try golden.input()
        try golden.expectMatches(composed(attention, input), input: input, attention.namedParameters)
    }

    @Test func aMaskThatAllowsEverythingChangesNothing() throws {
        let (golden, attention) = try attention("attention")
        let input = try golden.input()
        let mask = Tensor.full([input.shape[1], input.shape[1]], 1)
        try golden.expectMatches(attention(input, mask: mask), input: input, attention.namedParameters)
    }

    @Test func headsMustDivideTheWidth() {
        #expect(throws: ModelError.self) { try SelfAttention(embedDim: 24, heads: 5) }
    }

    private func attention(_ name: String) throws -> (LayerGolden, SelfAttention) {
        let golden = try LayerGolden(name)
        let attention = try SelfAttention(embedDim: Self.width, heads: Self.heads)
        try golden.fill(attention.namedParameters)
        return (golden, attention)
    }

    /// `softmax(Q · Kᵀ / √headDim) · V` from matmul, transpose and softmax.
    private func composed(_ attention: SelfAttention, _ x: Tensor) -> Tensor {
        let (batch, seq) = (x.shape[0], x.shape[1])
        let headDim = Self.width / Self.heads
        func project(_ layer: Linear) -> Tensor {  // [batch, heads, seq, headDim]
            let y = x.matmul(layer.weight.tensor().transposed())
            let biased = layer.bias.map { y + $0.tensor() } ?? y
            return biased.reshaped([batch, seq, Self.heads, headDim]).transposed(1, 2)
        }
        let scores = project(attention.query).matmul(project(attention.key).transposed())
        let weights = (scores / Float(headDim).squareRoot()).softmax()  // [batch, heads, seq, seq]
        let context = weights.matmul(project(attention.value)).transposed(1, 2).reshaped(x.shape)
        return attention.output(context)
    }
}
