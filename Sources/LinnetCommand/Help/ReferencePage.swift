import Foundation

/// The command reference in Markdown (`Documentation/Commands.md`), made from the same declarations as the help pages.
enum ReferencePage {
    /// The whole page; `make docs` writes it and CI fails when the file differs.
    static func markdown(of table: VerbTable) -> String {
        var lines = [
            "# Commands", "",
            "Made by `linnet help --markdown` (`make docs`) from the declarations in `Sources/LinnetCommand/Verbs`; "
                + "do not edit.", "",
            "Results go to standard output, progress and messages to standard error. Flags are kebab-case; underscores "
                + "and Hugging Face's names are accepted too. `--flag=value` and `--no-flag` work everywhere, `--` ends "
                + "the flags. Exit status: 0 success, 1 failure, 2 bad usage, 130 interrupted.", "",
            "| verb | what it does |", "|---|---|",
        ]
        lines += table.verbs.map { "| [`\($0.name)`](#\($0.words.joined(separator: "-"))) | \($0.summary) |" }
        lines += table.verbs.flatMap(section)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func section(of verb: Verb) -> [String] {
        var lines = ["", "## \(verb.name)", "", "\(verb.summary.prefix(1).uppercased())\(verb.summary.dropFirst())."]
        lines += ["", "```", HelpPage.usage(of: verb), "```"]
        lines += verb.discussion.flatMap { ["", $0] }
        if let operands = verb.operands { lines += ["", "`\(operands.placeholder)`: \(operands.help)"] }
        for group in verb.groups {
            lines += ["", "| \(group.title.lowercased()) | meaning | other names |", "|---|---|---|"]
            lines += group.flags.map(row)
        }
        if !verb.rewrites.isEmpty {
            let accepted = verb.rewrites.map { "`--\($0.name)` (`--\($0.flag) \($0.valueWhenTrue)`)" }
            lines += ["", "Also accepted: \(accepted.joined(separator: ", "))."]
        }
        lines += ["", "```sh"]
        lines += verb.examples.flatMap { ["# \($0.purpose)", $0.command] }
        return lines + ["```"]
    }

    private static func row(of flag: FlagDeclaration) -> String {
        let forms = HelpPage.forms(of: flag).replacingOccurrences(of: "|", with: "\\|")
        let aliases = flag.aliases.map { "`--\($0)`" }.joined(separator: " ")
        return "| `\(forms)` | \(HelpPage.explanation(of: flag)) | \(aliases) |"
    }
}
