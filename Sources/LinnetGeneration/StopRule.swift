/// When an answer ends: stop tokens, its length, and the model's context. ``StopStringFilter`` watches for stop strings.
struct StopRule: Sendable {
    private let stopTokens: Set<Int32>
    private let maxNewTokens: Int
    private let room: Int

    /// The rule for one answer.
    ///
    /// - Parameters:
    ///   - options: Where stop tokens and length come from.
    ///   - promptLength: Tokens of the prompt.
    ///   - context: The most tokens that prompt and answer may have together.
    init(_ options: GenerationOptions, promptLength: Int, context: Int) {
        stopTokens = Set(options.stopTokens)
        maxNewTokens = options.newTokenLimit(promptLength: promptLength)
        room = context - promptLength
    }

    /// The most tokens the answer can get.
    var longestAnswer: Int { max(min(maxNewTokens, room), 0) }

    /// Whether a token ends the answer by itself.
    func isStop(_ id: Int32) -> Bool { stopTokens.contains(id) }

    /// Why an answer ends with its newest token, the `length`-th; `nil` if it goes on.
    func reason(for id: Int32, length: Int) -> StopReason? {
        if isStop(id) { return .stopToken }
        if length >= maxNewTokens { return .length }
        return length >= room ? .contextFull : nil
    }
}
