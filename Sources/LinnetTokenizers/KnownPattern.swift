/// Split patterns of well-known models that Linnet scans by hand, many times faster than any regular expression engine.
enum KnownPattern: Sendable, Equatable {
    /// GPT-2 and its many followers: `ByteLevelWords`.
    case gpt2
    /// Llama 3: `LetterRunWords` with numbers of at most three digits.
    case llama3
    /// Qwen2, Qwen2.5 and Qwen3: `LetterRunWords` with a word for every digit.
    case qwen2

    /// The pattern with exactly this text, if it is one of them.
    init?(_ pattern: String) {
        switch pattern {
        case Self.gpt2Text: self = .gpt2
        case Self.text(digits: #"\p{N}{1,3}"#): self = .llama3
        case Self.text(digits: #"\p{N}"#): self = .qwen2
        default: return nil
        }
    }

    /// The pattern as `tokenizer.json` has it.
    var text: String {
        switch self {
        case .gpt2: return Self.gpt2Text
        case .llama3: return Self.text(digits: #"\p{N}{1,3}"#)
        case .qwen2: return Self.text(digits: #"\p{N}"#)
        }
    }

    private static let gpt2Text =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    private static func text(digits: String) -> String {
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }
}
