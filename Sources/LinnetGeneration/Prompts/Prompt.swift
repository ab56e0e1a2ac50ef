/// A prompt as a value: exactly what the model will read, to be printed and tested before it is run.
public struct Prompt: Sendable, Equatable, CustomStringConvertible {
    /// The whole text.
    public let text: String
    /// Whether the tokenizer puts its own first token before the text; a chat template has written it already.
    public let addsSpecialTokens: Bool
    /// Texts that end the answer, because the model would go on with the next question.
    public let stopStrings: [String]
    /// What stands between the text and a given answer: a space after `Output:`, nothing after a template.
    public let answerSeparator: String

    /// A prompt of plain text.
    public init(
        _ text: String, addsSpecialTokens: Bool = true, stopStrings: [String] = [], answerSeparator: String = ""
    ) {
        self.text = text
        self.addsSpecialTokens = addsSpecialTokens
        self.stopStrings = stopStrings
        self.answerSeparator = answerSeparator
    }

    /// The whole text.
    public var description: String { text }
}

/// A worked example for a few-shot prompt.
public struct PromptExample: Sendable, Equatable {
    /// What was given.
    public var input: String
    /// The answer.
    public var output: String

    /// An example of an input and its answer.
    public init(input: String, output: String) {
        self.input = input
        self.output = output
    }
}
