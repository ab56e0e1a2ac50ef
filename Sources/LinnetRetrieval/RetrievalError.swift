/// What is wrong with a store, a document, a filter or a query.
///
/// The description is one line: where, what was expected, what was found and, where there is something to do about it,
/// what to do.
public struct RetrievalError: Error, CustomStringConvertible, Equatable {
    /// The class of a failure, for callers that react to it instead of printing it.
    public enum Kind: Sendable, Equatable {
        /// The store does not exist, or cannot be opened.
        case unavailable
        /// The file is no store, or its contents contradict themselves.
        case corrupt
        /// The store holds vectors of another model.
        case wrongEmbedder
        /// Another process holds the store.
        case busy
        /// Writing failed: disk full, no permission, input/output error.
        case writeFailed
        /// A filter, a vector or a setting that makes no sense.
        case invalid
        /// A document that cannot be read, with the reason.
        case unreadable
    }

    /// The class of the failure.
    public let kind: Kind
    /// The line to print.
    public let description: String

    /// Makes an error of one line.
    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
