/// Why a generation ended.
public enum StopReason: String, Sendable, CaseIterable {
    /// The model gave an end-of-sequence token, or one of the caller's stop tokens.
    case stopToken = "stop_token"
    /// The text reached one of the caller's stop strings, which is not part of the answer.
    case stopString = "stop_string"
    /// As many new tokens as were asked for.
    case length
    /// The prompt and the answer fill the model's context.
    case contextFull = "context_full"
    /// The caller stopped it.
    case cancelled
}
