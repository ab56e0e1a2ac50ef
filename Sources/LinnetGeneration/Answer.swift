import LinnetTensors
import LinnetTokenizers

/// An answer in the making: the state of one running sequence.
final class Answer {
    /// Which of the run's prompts it answers.
    let prompt: Int
    /// Which of the prompt's answers it is.
    let sample: Int
    /// Tokens of prompt and answer.
    private(set) var history: TokenHistory
    /// When it ends.
    let rule: StopRule
    /// Why it ended; `nil` while it runs.
    private(set) var stopReason: StopReason?
    /// The cache slot it runs in.
    var slot = 0
    /// Tokens of the prompt that did not have to be computed.
    var reused = 0
    /// The scores that its tokens are chosen by, or that are shown.
    let exactScores: ExactScores
    /// Guesses, where they are wanted.
    var lookup: PromptLookup?

    private let sampler: Sampler
    private let alternativeCount: Int
    private var stream: TokenStream
    private var filter: StopStringFilter
    private var text = ""
    private var logProbabilities: [Float] = []
    private var alternatives: [[TokenProbability]] = []

    /// An answer that has no tokens yet.
    init(
        _ request: AnswerRequest, prompt: Int, sample: Int, options: GenerationOptions, tokenizer: Tokenizer,
        context: Int
    ) {
        self.prompt = prompt
        self.sample = sample
        history = TokenHistory(prompt: request.tokens)
        rule = StopRule(options, promptLength: request.tokens.count, context: context)
        sampler = Sampler(options, seed: request.seed, sample: sample)
        alternativeCount = options.logprobs
        exactScores = options.exactScores()
        stream = TokenStream(tokenizer)
        filter = StopStringFilter(options.stopStrings)
        if !options.doSample, let longest = options.promptLookupTokens {
            lookup = PromptLookup(longestGuess: longest, ngramSize: options.maxMatchingNgramSize)
        }
    }

    /// Tokens of the prompt.
    var promptTokens: ArraySlice<Int32> { history.tokens[..<history.promptLength] }

    /// The token to compute next: the newest.
    var newest: Int32 { history.tokens.last ?? 0 }

    /// How many tokens it may still get.
    var room: Int { rule.longestAnswer - history.answerLength }

    /// Chooses the next token from a row of scores.
    ///
    /// - Throws: ``GenerationError/notFinite(position:)``.
    func choose(_ scores: NextTokenScores, row: Int) throws -> GeneratedToken {
        let likeliest = scores.mostProbable(row: row, count: alternativeCount)
        let id = scores.withRow(row) { sampler.choose($0, history) }
        let logProbability = scores.logProbability(row: row, of: id)
        guard !logProbability.isNaN else { throw GenerationError.notFinite(position: history.tokens.count) }
        history.append(id)
        logProbabilities.append(logProbability)
        if alternativeCount > 0 { alternatives.append(likeliest) }
        return GeneratedToken(
            id: id, text: show(id), logProbability: logProbability, alternatives: likeliest, stopReason: stopReason)
    }

    /// The text that became certain, having decided whether the answer ends here.
    private func show(_ id: Int32) -> String {
        stopReason = rule.reason(for: id, length: history.answerLength)
        var new = rule.isStop(id) ? "" : filter.append(stream.append(id))
        if stopReason != nil { new += filter.append(stream.finish()) }
        if filter.isStopped {
            stopReason = .stopString
        } else if stopReason != nil {
            new += filter.finish()
        }
        text += new
        return new
    }

    /// Ends the answer where it is.
    func cancel() { stopReason = stopReason ?? .cancelled }

    /// The answer as a value.
    var generation: Generation {
        Generation(
            text: text, tokenIds: Array(history.answer), logProbabilities: logProbabilities,
            alternatives: alternatives, promptTokens: history.promptLength, reusedTokens: reused,
            stopReason: stopReason ?? .cancelled,
            sample: sample)
    }
}

/// A prompt to answer, as tokens.
struct AnswerRequest {
    let tokens: [Int32]
    let seed: UInt64
}
