import LinnetLayers
import LinnetTensors
import TestSupport
import Testing

@Suite struct TransformerBlockTests {
    @Test func theOriginalPapersBlockMatchesPyTorch() throws {
        try expectMatches("block_post_norm_relu", activation: .relu, .after)
    }

    @Test func thePreNormBlockMatchesPyTorch() throws {
        try expectMatches("block_pre_norm_gelu", activation: .gelu, .before)
    }

    @Test func aBlockWithPaddedSequencesMatchesPyTorch() throws {
        let (golden, block) = try block("block_post_norm_relu_padding", activation: .relu, .after)
        let input = try golden.input()
        try golden.expectMatches(block(input, mask: golden.mask()), input: input, parameters(of: block))
    }

    private func expectMatches(
        _ name: String, activation: Activation, _ placement: TransformerBlock.NormPlacement
    ) throws {
        let (golden, block) = try block(name, activation: activation, placement)
        let input = try golden.input()
        try golden.expectMatches(block(input), input: input, parameters(of: block))
    }

    private func block(
        _ name: String, activation: Activation, _ placement: TransformerBlock.NormPlacement
    ) throws -> (LayerGolden, TransformerBlock) {
        let golden = try LayerGolden(name)
        let block = try TransformerBlock(
            embedDim: 24, heads: 4, feedForwardDim: 40, dropout: 0, activation: activation, normPlacement: placement)
        try golden.fill(parameters(of: block))
        return (golden, block)
    }

    /// The parameters under the names that `nn.TransformerEncoderLayer` has for them.
    private func parameters(of block: TransformerBlock) -> [String: Parameter] {
        let attention = block.attention.namedParameters.map { ("self_attn." + $0.key, $0.value) }
        let others = [
            block.expand.named("linear1"), block.contract.named("linear2"),
            block.attentionNorm.named("norm1"), block.feedForwardNorm.named("norm2"),
        ]
        return others.reduce(into: Dictionary(uniqueKeysWithValues: attention)) { all, layer in
            all.merge(layer) { first, _ in first }
        }
    }
}
