import LinnetLayers
import LinnetModels
import LinnetTensors

/// Runs a model over sequences: prompts in chunks, then token by token all running answers together.
///
/// A sequence that ends leaves the batch at once, and the next prompt takes its place. Used on the compute thread only.
final class DecodingLoop {
    let model: any CausalLanguageModel
    let cache: PrefixCache
    private let dtype: DType

    /// Tokens of prompts computed in one pass: enough for matrix products to run at full speed.
    private static let chunk = 1024
    /// A prefix of fewer tokens is not worth a pass of its own.
    private static let shortestSharedPrefix = 16

    init(model: any CausalLanguageModel, dtype: DType, memoryLimit: Int, reusesPrefixes: Bool = true) {
        self.model = model
        self.dtype = dtype
        cache = PrefixCache(model: model, dtype: dtype, memoryLimit: memoryLimit, isShared: reusesPrefixes)
    }

    /// Generates the answers, calling `emit` with each token as it is chosen.
    ///
    /// - Parameters:
    ///   - sequences: The most answers that run together.
    ///   - cancellation: Ends all of them when raised.
    func run(
        _ answers: [Answer], sequences: Int, cancellation: CancellationFlag,
        emit: (Answer, GeneratedToken) throws -> Void
    ) throws {
        let longest = answers.reduce(0) { max($0, $1.promptTokens.count + $1.rule.longestAnswer) }
        let slots = try cache.reserve(slots: min(answers.count, sequences), capacity: longest)
        var waiting = answers[...]
        var running: [Answer] = []
        while !(waiting.isEmpty && running.isEmpty), !cancellation.isRaised {
            if !waiting.isEmpty, running.count < slots {
                let admitted = Array(waiting.prefix(slots - running.count))
                waiting = waiting.dropFirst(admitted.count)
                try admit(admitted, busy: Set(running.map(\.slot)), cancellation, emit)
                running += admitted
            } else if running.count == 1, let guess = guess(for: running[0]) {
                try verify(guess, running[0], emit)
            } else {
                let scores = try forward(
                    running.map { [$0.newest] }, slots: running.map(\.slot), rows: .last, exactly: demand(running))
                for (row, answer) in running.enumerated() { try emit(answer, answer.choose(scores, row: row)) }
            }
            running.removeAll { $0.stopReason != nil }
        }
        for answer in answers { answer.cancel() }
    }

    /// The scores that all answers together need.
    private func demand(_ answers: [Answer]) -> ExactScores { answers.map(\.exactScores).max() ?? .all }

    // MARK: Prompts

    /// Computes prompts up to and including the first token of each answer.
    private func admit(
        _ answers: [Answer], busy: Set<Int>, _ cancellation: CancellationFlag,
        _ emit: (Answer, GeneratedToken) throws -> Void
    ) throws {
        let places = try place(answers.map { Array($0.promptTokens) }, busy: busy, cancellation: cancellation)
        for (answer, place) in zip(answers, places) { (answer.slot, answer.reused) = place }
        try prefill(
            answers.map { Array($0.promptTokens) }, slots: places.map(\.slot), exactly: demand(answers), cancellation
        ) { index, scores, row in
            try emit(answers[index], answers[index].choose(scores, row: row))
        }
    }

    /// Finds slots for prompts; a prefix that all of them share is computed in one and copied into the others.
    func place(
        _ prompts: [[Int32]], busy: Set<Int>, cancellation: CancellationFlag
    ) throws -> [(slot: Int, reused: Int)] {
        guard let first = prompts.first else { return [] }
        var shared = first.count - 1
        for prompt in prompts { shared = commonPrefix(first, prompt, limit: min(shared, prompt.count - 1)) }
        var taken = busy
        var places: [(slot: Int, reused: Int)] = []
        if prompts.count > 1, cache.gain(of: first, length: shared) >= Self.shortestSharedPrefix {
            let place = cache.place(first, busy: taken)
            if place.reused < shared {
                try prefill([Array(first[..<shared])], slots: [place.slot], cancellation) { _, _, _ in }
            }
            places.append(place)
            taken.insert(place.slot)
        }
        for prompt in prompts.dropFirst(places.count) {
            let place = cache.place(prompt, busy: taken)
            places.append(place)
            taken.insert(place.slot)
        }
        return places
    }

    /// Computes what the slots lack of their prompts, in chunks, and hands over the scores after each prompt's last token.
    func prefill(
        _ prompts: [[Int32]], slots: [Int], exactly demand: ExactScores = .all, _ cancellation: CancellationFlag,
        finished: (_ prompt: Int, NextTokenScores, _ row: Int) throws -> Void
    ) throws {
        while !cancellation.isRaised {
            var room = Self.chunk
            var pieces: [(prompt: Int, tokens: [Int32])] = []
            for (index, prompt) in prompts.enumerated() where room > 0 {
                let done = cache.length(of: slots[index])
                guard done < prompt.count else { continue }
                let tokens = Array(prompt[done..<min(done + room, prompt.count)])
                pieces.append((index, tokens))
                room -= tokens.count
            }
            guard !pieces.isEmpty else { return }
            let scores = try forward(
                pieces.map(\.tokens), slots: pieces.map { slots[$0.prompt] }, rows: .last, exactly: demand)
            for (row, piece) in pieces.enumerated()
            where cache.length(of: slots[piece.prompt]) == prompts[piece.prompt].count {
                try finished(piece.prompt, scores, row)
            }
        }
    }

    // MARK: Guesses

    private func guess(for answer: Answer) -> [Int32]? {
        let guess = answer.lookup?.guess(after: answer.history.tokens, limit: answer.room - 1) ?? []
        return guess.isEmpty ? nil : guess
    }

    /// Computes the newest token and guessed ones in one pass, and keeps those that would have been chosen anyway.
    private func verify(
        _ guess: [Int32], _ answer: Answer, _ emit: (Answer, GeneratedToken) throws -> Void
    ) throws {
        let before = cache.length(of: answer.slot)
        let scores = try forward([[answer.newest] + guess], slots: [answer.slot], rows: .all)
        var accepted = 0
        for row in 0...guess.count {
            let token = try answer.choose(scores, row: row)
            let isRight = row < guess.count && token.id == guess[row] && answer.stopReason == nil
            if isRight { accepted += 1 } else { cache.truncate(slot: answer.slot, to: before + 1 + accepted) }
            try emit(answer, token)
            if !isRight { break }
        }
        answer.lookup?.record(guessed: guess.count, accepted: accepted)
    }

    // MARK: Forward

    /// One forward pass that continues the slots.
    func forward(
        _ tokens: [[Int32]], slots: [Int], rows: LogitSelection, exactly demand: ExactScores = .all
    ) throws -> NextTokenScores {
        let batch = CausalBatch(tokens, slots: slots)
        try model.check(batch, cache: cache.storage)
        let logits = withoutGradient {
            model.logits(batch, cache: cache.storage, rows: rows, exactly: demand, dtype: dtype)
        }
        for (tokens, slot) in zip(tokens, slots) { cache.record(tokens, slot: slot) }
        return NextTokenScores(logits)
    }
}
