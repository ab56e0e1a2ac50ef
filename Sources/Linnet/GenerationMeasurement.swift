import LinnetFormats
import LinnetGeneration
import LinnetModels
import LinnetTensors
import LinnetTokenizers

/// Measuring of a model's generation: what `linnet bench generate` runs for one weights format.
public struct GenerationMeasurement {
    /// A model directory, or a downloaded model's name.
    public var model: String
    /// The format of the weights in memory.
    public var weights: WeightFormat
    /// Tokens of the prompt.
    public var promptTokens = 512
    /// Tokens generated.
    public var newTokens = 128
    /// How often each rate is measured; the median counts.
    public var repetitions = 3
    /// Whether memory is read in turns with decoding, to tell how fast it is; takes 1 GiB more.
    public var readsMemory = false

    /// A measurement with llama-bench's lengths.
    public init(model: String, weights: WeightFormat) {
        self.model = model
        self.weights = weights
    }

    /// Loads the model and measures.
    ///
    /// - Returns: `weights`, `prefill_tokens_per_second` (a prompt in one pass), `decode_tokens_per_second` (from an empty
    ///   context, as llama-bench measures it), `decode_after_prompt_tokens_per_second`, `load_seconds` (weights, and the
    ///   tokenizer where there is one), `load_to_first_token_seconds` (until a token after 8 others is chosen),
    ///   `peak_memory_mib` of the process, and `read_gigabytes_per_second` where memory is read.
    public func run() throws -> JSON {
        let clock = ContinuousClock()
        let start = clock.now
        let path = try ModelHub().directory(for: model)
        let network = try ComputeThread.shared.run {
            try PretrainedModel.causal(directory: path, weights: weights).network
        }
        let tokenizer = try? Tokenizer(directory: path)  // A model of random weights has none.
        let loaded = clock.now
        let benchmark = GenerationBenchmark(model: network, dtype: weights.activations)
        try benchmark.firstToken()
        let answered = clock.now
        let rates = try benchmark.rates(
            promptTokens: promptTokens, newTokens: newTokens, repetitions: repetitions, readsMemory: readsMemory)
        return withExtendedLifetime(tokenizer) {
            var result: JSONObject = [
                "weights": .string(weights.rawValue), "prompt_tokens": JSON(promptTokens),
                "new_tokens": JSON(newTokens),
                "prefill_tokens_per_second": JSON(rates.prefill), "decode_tokens_per_second": JSON(rates.decode),
                "decode_after_prompt_tokens_per_second": JSON(rates.decodeAfterPrompt),
                "load_seconds": JSON((loaded - start).seconds),
                "load_to_first_token_seconds": JSON((answered - start).seconds),
                "peak_memory_mib": JSON(PeakMemory.mebibytes.rounded()),
            ]
            if let reading = rates.reading { result["read_gigabytes_per_second"] = JSON(reading / 1e9) }
            return .object(result)
        }
    }
}
