import LinnetFormats

extension RetrievalError {
    /// A file that cannot be read: `path: reason`, in one line whatever stands in the path.
    static func unreadable(_ path: String, _ reason: String) -> RetrievalError {
        RetrievalError(.unreadable, FormatError(.unreadable, path: path, reason).description)
    }

    /// Runs `body` and gives its failures as ``RetrievalError``.
    static func wrapping<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FormatError {
            throw RetrievalError(.unreadable, error.description)
        }
    }
}
