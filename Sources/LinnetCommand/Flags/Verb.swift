/// One thing the command can do, declared as data: the parser, the help page and the reference read it.
struct Verb: Sendable {
    /// Flags shown together under a heading.
    struct Group: Sendable {
        let title: String
        let flags: [FlagDeclaration]

        init(_ title: String, _ flags: [FlagDeclaration]) {
            self.title = title
            self.flags = flags
        }
    }

    /// What may stand on the command line besides flags.
    struct Operands: Sendable {
        let placeholder: String
        let count: ClosedRange<Int>
        let help: String
    }

    /// A name of Hugging Face's that stands for another flag with a fixed value, as `--bf16` for `--precision bf16`.
    struct Rewrite: Sendable {
        let name: String
        let flag: String
        let valueWhenTrue: String
        let valueWhenFalse: String
    }

    /// A command line that works, and why one would type it.
    struct Example: Sendable {
        let purpose: String
        let command: String

        init(_ purpose: String, _ command: String) {
            self.purpose = purpose
            self.command = command
        }
    }

    /// The words that select the verb: `["finetune", "classify"]`.
    let words: [String]
    let summary: String
    /// Paragraphs that say what a reader of the help page has to know.
    let discussion: [String]
    let operands: Operands?
    let groups: [Group]
    let rewrites: [Rewrite]
    let examples: [Example]
    /// Does the work; throwing means exit status 1 (2 for a `UsageError`).
    let run: @Sendable (Arguments) throws -> ExitStatus

    init(
        _ name: String, summary: String, discussion: [String] = [], operands: Operands? = nil, groups: [Group] = [],
        rewrites: [Rewrite] = [], examples: [Example],
        run: @escaping @Sendable (Arguments) throws -> ExitStatus
    ) {
        self.words = name.split(separator: " ").map(String.init)
        self.summary = summary
        self.discussion = discussion
        self.operands = operands
        self.groups = groups
        self.rewrites = rewrites
        self.examples = examples
        self.run = run
    }

    /// The verb as typed: `finetune classify`.
    var name: String { words.joined(separator: " ") }

    /// Every flag of the verb, in the order of the help page.
    var flags: [FlagDeclaration] { groups.flatMap(\.flags) }
}

/// How the process ends.
enum ExitStatus: Int32, Sendable {
    case success = 0
    case failure = 1
    case usage = 2
    /// Stopped by Ctrl-C or a termination request, with the work so far kept.
    case interrupted = 130
}
