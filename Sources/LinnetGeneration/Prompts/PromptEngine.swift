/// Prompts in the forms that are known to work, and what is asked with them.
///
/// ```swift
/// let engine = PromptEngine(model)
/// let prompt = try engine.zeroShot(task: "Translate into French.", input: "Good morning")
/// print(prompt)
/// print(try engine.answer(prompt).text)
/// ```
public struct PromptEngine: Sendable {
    /// What answers.
    public let generator: Generator
    /// How prompts are written.
    public let format: PromptFormat

    /// An engine over a generator.
    public init(generator: Generator, format: PromptFormat = PromptFormat()) {
        self.generator = generator
        self.format = format
    }

    // MARK: Prompts

    /// The task and the input, nothing else.
    public func zeroShot(task: String, input: String) throws -> Prompt {
        try format.zeroShot(task: task, input: input)
    }

    /// The task, worked examples, and the input.
    public func fewShot(task: String, examples: [PromptExample], input: String) throws -> Prompt {
        try format.fewShot(task: task, examples: examples, input: input)
    }

    /// A question whose answer is reached step by step.
    public func chainOfThought(question: String) throws -> Prompt {
        try format.chainOfThought(question: question)
    }

    // MARK: Answers

    /// The tokens of a prompt.
    public func tokens(_ prompt: Prompt) -> [Int32] {
        generator.tokens(prompt.text, addSpecialTokens: prompt.addsSpecialTokens)
    }

    /// Answers a prompt.
    ///
    /// - Parameters:
    ///   - options: The generator's defaults if absent; the prompt's stop strings are added.
    ///   - cancellation: Ends the answer when raised.
    ///   - onToken: Called with each token as it is chosen.
    public func answer(
        _ prompt: Prompt, options: GenerationOptions? = nil, cancellation: CancellationFlag = CancellationFlag(),
        onToken: (GeneratedToken) throws -> Void = { _ in }
    ) throws -> Generation {
        let all = try generator.generate(
            tokens: [tokens(prompt)], options: stopping(options, prompt), cancellation: cancellation
        ) { try onToken($1) }
        guard let first = all.first else { throw GenerationError.emptyPrompt }
        return first
    }

    /// Answers prompts together, in their order.
    public func answers(
        _ prompts: [Prompt], options: GenerationOptions? = nil, cancellation: CancellationFlag = CancellationFlag()
    ) throws -> [Generation] {
        guard let first = prompts.first else { return [] }
        return try generator.generate(
            tokens: prompts.map(tokens), options: stopping(options, first), cancellation: cancellation)
    }

    /// Streams the answer to a prompt.
    public func stream(
        _ prompt: Prompt, options: GenerationOptions? = nil
    ) -> AsyncThrowingStream<GeneratedToken, any Error> {
        generator.stream(tokens: tokens(prompt), options: stopping(options, prompt))
    }

    /// Samples several chains of thought and lets their answers vote (Wang et al. 2023).
    ///
    /// - Parameters:
    ///   - samples: Number of chains.
    ///   - options: Sampling is switched on, at temperature 0.7 (the paper's) unless the options sample already.
    public func vote(
        _ prompt: Prompt, samples: Int, options: GenerationOptions? = nil,
        cancellation: CancellationFlag = CancellationFlag()
    ) throws -> AnswerVote {
        var options = stopping(options, prompt)
        if !options.doSample {
            options.doSample = true
            options.temperature = 0.7
        }
        options.returnSequences = samples
        let chains = try generator.generate(tokens: [tokens(prompt)], options: options, cancellation: cancellation)
        return AnswerVote(chains: chains.map(\.text))
    }

    private func stopping(_ options: GenerationOptions?, _ prompt: Prompt) -> GenerationOptions {
        var options = options ?? generator.defaults
        options.stopStrings += prompt.stopStrings.filter { !options.stopStrings.contains($0) }
        return options
    }
}
