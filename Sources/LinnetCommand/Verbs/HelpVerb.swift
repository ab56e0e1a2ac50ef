/// `linnet help`: the overview, a verb's page, or the whole reference in Markdown.
enum HelpVerb {
    private static let markdown = Flag.toggle(
        "markdown", help: "Print the reference page of every verb (Documentation/Commands.md is made with this).")

    static let verb = Verb(
        "help", summary: "explain the command or one verb",
        operands: Verb.Operands(
            placeholder: "VERB", count: 0...2, help: "The verb to explain; all of them if left out."),
        groups: [Verb.Group("Output", [markdown.declaration])],
        examples: [
            Verb.Example("Everything about fine-tuning a classifier", "linnet help finetune classify"),
            Verb.Example("The reference page", "linnet help --markdown > Documentation/Commands.md"),
        ],
        run: run)

    private static func run(_ arguments: Arguments) throws -> ExitStatus {
        let output = StandardOutput()
        if arguments[markdown] {
            try output.write(text: ReferencePage.markdown(of: .linnet))
        } else if arguments.operands.isEmpty {
            try output.write(text: HelpPage.overview(of: .linnet))
        } else {
            let family = VerbTable.linnet.verbs(beginning: arguments.operands)
            let pages = try family.isEmpty ? [VerbTable.linnet.verb(leading: arguments.operands)] : family
            try output.write(text: pages.map(HelpPage.page).joined(separator: "\n"))
        }
        return .success
    }
}
