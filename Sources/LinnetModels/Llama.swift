// LLaMA: Open and Efficient Foundation Language Models (Touvron et al., 2023); SmolLM2 and Mistral (Jiang et al., 2023)
// are configurations of it. Follows transformers' models/llama/modeling_llama.py and models/mistral. The network is
// RotaryDecoder's; peculiar: no bias by default.

extension RotaryDecoderConfiguration {
    /// The fields as Llama reads them: biases only where the file asks for them.
    static func llama(_ config: ModelConfiguration) throws -> Self {
        var decoder = try Self(config, DecoderDimensions(config))
        decoder.inputBias = try config.bool("attention_bias", default: false)
        decoder.outputBias = decoder.inputBias
        decoder.feedForwardBias = try config.bool("mlp_bias", default: false)
        return decoder
    }

    /// The fields as Mistral reads them: eight key-value heads unless the file says otherwise, and a sliding window in
    /// every layer.
    static func mistral(_ config: ModelConfiguration) throws -> Self {
        var decoder = try Self(config, DecoderDimensions(config, keyValueHeads: 8))
        let window = try config.slidingWindow(default: 4096)
        decoder.slidingWindows = decoder.slidingWindows.map { _ in window }
        return decoder
    }
}
