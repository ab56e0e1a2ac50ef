/// A command line that cannot be carried out as typed. One line, exit status 2.
struct UsageError: Error, CustomStringConvertible, Equatable {
    /// What is wrong, and what to type instead.
    let message: String
    /// The verb it was typed for, when that much was clear; its help page is pointed at.
    let verb: String?

    init(_ message: String, verb: String? = nil) {
        self.message = message
        self.verb = verb
    }

    var description: String {
        let page = verb.map { "linnet help \($0)" } ?? "linnet help"
        return "\(message) (see '\(page)')"
    }
}
