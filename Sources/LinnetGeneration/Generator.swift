import Foundation
import LinnetModels
import LinnetTensors
import LinnetTokenizers

/// Generates text with a causal language model.
///
/// ```swift
/// let generator = try Generator(model: model, tokenizer: tokenizer)
/// for try await token in generator.stream("Once upon a time") { print(token.text, terminator: "") }
/// ```
///
/// May be used from any thread; all computing happens on ``ComputeThread/shared``, one request after another. What a
/// prompt shares with earlier ones is not computed again.
public final class Generator: @unchecked Sendable {  // Model and cache are touched on the compute thread only.
    /// Text to tokens and back.
    public let tokenizer: Tokenizer
    /// The options of a request that names none: those of the model's `generation_config.json`.
    public let defaults: GenerationOptions
    /// The most tokens that prompt and answer may have together.
    public let context: Int
    /// The most answers that are generated at the same time.
    public let sequences: Int
    private let vocabularySize: Int
    private let loop: DecodingLoop

    /// Half of the machine's memory.
    public static let standardMemoryLimit = Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)

    /// A generator over a loaded model.
    ///
    /// - Parameters:
    ///   - model: Used by nobody else from now on.
    ///   - tokenizer: The model's.
    ///   - defaults: Options of requests that name none.
    ///   - dtype: Type of the activations.
    ///   - sequences: The most answers that are generated together; more of them read the weights once, and need memory.
    ///   - memoryLimit: The most bytes of keys and values.
    ///   - reusesPrefixes: Whether what prompts share is computed once; off only to measure what that gains.
    /// - Throws: ``GenerationError`` when the tokenizer does not fit the model, or a default makes no sense.
    public init(
        model: any CausalLanguageModel, tokenizer: Tokenizer, defaults: GenerationOptions = GenerationOptions(),
        dtype: DType = .bfloat16, sequences: Int = 16, memoryLimit: Int = Generator.standardMemoryLimit,
        reusesPrefixes: Bool = true
    ) throws {
        guard tokenizer.vocabularySize <= model.vocabularySize else {
            throw GenerationError.tokenizerDoesNotFit(
                tokenizer: tokenizer.vocabularySize, model: model.vocabularySize)
        }
        try defaults.validate(vocabularySize: model.vocabularySize)
        self.tokenizer = tokenizer
        self.defaults = defaults
        self.sequences = max(sequences, 1)
        context = model.maximumLength
        vocabularySize = model.vocabularySize
        loop = DecodingLoop(
            model: model, dtype: dtype, memoryLimit: memoryLimit, reusesPrefixes: reusesPrefixes)
    }

    /// The tokens of a prompt.
    ///
    /// - Parameter addSpecialTokens: Begin with the model's first token; not for text of a chat template, which has it.
    public func tokens(_ text: String, addSpecialTokens: Bool = true) -> [Int32] {
        tokenizer.encode(text, addSpecialTokens: addSpecialTokens).ids
    }

    // MARK: One answer

    /// Streams an answer. Ending the task or leaving the loop early ends the answer.
    public func stream(
        _ prompt: String, options: GenerationOptions? = nil
    ) -> AsyncThrowingStream<GeneratedToken, any Error> {
        stream(tokens: tokens(prompt), options: options)
    }

    /// Streams an answer to a prompt of tokens.
    public func stream(
        tokens: [Int32], options: GenerationOptions? = nil
    ) -> AsyncThrowingStream<GeneratedToken, any Error> {
        AsyncThrowingStream { continuation in
            let flag = CancellationFlag()
            continuation.onTermination = { _ in flag.raise() }
            ComputeThread.shared.enqueue { [self] in
                do {
                    _ = try generate(tokens: [tokens], options: options, cancellation: flag) { continuation.yield($1) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    /// Generates an answer and waits for it.
    ///
    /// - Parameters:
    ///   - options: ``defaults`` if absent.
    ///   - cancellation: Ends the answer when raised.
    ///   - onToken: Called with each token as it is chosen, on the compute thread.
    public func generate(
        _ prompt: String, options: GenerationOptions? = nil, cancellation: CancellationFlag = CancellationFlag(),
        onToken: (GeneratedToken) throws -> Void = { _ in }
    ) throws -> Generation {
        let all = try generate(tokens: [tokens(prompt)], options: options, cancellation: cancellation) {
            try onToken($1)
        }
        guard let first = all.first else { throw GenerationError.emptyPrompt }
        return first
    }

    // MARK: Many answers

    /// Answers many prompts together, in their order; `num_return_sequences` answers stand one after another.
    public func generate(
        prompts: [String], options: GenerationOptions? = nil, cancellation: CancellationFlag = CancellationFlag()
    ) throws -> [Generation] {
        try generate(tokens: prompts.map { tokens($0) }, options: options, cancellation: cancellation)
    }

    /// Answers prompts of tokens, in their order.
    ///
    /// - Parameter onToken: Called with the number of the answer and each of its tokens, on the compute thread.
    /// - Throws: ``GenerationError`` for an empty prompt, one that fills the context, options that make no sense, or
    ///   logits that are not finite.
    public func generate(
        tokens: [[Int32]], options: GenerationOptions? = nil, cancellation: CancellationFlag = CancellationFlag(),
        onToken: (Int, GeneratedToken) throws -> Void = { _, _ in }
    ) throws -> [Generation] {
        var options = options ?? defaults
        options.stopStrings.removeAll { $0.isEmpty }
        try options.validate(vocabularySize: vocabularySize)
        let seed = options.seed ?? UInt64.random(in: .min ... .max)
        for prompt in tokens { try check(prompt, options) }
        return try ComputeThread.shared.run {
            let answers = tokens.enumerated().flatMap { index, prompt in
                (0..<options.returnSequences).map { sample in
                    Answer(
                        AnswerRequest(tokens: prompt, seed: seed), prompt: index, sample: sample, options: options,
                        tokenizer: tokenizer, context: context)
                }
            }
            try loop.run(answers, sequences: sequences, cancellation: cancellation) { answer, token in
                try onToken(answer.prompt * options.returnSequences + answer.sample, token)
            }
            return answers.map(\.generation)
        }
    }

    private func check(_ prompt: [Int32], _ options: GenerationOptions) throws {
        guard !prompt.isEmpty else { throw GenerationError.emptyPrompt }
        guard prompt.count < context else {
            throw GenerationError.promptTooLong(tokens: prompt.count, context: context)
        }
        guard options.newTokenLimit(promptLength: prompt.count) > 0 else {
            throw GenerationError.invalidOption(
                name: "max_length", expected: "more than the \(prompt.count) tokens of the prompt",
                found: "\(options.maxLength ?? 0)")
        }
    }

    // MARK: Scores

    /// Log-probabilities of given continuations of each prompt: a number per token of each continuation.
    ///
    /// - Parameter continuations: Per prompt the token sequences that may follow it; none empty.
    func logProbabilities(
        of continuations: [[[Int32]]], after prompts: [[Int32]], cancellation: CancellationFlag = CancellationFlag()
    ) throws -> [[[Float]]] {
        for (prompt, sequences) in zip(prompts, continuations) {
            guard !prompt.isEmpty else { throw GenerationError.emptyPrompt }
            let longest = sequences.reduce(0) { max($0, $1.count) }
            guard prompt.count + longest <= context else {
                throw GenerationError.promptTooLong(tokens: prompt.count + longest, context: context)
            }
        }
        return try ComputeThread.shared.run {
            try ContinuationScorer(loop: loop, sequences: sequences)
                .scores(of: continuations, after: prompts, cancellation)
        }
    }
}
