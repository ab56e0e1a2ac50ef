import LinnetFormats

/// What went wrong with a chat template, in one line: while it was read, or while it was rendered.
public struct TemplateError: Error, CustomStringConvertible, Equatable, Sendable {
    /// The sort of failure.
    public enum Kind: Sendable, Equatable {
        /// The text of the template breaks the rules of the language.
        case syntax
        /// Rendering met something that cannot be computed: an undefined value, operands of the wrong kinds, ….
        case evaluation
        /// The template called `raise_exception`; the message is the template's own.
        case raised
        /// A bound that protects the process was reached: nesting, steps, memory, range.
        case limit
        /// The file of a template cannot be read, or does not hold one.
        case file
    }

    /// The sort of failure.
    public let kind: Kind
    /// The file the template is from; empty when it came as a text.
    public let path: String
    /// Line in the template, from 1; 0 when the whole template is meant.
    public let line: Int
    /// Column in the line in Unicode scalars, from 1; 0 when the whole template is meant.
    public let column: Int
    /// What was expected and what was found, or what the template itself complained of.
    public let message: String

    /// One line: file, line and column, message.
    public var description: String {
        let source = path.isEmpty ? "chat template" : path
        return line == 0 ? "\(source): \(message)" : "\(source): line \(line), column \(column): \(message)"
    }

    init(_ kind: Kind, path: String = "", at place: TemplatePlace? = nil, _ message: String) {
        self.kind = kind
        line = place?.line ?? 0
        column = place?.column ?? 0
        // Texts of hostile templates and conversations must not break the line or fill the screen.
        let shortened = String(String.UnicodeScalarView(message.unicodeScalars.prefix(1_000)))
        let cleaned = FormatError(.malformed, path: path, shortened)
        self.path = cleaned.path
        self.message = cleaned.message
    }

    /// The same failure of the template in the file `path`.
    func inFile(_ path: String) -> TemplateError {
        TemplateError(kind, path: path, at: line == 0 ? nil : TemplatePlace(line: line, column: column), message)
    }
}

/// A place in the text of a template.
struct TemplatePlace: Sendable, Equatable {
    /// From 1.
    var line: Int
    /// In Unicode scalars, from 1.
    var column: Int
}
