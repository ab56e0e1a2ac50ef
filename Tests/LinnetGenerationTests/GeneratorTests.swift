import Dispatch
import LinnetTensors
import LinnetTokenizers
import Synchronization
import Testing

@testable import LinnetGeneration

@Suite struct GeneratorTests {
    private let tokenizer: Tokenizer
    private let prompts: [[Int32]] = [[5, 6, 7], [9], [5, 6, 7, 8, 9, 10, 11], [5, 6, 8], [2, 3, 4, 5]]

    init() throws { tokenizer = try TinyTokenizer.make() }

    private func generator(
        _ model: ScriptedModel? = nil, sequences: Int = 16, memoryLimit: Int = 1 << 24
    ) throws -> Generator {
        try Generator(
            model: model ?? ScriptedModel(vocabularySize: 120), tokenizer: tokenizer, dtype: .float32,
            sequences: sequences, memoryLimit: memoryLimit)
    }

    private func options(_ count: Int, _ change: (inout GenerationOptions) -> Void = { _ in }) -> GenerationOptions {
        var options = GenerationOptions()
        options.maxNewTokens = count
        change(&options)
        return options
    }

    private func text(_ text: String) -> [Int32] { tokenizer.encode(text, addSpecialTokens: false).ids }

    /// Greedy decoding without cache, batch or anything else.
    private func expected(_ prompt: [Int32], _ count: Int) -> [Int32] {
        var tokens = prompt
        for _ in 0..<count {
            let scores = ScriptedModel.hashed(tokens[...], 120)
            tokens.append(Int32(scores.firstIndex(of: scores.max() ?? 0) ?? 0))
        }
        return Array(tokens[prompt.count...])
    }

    @Test func greedyAnswersAreThoseOfTheModelAloneAndBatched() throws {
        for sequences in [1, 2, 3, 16] {
            let answers = try generator(sequences: sequences).generate(tokens: prompts, options: options(9))
            #expect(answers.map(\.tokenIds) == prompts.map { expected($0, 9) }, "\(sequences) together")
            #expect(answers.allSatisfy { $0.stopReason == .length && $0.completionTokens == 9 })
            #expect(answers.map(\.promptTokens) == prompts.map(\.count))
        }
    }

    @Test func theModelIsAskedForTheScoresThatDecide() throws {
        let sampled = { (options: inout GenerationOptions) in (options.doSample, options.seed) = (true, 1) }
        let cases: [(options: GenerationOptions, demand: ExactScores)] = [
            (options(3), .best(1)), (options(3) { $0.temperature = 2 }, .best(1)), (options(3, sampled), .best(50)),
            (options(3) { ($0.doSample, $0.topK) = (true, 7) }, .best(7)),
            (options(3) { ($0.doSample, $0.topK) = (true, 0) }, .all),
            (options(3) { $0.repetitionPenalty = 1.1 }, .all), (options(3) { $0.logprobs = 2 }, .all),
            (options(3) { $0.suppressedTokens = [4] }, .all),
        ]
        for (options, demand) in cases {
            let model = ScriptedModel(vocabularySize: 120)
            _ = try generator(model).generate(tokens: [prompts[0]], options: options)
            #expect(model.demands == [demand, demand, demand])
        }
    }

    @Test func longPromptsAreComputedInPieces() throws {
        let prompt = (0..<2500).map { Int32($0 % 100) }
        let model = ScriptedModel(vocabularySize: 120, maximumLength: 4096)
        let answers = try generator(model).generate(tokens: [prompt, [4]], options: options(2))
        #expect(answers[0].tokenIds == expected(prompt, 2))
        #expect(answers[1].tokenIds == expected([4], 2))
        #expect(model.passes.prefix(3).map { $0.reduce(0, +) } == [1024, 1024, 453])
    }

    @Test func finishedAnswersLeaveTheBatchAndTheNextPromptTakesTheirPlace() throws {
        let model = ScriptedModel(vocabularySize: 120)
        let stops = prompts.map { expected($0, 6)[$0.count % 3] }
        let generator = try generator(model, sequences: 2)
        let answers = try generator.generate(tokens: prompts, options: options(6) { $0.stopTokens = stops })
        for (prompt, answer) in zip(prompts, answers) {
            let whole = expected(prompt, 6)
            let end = whole.firstIndex { stops.contains($0) } ?? 5
            #expect(answer.tokenIds == Array(whole[...end]))
            #expect(answer.stopReason == .stopToken)
        }
        #expect(model.passes.allSatisfy { $0.count <= 2 })
    }

    @Test func aSeedGivesTheSameAnswersAloneAndBatched() throws {
        let sampled = options(8) {
            $0.doSample = true
            $0.topK = 0
            $0.seed = 7
        }
        let batched = try generator().generate(tokens: prompts, options: sampled).map(\.tokenIds)
        let alone = try prompts.map { try generator().generate(tokens: [$0], options: sampled)[0].tokenIds }
        #expect(batched == alone)
        var other = sampled
        other.seed = 8
        #expect(try generator().generate(tokens: prompts, options: other).map(\.tokenIds) != batched)
        var several = sampled
        several.returnSequences = 3
        let samples = try generator(sequences: 2).generate(tokens: prompts, options: several)
        #expect(samples.count == 15 && samples.map(\.sample) == (0..<15).map { $0 % 3 })
        #expect(stride(from: 0, to: 15, by: 3).map { samples[$0].tokenIds } == batched)
        #expect(Set(samples[0..<3].map(\.tokenIds)).count == 3)
    }

    @Test func logProbabilitiesAreTheModelsOwn() throws {
        let picky = options(4) {
            $0.logprobs = 3
            $0.repetitionPenalty = 1.5
        }
        var seen: [GeneratedToken] = []
        let answers = try generator().generate(tokens: [[5, 6]], options: picky) { seen.append($1) }
        var tokens: [Int32] = [5, 6]
        for (token, logProbability) in zip(answers[0].tokenIds, answers[0].logProbabilities) {
            let scores = ScriptedModel.hashed(tokens[...], 120)
            let total = scores.reduce(Float(0)) { $0 + exponential($1) }
            #expect(abs(exponential(logProbability) - exponential(scores[Int(token)]) / total) < 1e-5)
            tokens.append(token)
        }
        for token in seen {
            let likely = token.alternatives
            #expect(likely.count == 3 && likely[0].logProbability >= likely[2].logProbability)
            #expect(likely.allSatisfy { $0.id == token.id || $0.logProbability >= token.logProbability || true })
        }
    }

    // MARK: Ends

    @Test func theTextsOfTheTokensAreTheAnswer() throws {
        let story = text("the stop é sign in the 🙀 end")
        let model = ScriptedModel.repeating(story, vocabularySize: 120)
        for stop in [[], ["sign"], ["stop"], ["zzz", " 🙀"]] {
            var texts: [String] = []
            let settings = options(story.count - 1) { $0.stopStrings = stop }
            let answer = try generator(model).generate(tokens: [[story[0]]], options: settings) {
                texts.append($1.text)
            }[0]
            #expect(texts.joined() == answer.text)
            #expect(!answer.text.unicodeScalars.contains("\u{FFFD}"))
            let whole = String("the stop é sign in the 🙀 end".dropFirst(3))
            let end = stop.compactMap { whole.range(of: $0)?.lowerBound }.min() ?? whole.endIndex
            #expect(answer.text == String(whole[..<end]))
            #expect(answer.stopReason == (stop.isEmpty ? .length : .stopString))
        }
    }

    @Test func anIncompleteCharacterAtTheEndIsShownAsSuch() throws {
        let story = text("a🙀")
        let model = ScriptedModel.repeating(story, vocabularySize: 120)
        let answer = try generator(model).generate(tokens: [[story[0]]], options: options(2))[0]
        #expect(answer.text.unicodeScalars.allSatisfy { $0 == "\u{FFFD}" } && !answer.text.isEmpty)
    }

    @Test func theContextEndsAnAnswer() throws {
        let model = ScriptedModel(vocabularySize: 120, maximumLength: 12)
        let answer = try generator(model).generate(tokens: [[5, 6, 7]], options: options(100))[0]
        #expect(answer.tokenIds == expected([5, 6, 7], 9))
        #expect(answer.stopReason == .contextFull)
    }

    @Test func endTokensAreForbiddenBeforeTheLeastLength() throws {
        let stop = expected([5, 6, 7], 1)[0]
        let settings = options(6) {
            $0.stopTokens = [stop]
            $0.minNewTokens = 3
        }
        let answer = try generator().generate(tokens: [[5, 6, 7]], options: settings)[0]
        #expect(!answer.tokenIds.prefix(3).contains(stop) && answer.tokenIds.count >= 3)
    }

    @Test func aRaisedFlagEndsEveryAnswer() throws {
        let flag = CancellationFlag()
        var count = 0
        let answers = try generator(sequences: 2).generate(tokens: prompts, options: options(50), cancellation: flag) {
            _, _ in
            count += 1
            if count == 7 { flag.raise() }
        }
        #expect(answers.count == 5 && answers.allSatisfy { $0.stopReason == .cancelled })
        #expect(answers.map(\.tokenIds.count).reduce(0, +) == count && count < 10)
    }

    @Test func leavingAStreamEndsTheAnswerAndAnotherCanFollow() async throws {
        // The model waits for the reader to leave, but not for ever: all of Swift's threads may be waiting for the model.
        let hasLeft = DispatchSemaphore(value: 0)
        let leftInTime = Atomic<Bool>(true)
        let model = ScriptedModel(vocabularySize: 120, maximumLength: 4000) { history, size in
            if history.count == 20, hasLeft.wait(timeout: .now() + 3) == .timedOut {
                leftInTime.store(false, ordering: .relaxed)
            }
            return ScriptedModel.hashed(history, size)
        }
        let generator = try generator(model)
        #expect(
            try await firstTokens(4, of: generator.stream(tokens: [5, 6, 7], options: options(3000)))
                == expected([5, 6, 7], 4))
        hasLeft.signal()
        let next = try await firstTokens(5, of: generator.stream(tokens: [5, 6, 8], options: options(5)))
        #expect(next == expected([5, 6, 8], 5))
        #expect(model.passes.count < 40 || !leftInTime.load(ordering: .relaxed))
    }

    /// Reads some tokens of a stream and leaves it.
    private func firstTokens(_ count: Int, of stream: AsyncThrowingStream<GeneratedToken, any Error>) async throws
        -> [Int32]
    {
        var ids: [Int32] = []
        for try await token in stream {
            ids.append(token.id)
            if ids.count == count { break }
        }
        return ids
    }

    @Test func anErrorOfTheCallbackEndsTheAnswerAndLeavesTheGeneratorUsable() throws {
        struct Full: Error {}
        let generator = try generator()
        #expect(throws: Full.self) {
            try generator.generate(tokens: [[5, 6, 7]], options: options(5)) { _, _ in throw Full() }
        }
        #expect(
            try generator.generate(tokens: [[5, 6, 7]], options: options(5))[0].tokenIds == expected([5, 6, 7], 5))
    }

    // MARK: Prefixes

    @Test func aSharedPrefixIsComputedOnce() throws {
        let prefix = (0..<100).map { Int32($0 % 90 + 5) }
        let shared = (0..<40).map { prefix + [Int32($0), Int32($0 + 1)] }
        let model = ScriptedModel(vocabularySize: 120)
        let generator = try generator(model)
        let answers = try generator.generate(tokens: shared, options: options(1))
        #expect(answers.map(\.tokenIds) == shared.map { expected($0, 1) })
        #expect(model.tokensComputed < 100 + 40 * 3)
        #expect(answers.dropFirst().allSatisfy { $0.reusedTokens >= 100 })
    }

    @Test func withoutReuseEveryPromptIsComputedWhole() throws {
        let shared = (0..<5).map { (0..<50).map { Int32($0 + 5) } + [Int32($0)] }
        let model = ScriptedModel(vocabularySize: 120)
        let generator = try Generator(model: model, tokenizer: tokenizer, dtype: .float32, reusesPrefixes: false)
        let answers = try generator.generate(tokens: shared, options: options(1))
        #expect(answers.map(\.tokenIds) == shared.map { expected($0, 1) })
        #expect(model.tokensComputed == 5 * 51 && answers.allSatisfy { $0.reusedTokens == 0 })
    }

    @Test func aConversationComputesOnlyWhatIsNew() throws {
        let model = ScriptedModel(vocabularySize: 120)
        let generator = try generator(model)
        var conversation: [Int32] = [5, 6, 7, 8]
        var expectedWork = 0
        for turn in 0..<4 {
            let answer = try generator.generate(tokens: [conversation], options: options(10))[0]
            #expect(answer.tokenIds == expected(conversation, 10))
            #expect(turn == 0 || answer.reusedTokens == conversation.count - 3)
            expectedWork += 10 + (turn == 0 ? 3 : 2)
            conversation += answer.tokenIds + [Int32(turn), 9]
        }
        #expect(model.tokensComputed == expectedWork)
    }

    @Test func anotherPromptDoesNotPushOutALongOne() throws {
        let long = (0..<200).map { Int32($0 % 90 + 5) }
        let model = ScriptedModel(vocabularySize: 120)
        let generator = try generator(model)
        _ = try generator.generate(tokens: [long, [1, 2]], options: options(2))
        _ = try generator.generate(tokens: [[3, 4, 5]], options: options(2))
        model.forgetPasses()
        #expect(try generator.generate(tokens: [long + [7]], options: options(1))[0].reusedTokens == 200)
        #expect(model.tokensComputed == 1)
    }

    // MARK: Guesses

    @Test(arguments: [1, 3, 10])
    func guessesDoNotChangeTheAnswer(length: Int) throws {
        let story = text("the stop in the end in the stop ")
        let models = [
            ScriptedModel(vocabularySize: 120), .repeating(story, vocabularySize: 120),
            ScriptedModel(vocabularySize: 120) { ScriptedModel.hashed([$0.last ?? 0, Int32($0.count / 40)], $1) },
        ]
        for model in models {
            let plain = try generator(model).generate(tokens: [Array(story[..<1])], options: options(200))[0]
            let before = model.passes.count
            model.forgetPasses()
            var texts = ""
            let guessed = try generator(model).generate(
                tokens: [Array(story[..<1])], options: options(200) { $0.promptLookupTokens = length }
            ) { texts += $1.text }[0]
            #expect(guessed.tokenIds == plain.tokenIds && guessed.text == plain.text && texts == plain.text)
            #expect(zip(guessed.logProbabilities, plain.logProbabilities).allSatisfy { abs($0 - $1) < 1e-5 })
            #expect(guessed.stopReason == plain.stopReason)
            #expect(model.passes.count <= before)
        }
    }

    @Test func guessesSparePassesWhereTextRepeats() throws {
        let model = ScriptedModel.repeating(text("the stop in the end and so on "), vocabularySize: 120)
        _ = try generator(model).generate(tokens: [[4]], options: options(300) { $0.promptLookupTokens = 10 })
        #expect(model.passes.count < 75)
    }

    @Test func penaltiesAndStopsHoldAmongGuesses() throws {
        let story = text("the stop in the end in the stop ")
        let model = ScriptedModel.repeating(story, vocabularySize: 120)
        for change: (inout GenerationOptions) -> Void in [
            { $0.repetitionPenalty = 1.7 }, { $0.noRepeatNgramSize = 4 }, { $0.stopStrings = ["end in the st"] },
            { $0.frequencyPenalty = 0.9 },
            {
                $0.stopTokens = [story[11]]; $0.minNewTokens = 30
            },
        ] {
            let plain = try generator(model).generate(tokens: [story], options: options(90, change))[0]
            let guessed = try generator(model).generate(
                tokens: [story],
                options: options(90) {
                    change(&$0)
                    $0.promptLookupTokens = 6
                })[0]
            #expect(guessed == plain || guessed.tokenIds == plain.tokenIds && guessed.text == plain.text)
            #expect(guessed.stopReason == plain.stopReason)
        }
    }

    // MARK: Errors

    @Test func whatCannotBeAnsweredIsRefused() throws {
        let model = ScriptedModel(vocabularySize: 120, maximumLength: 12)
        let generator = try generator(model)
        #expect(throws: GenerationError.emptyPrompt) { try generator.generate(tokens: [[5], []]) }
        #expect(throws: GenerationError.promptTooLong(tokens: 12, context: 12)) {
            try generator.generate(tokens: [Array(repeating: 5, count: 12)])
        }
        #expect(
            throws: GenerationError.invalidOption(
                name: "max_length", expected: "more than the 3 tokens of the prompt", found: "3")
        ) {
            var short = GenerationOptions()
            short.maxLength = 3
            _ = try generator.generate(tokens: [[5, 6, 7]], options: short)
        }
        #expect(throws: (any Error).self) { try generator.generate(tokens: [[5, 500]]) }
        #expect(throws: (any Error).self) { try generator.generate(tokens: [[5, -1]]) }
        #expect(throws: GenerationError.tokenizerDoesNotFit(tokenizer: tokenizer.vocabularySize, model: 20)) {
            try self.generator(ScriptedModel(vocabularySize: 20))
        }
        #expect(throws: (any Error).self) {
            try generator.generate(tokens: [[5]], options: options(3) { $0.suppressedTokens = [120] })
        }
    }

    @Test func logitsThatAreNotFiniteAreNamed() throws {
        let model = ScriptedModel(vocabularySize: 120) { history, size in
            [Float](repeating: history.count < 5 ? 0 : .nan, count: size)
        }
        #expect(throws: GenerationError.notFinite(position: 5)) {
            try generator(model).generate(tokens: [[5, 6, 7]], options: options(9))
        }
    }

    @Test func memoryIsBounded() throws {
        // 256 tokens × key and value of 4 bytes.
        let model = ScriptedModel(vocabularySize: 120)
        let answers = try generator(model, memoryLimit: 5000).generate(tokens: prompts, options: options(5))
        #expect(answers.map(\.tokenIds) == prompts.map { expected($0, 5) })
        #expect(model.passes.allSatisfy { $0.count <= 2 })
        #expect(throws: GenerationError.self) { try generator(memoryLimit: 50).generate(tokens: prompts) }
    }
}
