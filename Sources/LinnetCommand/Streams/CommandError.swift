/// A failure of the command itself (an input that cannot be read, an output that cannot be written). Exit status 1.
struct CommandError: Error, CustomStringConvertible, Equatable {
    /// One line: what failed, and what to do.
    let description: String

    init(_ description: String) { self.description = description }
}
