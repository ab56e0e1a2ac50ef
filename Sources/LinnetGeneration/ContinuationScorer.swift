/// Scores given continuations instead of generating: how a model is asked to choose among labels.
///
/// Prompts run together, and what they share is computed once. The first token of every continuation is scored by the
/// pass over the prompt itself, so labels of one token cost nothing more.
struct ContinuationScorer {
    let loop: DecodingLoop
    let sequences: Int

    /// Log-probabilities per prompt, continuation and token.
    func scores(
        of continuations: [[[Int32]]], after prompts: [[Int32]], _ cancellation: CancellationFlag
    ) throws -> [[[Float]]] {
        let longest = zip(prompts, continuations).reduce(0) { longest, pair in
            max(longest, pair.0.count + pair.1.reduce(0) { max($0, $1.count) })
        }
        let most = continuations.reduce(1) { max($0, $1.count) }
        let slots = try loop.cache.reserve(slots: min(sequences, prompts.count * most), capacity: longest)
        var result: [[[Float]]] = []
        for start in stride(from: 0, to: prompts.count, by: slots) {
            let group = start..<min(start + slots, prompts.count)
            result += try scores(
                of: Array(continuations[group]), after: Array(prompts[group]), slots: slots, cancellation)
        }
        return result
    }

    /// The same for prompts that all find a slot.
    private func scores(
        of continuations: [[[Int32]]], after prompts: [[Int32]], slots: Int, _ cancellation: CancellationFlag
    ) throws -> [[[Float]]] {
        let places = try loop.place(prompts, busy: [], cancellation: cancellation).map(\.slot)
        var scores = continuations.map { $0.map { _ in [Float]() } }
        try loop.prefill(prompts, slots: places, cancellation) { prompt, next, row in
            for (label, tokens) in continuations[prompt].enumerated() {
                scores[prompt][label] = try tokens.prefix(1).map { id in
                    let score = next.logProbability(row: row, of: id)
                    guard !score.isNaN else { throw GenerationError.notFinite(position: prompts[prompt].count) }
                    return score
                }
            }
        }
        guard !cancellation.isRaised else { throw CancellationError() }
        let rest = continuations.enumerated().flatMap { prompt, labels in
            labels.indices.filter { labels[$0].count > 1 }.map { Branch(prompt: prompt, label: $0, tokens: labels[$0]) }
        }
        for batch in batches(rest, places: places, slots: slots) {
            try score(batch, prompts: prompts, places: places, &scores)
        }
        return scores
    }

    /// A continuation with more tokens to score.
    private struct Branch {
        let prompt: Int
        let label: Int
        let tokens: [Int32]
    }

    /// Branches with the slots they run in: branches of different prompts run in the prompts' own slots; for a single
    /// prompt its keys and values are copied, so that its labels run together.
    private func batches(_ branches: [Branch], places: [Int], slots: Int) -> [[(branch: Branch, slot: Int)]] {
        if places.count == 1 {
            let free = [places[0]] + (0..<slots).filter { $0 != places[0] }
            return stride(from: 0, to: branches.count, by: slots).map { start in
                Array(zip(branches[start..<min(start + slots, branches.count)], free)).map { (branch: $0, slot: $1) }
            }
        }
        var rounds: [[(branch: Branch, slot: Int)]] = []
        var used: [Int: Int] = [:]
        for branch in branches {
            let round = used[branch.prompt, default: 0]
            used[branch.prompt] = round + 1
            if round == rounds.count { rounds.append([]) }
            rounds[round].append((branch, places[branch.prompt]))
        }
        return rounds
    }

    private func score(
        _ batch: [(branch: Branch, slot: Int)], prompts: [[Int32]], places: [Int], _ scores: inout [[[Float]]]
    ) throws {
        for (branch, slot) in batch where slot != places[branch.prompt] {
            loop.cache.copy(slot: places[branch.prompt], to: slot)
        }
        let tokens = batch.map { Array($0.branch.tokens.dropLast()) }
        let next = try loop.forward(tokens, slots: batch.map(\.slot), rows: .all)
        var row = 0
        for (branch, slot) in batch {
            for id in branch.tokens.dropFirst() {
                let score = next.logProbability(row: row, of: id)
                guard !score.isNaN else { throw GenerationError.notFinite(position: prompts[branch.prompt].count) }
                scores[branch.prompt][branch.label].append(score)
                row += 1
            }
            loop.cache.truncate(slot: slot, to: prompts[branch.prompt].count)
        }
    }
}
