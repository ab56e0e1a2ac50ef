import LinnetTokenizers

/// Prompts in the forms that are known to work, and what is asked with them.
///
/// ```swift
/// let engine = PromptEngine(model)
/// let prompt = try engine.zeroShot(task: "Translate into French.", input: "Good morning")
/// print(prompt)
/// print(try engine.answer(prompt).text)
/// ```
///
/// A model with a chat template gets a conversation, with examples as earlier turns; any other gets the plain text that
/// models were trained to continue.
public struct PromptEngine: Sendable {
    /// What answers.
    public let generator: Generator
    /// Writes a conversation as the model knows it; `nil` for a model without chat template.
    private let template: (@Sendable ([ChatMessage]) throws -> String)?

    /// An engine over a generator.
    ///
    /// - Parameter template: The chat template, ready to write messages with the beginning of the answer behind them.
    public init(generator: Generator, template: (@Sendable ([ChatMessage]) throws -> String)? = nil) {
        self.generator = generator
        self.template = template
    }

    // MARK: Prompts

    /// The task and the input, nothing else.
    public func zeroShot(task: String, input: String) throws -> Prompt {
        try fewShot(task: task, examples: [], input: input)
    }

    /// The task, worked examples, and the input.
    ///
    /// As plain text: the task, then `Input:`/`Output:` pairs. As a conversation: the task stands before the first input,
    /// since many templates have no place for a system message.
    public func fewShot(task: String, examples: [PromptExample], input: String) throws -> Prompt {
        if let template {
            var messages: [ChatMessage] = []
            for (index, example) in examples.enumerated() {
                messages.append(ChatMessage(role: "user", content: turn(task, example.input, isFirst: index == 0)))
                messages.append(ChatMessage(role: "assistant", content: example.output))
            }
            messages.append(ChatMessage(role: "user", content: turn(task, input, isFirst: examples.isEmpty)))
            return Prompt(try template(messages), addsSpecialTokens: false)
        }
        var parts = task.isEmpty ? [] : [task]
        parts += examples.map { "Input: \($0.input)\nOutput: \($0.output)" }
        parts.append("Input: \(input)\nOutput:")
        return Prompt(parts.joined(separator: "\n\n"), stopStrings: ["\nInput:"], answerSeparator: " ")
    }

    /// A question whose answer is reached step by step (Kojima et al. 2022).
    public func chainOfThought(question: String) throws -> Prompt {
        if let template {
            let request = "Let's think step by step, and end with a line of the form: The answer is X."
            return Prompt(
                try template([ChatMessage(role: "user", content: "\(question)\n\n\(request)")]),
                addsSpecialTokens: false)
        }
        return Prompt("Q: \(question)\nA: Let's think step by step.", stopStrings: ["\nQ:"], answerSeparator: " ")
    }

    /// A conversation, up to where the model answers.
    ///
    /// As plain text: `User:`/`Assistant:` lines.
    public func conversation(_ messages: [ChatMessage]) throws -> Prompt {
        if let template { return Prompt(try template(messages), addsSpecialTokens: false) }
        let lines = messages.map { message in
            message.role == "system"
                ? message.content + "\n" : "\(message.role == "user" ? "User" : "Assistant"): \(message.content)"
        }
        return Prompt(
            (lines + ["Assistant:"]).joined(separator: "\n"), stopStrings: ["\nUser:"], answerSeparator: " ")
    }

    private func turn(_ task: String, _ input: String, isFirst: Bool) -> String {
        isFirst && !task.isEmpty ? "\(task)\n\n\(input)" : input
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
