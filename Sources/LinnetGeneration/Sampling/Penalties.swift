/// `SequenceBiasLogitsProcessor`, and with −∞ `NoBadWordsLogitsProcessor`: adds a bias to the last token of a sequence
/// where the tokens before it stand.
struct SequenceBias: LogitProcessor {
    let biases: [TokenBias]

    func process(_ row: inout LogitRow, _ history: TokenHistory) {
        for bias in biases where history.ends(with: bias.sequence.dropLast()) {
            guard let id = bias.sequence.last, let score = row[id] else { continue }
            row[id] = score + Float(bias.bias)
        }
    }
}

/// `RepetitionPenaltyLogitsProcessor` (Keskar et al. 2019): tokens that occurred, in prompt or answer, have a positive
/// score divided and a negative one multiplied by the penalty.
struct RepetitionPenalty: LogitProcessor {
    let penalty: Float

    func process(_ row: inout LogitRow, _ history: TokenHistory) {
        for id in history.occurrences.keys {
            guard let score = row[id] else { continue }
            row[id] = score < 0 ? score * penalty : score / penalty
        }
    }
}

/// OpenAI's presence and frequency penalties on the tokens of the answer: `score − presence − frequency · occurrences`.
struct OccurrencePenalty: LogitProcessor {
    let presence: Float
    let frequency: Float

    func process(_ row: inout LogitRow, _ history: TokenHistory) {
        for (id, count) in history.occurrences where count > 0 {
            guard let score = row[id] else { continue }
            row[id] = score - presence - frequency * Float(count)
        }
    }
}

/// `NoRepeatNGramLogitsProcessor`: forbids the token that would complete a sequence of `size` tokens a second time.
struct RepeatedNgramBan: LogitProcessor {
    let size: Int

    func process(_ row: inout LogitRow, _ history: TokenHistory) {
        let tokens = history.tokens
        guard tokens.count >= size else { return }
        let prefix = tokens.suffix(size - 1)
        for start in 0...(tokens.count - size) where tokens[start..<(start + size - 1)].elementsEqual(prefix) {
            row[tokens[start + size - 1]] = -.infinity
        }
    }
}

/// `MinNewTokensLengthLogitsProcessor`, `SuppressTokensLogitsProcessor`, `SuppressTokensAtBeginLogitsProcessor`: forbids
/// tokens until the answer has a number of tokens.
struct EarlySuppression: LogitProcessor {
    let tokens: [Int32]
    let before: Int

    func process(_ row: inout LogitRow, _ history: TokenHistory) {
        guard history.answerLength < before else { return }
        for id in tokens { row[id] = -.infinity }
    }
}
