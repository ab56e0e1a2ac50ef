/// Guesses the next tokens by copying what followed the last few tokens where they stood before (prompt lookup decoding,
/// Saxena 2023).
///
/// Verifying a guess of k tokens costs about as much as one step as long as reading the weights takes longer than
/// computing with them. Free text repeats little: guesses shrink when they fail and pause, ever longer, when they keep
/// failing.
struct PromptLookup {
    private let longestGuess: Int
    private let ngramSize: Int
    private var guessLength: Int
    private var failures = 0
    private var pause = 0
    private var nextPause = Self.firstPause

    private static let failuresBeforePause = 3
    private static let firstPause = 16
    private static let longestPause = 512

    /// - Parameters:
    ///   - longestGuess: The most tokens guessed at once.
    ///   - ngramSize: How many tokens have to agree.
    init(longestGuess: Int, ngramSize: Int) {
        self.longestGuess = longestGuess
        self.ngramSize = ngramSize
        guessLength = longestGuess
    }

    /// Tokens that may follow; empty when nothing suggests any.
    ///
    /// - Parameter limit: The most that are of use.
    mutating func guess(after tokens: [Int32], limit: Int) -> [Int32] {
        guard pause == 0 else {
            pause -= 1
            return []
        }
        let length = min(guessLength, limit)
        guard length > 0, tokens.count > ngramSize else { return [] }
        let end = tokens.suffix(ngramSize)
        // The latest place is the likeliest to go on alike.
        for start in stride(from: tokens.count - ngramSize - 1, through: 0, by: -1)
        where tokens[start..<(start + ngramSize)].elementsEqual(end) {
            let next = start + ngramSize
            return Array(tokens[next..<min(next + length, tokens.count)])
        }
        return []
    }

    /// Learns how many tokens of a guess were right.
    mutating func record(guessed: Int, accepted: Int) {
        guessLength = accepted == guessed ? min(2 * guessLength, longestGuess) : max(accepted + 1, 2)
        guard accepted == 0 else {
            failures = 0
            nextPause = Self.firstPause
            return
        }
        failures += 1
        guard failures >= Self.failuresBeforePause else { return }
        failures = 0
        pause = nextPause
        nextPause = min(2 * nextPause, Self.longestPause)
    }
}
