import LinnetFormats

extension RetrievalError {
    /// A file that cannot be read: `path: reason`, in one line whatever stands in the path.
    static func unreadable(_ path: String, _ reason: String) -> RetrievalError {
        RetrievalError(.unreadable, FormatError(.unreadable, path: path, reason).description)
    }
}
