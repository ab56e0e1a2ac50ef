import Testing

@testable import LinnetGeneration

@Suite struct PromptLookupTests {
    @Test func whatFollowedTheLatestOccurrenceIsGuessed() {
        var lookup = PromptLookup(longestGuess: 3, ngramSize: 2)
        #expect(lookup.guess(after: [1, 2, 3, 4, 1, 2, 5, 6, 7, 1, 2], limit: 10) == [5, 6, 7])
        #expect(lookup.guess(after: [1, 2, 3, 4, 1, 2, 5, 6, 7, 1, 2], limit: 2) == [5, 6])
        #expect(lookup.guess(after: [1, 2, 3], limit: 10).isEmpty)
        #expect(lookup.guess(after: [1, 1, 1], limit: 10) == [1])
        #expect(lookup.guess(after: [], limit: 10).isEmpty)
    }

    @Test func failuresShortenGuessesAndThenPauseThem() {
        var lookup = PromptLookup(longestGuess: 8, ngramSize: 1)
        let tokens = Array(repeating: Int32(1), count: 30)
        var guesses = 0
        for _ in 0..<2000 {
            let guess = lookup.guess(after: tokens, limit: 100)
            guard !guess.isEmpty else { continue }
            guesses += 1
            lookup.record(guessed: guess.count, accepted: 0)
        }
        #expect(guesses < 40)
    }

    @Test func successLengthensGuesses() {
        var lookup = PromptLookup(longestGuess: 8, ngramSize: 1)
        let tokens = Array(repeating: Int32(1), count: 2) + (2..<30).map { Int32($0) } + [1]
        lookup.record(guessed: 8, accepted: 1)
        #expect(lookup.guess(after: tokens, limit: 100).count == 2)
        lookup.record(guessed: 2, accepted: 2)
        #expect(lookup.guess(after: tokens, limit: 100).count == 4)
        lookup.record(guessed: 4, accepted: 4)
        lookup.record(guessed: 8, accepted: 8)
        #expect(lookup.guess(after: tokens, limit: 100).count == 8)
    }
}
