/// The help pages as the terminal shows them, at a fixed width so that they are the same everywhere.
enum HelpPage {
    private static let width = 100
    private static let indent = 28

    /// `linnet help`: every verb on a line.
    static func overview(of table: VerbTable) -> String {
        var lines = ["Linnet: transformers for Swift. Fine-tune and use language models in one native binary.", ""]
        lines += ["Usage: linnet VERB [flags]", ""]
        lines += table.verbs.flatMap { columns($0.name, $0.summary) }
        lines += ["", "'linnet help VERB' explains a verb; every flag also takes Hugging Face's spelling of its name."]
        lines += ["Exit status: 0 success, 1 failure, 2 bad usage, 130 interrupted."]
        return lines.joined(separator: "\n") + "\n"
    }

    /// `linnet help VERB`: usage, what the verb does, flags by group, examples.
    static func page(of verb: Verb) -> String {
        var lines = ["\(verb.name): \(verb.summary)", "", "Usage: \(usage(of: verb))"]
        for paragraph in verb.discussion {
            lines.append("")
            lines += wrap(paragraph, to: width)
        }
        if let operands = verb.operands {
            lines.append("")
            lines += columns(operands.placeholder, operands.help)
        }
        for group in verb.groups {
            lines += ["", group.title]
            lines += group.flags.flatMap { columns(forms(of: $0), explanation(of: $0)) }
        }
        if !verb.rewrites.isEmpty {
            lines += ["", "Also accepted"]
            lines += verb.rewrites.flatMap { columns("--\($0.name)", "Same as --\($0.flag) \($0.valueWhenTrue).") }
        }
        lines += ["", "Examples"]
        for example in verb.examples {
            lines += ["  # \(example.purpose)", "  \(example.command)"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The one-line synopsis: required flags spelled out, the others summed up.
    static func usage(of verb: Verb) -> String {
        let required = verb.flags.filter(\.isRequired).map { " \($0.spelling)\(placeholder(of: $0))" }
        let optional = verb.flags.contains { !$0.isRequired } ? " [flags]" : ""
        let operands = verb.operands.map { $0.count.lowerBound == 0 ? " [\($0.placeholder)]" : " \($0.placeholder)" }
        return "linnet \(verb.name)\(required.joined())\(optional)\(operands ?? "")"
    }

    /// A flag with everything it can look like: `-m, --model NAME`.
    static func forms(of flag: FlagDeclaration) -> String {
        let letter = flag.letter.map { "-\($0), " } ?? ""
        let spelling = flag.form == .toggle && flag.defaultText == "on" ? "--no-\(flag.name)" : flag.spelling
        return letter + spelling + placeholder(of: flag)
    }

    /// What a flag does, its default, and whether it is needed.
    static func explanation(of flag: FlagDeclaration) -> String {
        var text = flag.help
        if flag.isRequired {
            text += " Required."
        } else if let fallback = flag.defaultText, flag.form != .toggle {
            text += " Default: \(fallback)."
        }
        return text
    }

    private static func placeholder(of flag: FlagDeclaration) -> String {
        switch flag.form {
        case .toggle: ""
        case .value(let placeholder), .list(let placeholder): " " + placeholder
        }
    }

    /// A term in the left column, its explanation wrapped in the right one.
    private static func columns(_ term: String, _ explanation: String) -> [String] {
        let left = "  " + term
        let wrapped = wrap(explanation, to: width - indent)
        let margin = String(repeating: " ", count: indent)
        guard left.count < indent - 1, let first = wrapped.first else { return [left] + wrapped.map { margin + $0 } }
        let padding = String(repeating: " ", count: indent - left.count)
        return [left + padding + first] + wrapped.dropFirst().map { margin + $0 }
    }

    private static func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
