import Foundation
import LinnetTensors

/// A rule that changes the scores of the next token, named after and equal to a `LogitsProcessor` of transformers.
protocol LogitProcessor: Sendable {
    /// Changes scores in place or narrows what is left.
    func process(_ row: inout LogitRow, _ history: TokenHistory)
}

extension GenerationOptions {
    /// The rules these options ask for, in the order in which transformers applies them.
    func processors() -> [any LogitProcessor] { changes() + (doSample ? warpers() : []) }

    /// The scores that decide an answer, or are shown with it. Where nothing changes scores before the choice, these are the
    /// greatest: one without sampling, and with it those that `top_k` leaves.
    func exactScores() -> ExactScores {
        guard logprobs == 0, changes().isEmpty, topK > 0 || !doSample else { return .all }
        return .best(doSample ? topK : 1)
    }

    /// What changes the scores of some tokens.
    private func changes() -> [any LogitProcessor] {
        var rules: [any LogitProcessor] = []
        if !sequenceBias.isEmpty { rules.append(SequenceBias(biases: sequenceBias)) }
        if repetitionPenalty != 1 { rules.append(RepetitionPenalty(penalty: Float(repetitionPenalty))) }
        if presencePenalty != 0 || frequencyPenalty != 0 {
            rules.append(OccurrencePenalty(presence: Float(presencePenalty), frequency: Float(frequencyPenalty)))
        }
        if noRepeatNgramSize > 0 { rules.append(RepeatedNgramBan(size: noRepeatNgramSize)) }
        let words = badWords.filter { word in !stopTokens.contains { word == [$0] } }
        if !words.isEmpty { rules.append(SequenceBias(biases: words.map { TokenBias($0, -.infinity) })) }
        if minNewTokens > 0, !stopTokens.isEmpty {
            rules.append(EarlySuppression(tokens: stopTokens, before: minNewTokens))
        }
        if !suppressedTokens.isEmpty { rules.append(EarlySuppression(tokens: suppressedTokens, before: .max)) }
        if !initiallySuppressedTokens.isEmpty {
            rules.append(EarlySuppression(tokens: initiallySuppressedTokens, before: 1))
        }
        return rules
    }

    /// What narrows the tokens that are drawn from.
    private func warpers() -> [any LogitProcessor] {
        var rules: [any LogitProcessor] = []
        // Less would make scores infinite; the most probable token is all but certain already.
        if temperature != 1 { rules.append(Temperature(temperature: Float(max(temperature, 1e-6)))) }
        if topK > 0 { rules.append(TopK(count: topK)) }
        if topP < 1 { rules.append(TopP(probability: topP)) }
        if let minP { rules.append(MinP(share: minP)) }
        return rules
    }
}

/// eˣ in single precision.
func exponential(_ x: Float) -> Float { exp(x) }
