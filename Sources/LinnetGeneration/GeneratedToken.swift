/// One step of an answer, as a ``Generator`` streams it.
public struct GeneratedToken: Sendable, Equatable {
    /// The token.
    public let id: Int32
    /// The text that is certain since this token, whole characters only: nothing while a character is incomplete or the
    /// text may turn out to be a stop string. The texts of all tokens together are the answer.
    public let text: String
    /// Logarithm of the probability that the model itself gives the token, before penalties, temperature and filters.
    ///
    /// Where the tokens that decide are few (`ExactScores.best`), the others of a large vocabulary count by 4 bits of their
    /// weights, and the number may be off in the second decimal. With `logprobs` it is exact.
    public let logProbability: Float
    /// The most probable tokens at this place, as many as `logprobs` asks for.
    public let alternatives: [TokenProbability]
    /// Why the answer ends with this token; `nil` while it goes on.
    public let stopReason: StopReason?
}

/// A token and the logarithm of its probability.
public struct TokenProbability: Sendable, Equatable {
    /// The token.
    public let id: Int32
    /// Logarithm of its probability.
    public let logProbability: Float
}

/// A whole answer.
public struct Generation: Sendable, Equatable {
    /// The answer, without stop strings and special tokens.
    public let text: String
    /// Its tokens, including the one that ended it.
    public let tokenIds: [Int32]
    /// Logarithm of each token's probability, as exact as ``GeneratedToken/logProbability``: without `logprobs` not the same
    /// alone and batched.
    public let logProbabilities: [Float]
    /// The most probable tokens at each place, as many as `logprobs` asks for.
    public let alternatives: [[TokenProbability]]
    /// Tokens of the prompt.
    public let promptTokens: Int
    /// How many of those had their keys and values computed for an earlier prompt.
    public let reusedTokens: Int
    /// Why it ended.
    public let stopReason: StopReason
    /// Which of several answers to the same prompt this is, from 0.
    public let sample: Int

    /// Tokens of the answer.
    public var completionTokens: Int { tokenIds.count }
}
