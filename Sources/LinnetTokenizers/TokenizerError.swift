/// What went wrong with the files of a tokenizer, in one line.
public struct TokenizerError: Error, CustomStringConvertible, Equatable, Sendable {
    /// The sort of failure.
    public enum Kind: Sendable, Equatable {
        /// A file or directory that a tokenizer needs is absent.
        case missing
        /// A file cannot be read or written.
        case inputOutput
        /// A file breaks the rules of its format.
        case malformed
        /// A file is well formed and asks for something that Linnet does not implement.
        case unsupported
    }

    /// The sort of failure.
    public let kind: Kind
    /// The file or directory concerned.
    public let path: String
    /// The place in the file, such as `model.vocab`; empty when the whole file is meant.
    public let place: String
    /// What was expected and what was found.
    public let message: String

    /// One line: path, place, message.
    public var description: String {
        place.isEmpty ? "\(path): \(message)" : "\(path): \(place): \(message)"
    }

    init(_ kind: Kind, path: String, place: String = "", _ message: String) {
        self.kind = kind
        self.path = path
        self.place = place
        self.message = message
    }

    static func malformed(_ path: String, _ place: String, _ message: String) -> TokenizerError {
        TokenizerError(.malformed, path: path, place: place, message)
    }

    static func unsupported(_ path: String, _ place: String, _ message: String) -> TokenizerError {
        TokenizerError(.unsupported, path: path, place: place, message)
    }
}
