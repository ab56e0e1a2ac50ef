/// What is wrong with a model's files or settings: one line that names the place, what was expected and what was found.
public struct ModelError: Error, CustomStringConvertible, Equatable {
    /// The line shown to the user.
    public let description: String

    /// An error with the given line.
    public init(_ description: String) {
        self.description = description
    }
}
