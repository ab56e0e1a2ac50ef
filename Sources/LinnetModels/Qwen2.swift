// Qwen2 Technical Report (Yang et al., 2024). Follows transformers' models/qwen2/modeling_qwen2.py. The network is
// RotaryDecoder's; peculiar: biases on queries, keys and values, and a sliding window in some layers only.

extension RotaryDecoderConfiguration {
    /// The fields as Qwen2 reads them.
    static func qwen2(_ config: ModelConfiguration) throws -> Self {
        var decoder = try Self(config, DecoderDimensions(config))
        decoder.inputBias = true
        decoder.slidingWindows = try config.slidingWindows(layers: decoder.dimensions.layers)
        return decoder
    }
}
