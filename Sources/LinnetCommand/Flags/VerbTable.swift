/// Every verb of the command, in the order of the help page; adding a verb is a file and a line here.
struct VerbTable: Sendable {
    let verbs: [Verb]

    /// What a command line asks for, before any verb has run.
    enum Request {
        case run(Verb, Arguments)
        case help(Verb)
        case overview
        case version
    }

    /// Finds the verb of a command line and checks the rest against it.
    func request(_ words: [String]) throws -> Request {
        guard let first = words.first else { throw UsageError("a verb is missing: \(names.joined(separator: ", "))") }
        if first == "--help" || first == "-h" { return .overview }
        if first == "--version" { return .version }
        let verb = try verb(leading: words)
        switch try FlagParser(verb).parse(Array(words.dropFirst(verb.words.count))) {
        case .run(let arguments): return .run(verb, arguments)
        case .help: return .help(verb)
        }
    }

    /// The verbs whose name begins with these words: all of them for none.
    func verbs(beginning words: [String]) -> [Verb] {
        verbs.filter { $0.words.starts(with: words) }
    }

    /// The verb that these words begin with; a `UsageError` names the nearest one.
    func verb(leading words: [String]) throws -> Verb {
        if let verb = verbs.first(where: { words.starts(with: $0.words) }) { return verb }
        let first = words.first ?? ""
        let family = verbs(beginning: [first])
        if !family.isEmpty {
            let rest = family.map { $0.words.dropFirst().joined(separator: " ") }
            let found = words.dropFirst().first.map { ", found '\($0)'" } ?? ""
            throw UsageError("\(first) is followed by \(rest.joined(separator: " or "))\(found)", verb: first)
        }
        let hint = Spelling.nearest(to: first, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw UsageError("there is no verb '\(first)'\(hint)")
    }

    private var names: [String] {
        var seen: [String] = []
        for verb in verbs where seen.last != verb.words.first { seen += verb.words.prefix(1) }
        return seen
    }
}
