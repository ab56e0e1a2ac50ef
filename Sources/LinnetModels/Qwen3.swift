// Qwen3 Technical Report (Yang et al., 2025). Follows transformers' models/qwen3/modeling_qwen3.py. The network is
// RotaryDecoder's; peculiar: queries and keys pass an RMS norm per head before they rotate, heads have a width of their
// own, and a sliding window in some layers only.

extension RotaryDecoderConfiguration {
    /// The fields as Qwen3 reads them.
    static func qwen3(_ config: ModelConfiguration) throws -> Self {
        var decoder = try Self(config, DecoderDimensions(config, headDim: 128))
        decoder.inputBias = try config.bool("attention_bias", default: false)
        decoder.outputBias = decoder.inputBias
        decoder.normsHeads = true
        decoder.slidingWindows = try config.slidingWindows(layers: decoder.dimensions.layers)
        return decoder
    }
}
