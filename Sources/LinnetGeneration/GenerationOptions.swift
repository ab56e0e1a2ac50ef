/// How an answer is generated: Hugging Face's `GenerationConfig`, under its names and with its defaults.
///
/// The defaults are greedy decoding of 20 new tokens. A model's `generation_config.json` and explicit settings are laid
/// over them with ``merged(with:path:)``.
public struct GenerationOptions: Sendable, Equatable {
    // MARK: Length

    /// `max_new_tokens`: the most tokens of an answer. Wins over ``maxLength``.
    public var maxNewTokens: Int?
    /// `max_length`: the most tokens of prompt and answer together. Without either, an answer has 20 tokens.
    public var maxLength: Int?
    /// `min_new_tokens`: no end token before so many.
    public var minNewTokens = 0
    /// `eos_token_id`: tokens that end the answer.
    public var stopTokens: [Int32] = []
    /// `stop_strings`: texts that end the answer and are no part of it.
    public var stopStrings: [String] = []

    // MARK: Choice of tokens

    /// `do_sample`: draw tokens at random; otherwise the most probable one is taken.
    public var doSample = false
    /// `temperature`: what logits are divided by before sampling.
    public var temperature = 1.0
    /// `top_k`: sample among so many of the most probable tokens; 0 does not restrict.
    public var topK = 50
    /// `top_p`: sample among the most probable tokens that together have this probability; 1 does not restrict.
    public var topP = 1.0
    /// `min_p`: sample among the tokens at least this share as probable as the most probable one; `nil` does not restrict.
    public var minP: Double?
    /// `repetition_penalty` (Keskar et al. 2019): tokens of prompt and answer have their logit divided by it when it is
    /// positive and multiplied when negative; 1 does nothing.
    public var repetitionPenalty = 1.0
    /// `presence_penalty`: subtracted from the logit of each token the answer has already.
    public var presencePenalty = 0.0
    /// `frequency_penalty`: subtracted once per occurrence in the answer.
    public var frequencyPenalty = 0.0
    /// `no_repeat_ngram_size`: no sequence of so many tokens occurs twice in prompt and answer; 0 allows it.
    public var noRepeatNgramSize = 0
    /// `sequence_bias`: added to the logit of a sequence's last token where the tokens before it stand; a sequence of one
    /// token is OpenAI's `logit_bias`.
    public var sequenceBias: [TokenBias] = []
    /// `bad_words_ids`: token sequences that never occur.
    public var badWords: [[Int32]] = []
    /// `suppress_tokens`: tokens that never occur.
    public var suppressedTokens: [Int32] = []
    /// `begin_suppress_tokens`: tokens that no answer begins with.
    public var initiallySuppressedTokens: [Int32] = []

    // MARK: Samples

    /// `num_return_sequences`: answers per prompt; more than one needs ``doSample``.
    public var returnSequences = 1
    /// What the random draws depend on, together with the number of the sample and of the token: the same seed gives the
    /// same answer, alone or in a batch. `nil` draws a seed.
    public var seed: UInt64?
    /// How many of the most probable tokens are reported with each token. Any makes all log-probabilities exact, and
    /// generating from packed weights somewhat slower.
    public var logprobs = 0

    // MARK: Speed

    /// `prompt_lookup_num_tokens`: how many tokens are guessed at once by copying from the text so far, greedily and
    /// without effect on the answer; `nil` does not guess.
    public var promptLookupTokens: Int?
    /// `max_matching_ngram_size`: how many tokens have to agree before the rest is guessed.
    public var maxMatchingNgramSize = 2

    /// Hugging Face's defaults.
    public init() {}

    /// The most tokens an answer to a prompt of `promptLength` tokens may have, the context aside.
    func newTokenLimit(promptLength: Int) -> Int {
        let defaultNewTokens = 20
        if let maxNewTokens { return maxNewTokens }
        return maxLength.map { max($0 - promptLength, 0) } ?? defaultNewTokens
    }

    /// Refuses settings that make no sense.
    ///
    /// - Parameter vocabularySize: Number of the model's tokens; ids outside are refused when it is given.
    /// - Throws: ``GenerationError/invalidOption(name:expected:found:)``.
    public func validate(vocabularySize: Int? = nil) throws {
        func require(_ holds: Bool, _ name: String, _ expected: String, _ found: Any) throws {
            guard holds else { throw GenerationError.invalidOption(name: name, expected: expected, found: "\(found)") }
        }
        let most = 1 << 24
        if let maxNewTokens {
            try require((1...most).contains(maxNewTokens), "max_new_tokens", "1 to \(most)", maxNewTokens)
        }
        if let maxLength { try require((1...most).contains(maxLength), "max_length", "1 to \(most)", maxLength) }
        try require(minNewTokens >= 0, "min_new_tokens", "0 or more", minNewTokens)
        try require(
            temperature > 0 && temperature <= 1e6, "temperature",
            "a number above 0, up to 1000000 (do_sample false is greedy)", temperature)
        try require((0...most).contains(topK), "top_k", "0 or more", topK)
        try require((0...1).contains(topP), "top_p", "a number from 0 to 1", topP)
        if let minP { try require((0...1).contains(minP), "min_p", "a number from 0 to 1", minP) }
        try require(
            (1e-6...1e6).contains(repetitionPenalty), "repetition_penalty", "a number from 0.000001 to 1000000",
            repetitionPenalty)
        for (name, penalty) in [("presence_penalty", presencePenalty), ("frequency_penalty", frequencyPenalty)] {
            try require((-1e6...1e6).contains(penalty), name, "a number from -1000000 to 1000000", penalty)
        }
        try require((0...most).contains(noRepeatNgramSize), "no_repeat_ngram_size", "0 or more", noRepeatNgramSize)
        try require((1...4096).contains(returnSequences), "num_return_sequences", "1 to 4096", returnSequences)
        try require(
            returnSequences == 1 || doSample, "num_return_sequences",
            "1 without do_sample: greedy answers are all the same",
            returnSequences)
        try require((0...20).contains(logprobs), "logprobs", "0 to 20", logprobs)
        if let promptLookupTokens {
            try require(
                (1...64).contains(promptLookupTokens), "prompt_lookup_num_tokens", "1 to 64", promptLookupTokens)
        }
        try require(
            (1...64).contains(maxMatchingNgramSize), "max_matching_ngram_size", "1 to 64", maxMatchingNgramSize)
        try require(!stopStrings.contains(""), "stop_strings", "texts that are not empty", "an empty one")
        for (name, sequences) in [
            ("sequence_bias", sequenceBias.map(\.sequence)), ("bad_words_ids", badWords),
            ("suppress_tokens", suppressedTokens.map { [$0] }),
            ("begin_suppress_tokens", initiallySuppressedTokens.map { [$0] }),
            ("eos_token_id", stopTokens.map { [$0] }),
        ] {
            for sequence in sequences {
                try require(!sequence.isEmpty, name, "token ids", "an empty list")
                for id in sequence {
                    let bound = vocabularySize ?? Int(Int32.max)
                    try require((0..<bound).contains(Int(id)), name, "token ids from 0 to \(bound - 1)", id)
                }
            }
        }
        for bias in sequenceBias {
            // Beyond, scores are infinite, and there is nothing to draw by.
            try require(bias.bias <= 1e30, "sequence_bias", "numbers up to 1e30, or -inf", bias.bias)
        }
    }
}

/// An entry of `sequence_bias`: how much more probable the last token of a sequence is made after the ones before it.
public struct TokenBias: Sendable, Equatable {
    /// The tokens; at least one.
    public var sequence: [Int32]
    /// Added to the logit of the last one; −∞ forbids it.
    public var bias: Double

    /// A bias on a sequence.
    public init(_ sequence: [Int32], _ bias: Double) {
        self.sequence = sequence
        self.bias = bias
    }
}
