/// A piece of a template: text between tags, a delimiter, or a word inside a tag.
struct TemplateToken: Sendable, Equatable {
    /// What kind of piece.
    enum Kind: Sendable, Equatable {
        /// Text outside of tags.
        case text(String)
        /// `{{`
        case outputStart
        /// `}}`
        case outputEnd
        /// `{%`
        case statementStart
        /// `%}`
        case statementEnd
        /// A name or a keyword.
        case name(String)
        /// A string literal without its quotes, escapes resolved.
        case string(String)
        /// An integer literal.
        case integer(Int)
        /// A literal with fraction or exponent.
        case float(Double)
        /// `+`, `==`, `(`, ….
        case sign(String)
        /// After the last piece.
        case end
    }

    let kind: Kind
    let place: TemplatePlace

    /// The piece in the words of an error message.
    var description: String {
        switch kind {
        case .text: return "text"
        case .outputStart: return "'{{'"
        case .outputEnd: return "'}}'"
        case .statementStart: return "'{%'"
        case .statementEnd: return "'%}'"
        case .name(let name): return "'\(name.prefix(60))'"
        case .string: return "a string"
        case .integer, .float: return "a number"
        case .sign(let sign): return "'\(sign)'"
        case .end: return "the end of the template"
        }
    }
}
