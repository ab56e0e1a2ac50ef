/// What keeps an answer from being generated. Each description is one line: what was expected, what was found, what to do.
public enum GenerationError: Error, Equatable, CustomStringConvertible {
    /// A setting has a value that makes no sense; `name` is Hugging Face's name of it, with the file if it came from one.
    case invalidOption(name: String, expected: String, found: String)
    /// The prompt has no tokens to go on from.
    case emptyPrompt
    /// The prompt leaves no room for an answer in the model's context.
    case promptTooLong(tokens: Int, context: Int)
    /// The tokenizer has ids that the model has no embedding for.
    case tokenizerDoesNotFit(tokenizer: Int, model: Int)
    /// The model's logits are NaN or infinite.
    case notFinite(position: Int)
    /// The keys and values of the answers would not fit into memory.
    case cacheTooLarge(tokens: Int, sequences: Int, mebibytes: Int, limit: Int)
    /// The labels to choose among cannot be told apart, or there are too few.
    case unusableChoices(String)
    /// An example for a prompt lacks something.
    case unusableExample(String)

    /// The error in one line.
    public var description: String {
        switch self {
        case .invalidOption(let name, let expected, let found):
            return "\(name): expected \(expected), found \(found)"
        case .emptyPrompt:
            return "the prompt is empty, or of characters the tokenizer does not know: expected at least one token"
        case .promptTooLong(let tokens, let context):
            return "the prompt has \(tokens) tokens, the model's context holds \(context) with the answer; "
                + "shorten the prompt"
        case .tokenizerDoesNotFit(let tokenizer, let model):
            return "the tokenizer has \(tokenizer) entries, the model knows only \(model); they do not belong together"
        case .notFinite(let position):
            return
                "token \(position): the model's logits are not finite; the weights are damaged, or need another format"
        case .cacheTooLarge(let tokens, let sequences, let mebibytes, let limit):
            return
                "keys and values of \(sequences) × \(tokens) tokens need \(mebibytes) MiB, of which \(limit) MiB may "
                + "be used; ask for fewer new tokens or a shorter prompt"
        case .unusableChoices(let reason):
            return "choices: \(reason)"
        case .unusableExample(let reason):
            return "examples: \(reason)"
        }
    }
}
