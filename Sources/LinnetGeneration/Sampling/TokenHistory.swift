/// The tokens of prompt and answer so far, with counts for the penalties.
struct TokenHistory {
    /// Prompt, then answer.
    private(set) var tokens: [Int32]
    /// How many of them are the prompt's.
    let promptLength: Int
    /// Each different token, with its number of occurrences in the answer.
    private(set) var occurrences: [Int32: Int] = [:]

    /// The history before the first token of an answer.
    init(prompt: [Int32]) {
        tokens = prompt
        promptLength = prompt.count
        for id in prompt { occurrences[id] = 0 }
    }

    /// Tokens of the answer.
    var answerLength: Int { tokens.count - promptLength }

    /// Tokens of the answer.
    var answer: ArraySlice<Int32> { tokens[promptLength...] }

    /// Adds a token to the answer.
    mutating func append(_ id: Int32) {
        tokens.append(id)
        occurrences[id, default: 0] += 1
    }

    /// Whether the history ends with these tokens.
    func ends(with sequence: some Collection<Int32>) -> Bool {
        tokens.count >= sequence.count && tokens.suffix(sequence.count).elementsEqual(sequence)
    }
}
