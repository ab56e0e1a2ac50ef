/// Reads a command line against the declaration of a verb.
///
/// Accepted: `--flag value`, `--flag=value`, `-f value`, `--toggle`, `--no-toggle`, `--toggle=false`, flags and operands
/// in any order, `--` before operands that begin with a dash, `-` as an operand, underscores for hyphens in flag names,
/// and the aliases of each flag. The last value of a flag counts; lists add up. Everything else is a `UsageError`.
struct FlagParser {
    /// What a command line asks for.
    enum Request {
        case run(Arguments)
        case help
    }

    private let verb: Verb
    private let flags: [FlagDeclaration]

    init(_ verb: Verb) {
        self.verb = verb
        self.flags = verb.flags
    }

    /// Checks the words after the verb.
    func parse(_ words: [String]) throws -> Request {
        var arguments = Arguments()
        var remaining = words[...]
        while let word = remaining.popFirst() {
            if word == "--" {
                remaining.forEach { arguments.record(operand: $0) }
                break
            }
            if word == "--help" || word == "-h" { return .help }
            if word.hasPrefix("--") {
                try take(String(word.dropFirst(2)), from: &remaining, into: &arguments)
            } else if word.hasPrefix("-"), word.count > 1, Double(word) == nil {
                try takeLetter(word, from: &remaining, into: &arguments)
            } else {
                arguments.record(operand: word)
            }
        }
        try checkRequired(arguments)
        try checkOperands(arguments)
        return .run(arguments)
    }

    /// One `--name` or `--name=value`.
    private func take(_ word: String, from remaining: inout ArraySlice<String>, into arguments: inout Arguments) throws
    {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = Spelling.kebab(String(parts.first ?? ""))
        let attached = parts.count == 2 ? String(parts[1]) : nil
        if let flag = flag(named: name) {
            try take(flag, typed: "--" + name, attached: attached, from: &remaining, into: &arguments)
        } else if let rewrite = verb.rewrites.first(where: { $0.name == name }) {
            try take(rewrite, isOn: boolean(after: attached, "--" + name, from: &remaining), into: &arguments)
        } else if name.hasPrefix("no-"), let flag = flag(named: String(name.dropFirst(3))), flag.form == .toggle {
            guard attached == nil else { throw usage("--\(name) takes no value") }
            arguments.record("false", for: flag)
        } else if name.hasPrefix("no-"), let rewrite = verb.rewrites.first(where: { "no-" + $0.name == name }) {
            try take(rewrite, isOn: false, into: &arguments)
        } else {
            throw unknown("--" + name)
        }
    }

    /// One `-m`.
    private func takeLetter(
        _ word: String, from remaining: inout ArraySlice<String>, into arguments: inout Arguments
    ) throws {
        guard word.count == 2, let letter = word.last, let flag = flags.first(where: { $0.letter == letter }) else {
            throw unknown(word)
        }
        try take(flag, typed: word, attached: nil, from: &remaining, into: &arguments)
    }

    private func take(
        _ flag: FlagDeclaration, typed: String, attached: String?, from remaining: inout ArraySlice<String>,
        into arguments: inout Arguments
    ) throws {
        switch flag.form {
        case .toggle:
            let isOn = try boolean(after: attached, typed, from: &remaining)
            arguments.record(isOn ? "true" : "false", for: flag)
        case .value, .list:
            let value = try attached ?? next(typed, flag, from: &remaining)
            guard flag.accepts(value) else { throw usage("\(typed) expects \(flag.expected), found '\(value)'") }
            arguments.record(value, for: flag)
        }
    }

    private func take(_ rewrite: Verb.Rewrite, isOn: Bool, into arguments: inout Arguments) throws {
        guard let flag = flag(named: rewrite.flag) else { throw unknown("--" + rewrite.name) }
        arguments.record(isOn ? rewrite.valueWhenTrue : rewrite.valueWhenFalse, for: flag)
    }

    /// The word after a flag that needs a value.
    private func next(
        _ typed: String, _ flag: FlagDeclaration, from remaining: inout ArraySlice<String>
    ) throws -> String {
        guard let word = remaining.first, !(word.hasPrefix("--") && word.count > 2) else {
            throw usage("\(typed) needs a value: \(flag.expected)")
        }
        remaining.removeFirst()
        return word
    }

    /// Whether a toggle is on. Hugging Face's commands write `--bf16 True`: that word is taken where no operand could
    /// be meant by it.
    private func boolean(
        after attached: String?, _ typed: String, from remaining: inout ArraySlice<String>
    ) throws -> Bool {
        if let attached {
            guard let value = Spelling.boolean(attached) else {
                throw usage("\(typed) expects true or false, found '\(attached)'")
            }
            return value
        }
        if verb.operands == nil, let word = remaining.first, let value = Spelling.boolean(word) {
            remaining.removeFirst()
            return value
        }
        return true
    }

    private func flag(named name: String) -> FlagDeclaration? {
        flags.first { $0.name == name } ?? flags.first { $0.aliases.contains(name) }
    }

    private func checkRequired(_ arguments: Arguments) throws {
        let missing = flags.filter { $0.isRequired && !arguments.isGiven(name: $0.name) }.map(\.spelling)
        guard missing.isEmpty else {
            throw usage("\(verb.name) needs \(missing.joined(separator: " and "))")
        }
    }

    private func checkOperands(_ arguments: Arguments) throws {
        let count = arguments.operands.count
        guard let operands = verb.operands else {
            guard let first = arguments.operands.first else { return }
            throw usage("\(verb.name) takes only flags, found '\(first)'")
        }
        if count < operands.count.lowerBound { throw usage("\(verb.name) needs \(operands.placeholder)") }
        if count > operands.count.upperBound {
            throw usage("\(verb.name) takes one \(operands.placeholder), found also '\(arguments.operands[count - 1])'")
        }
    }

    private func unknown(_ typed: String) -> UsageError {
        let names = flags.flatMap { [$0.name] + $0.aliases } + verb.rewrites.map(\.name)
        let word = String(typed.drop { $0 == "-" })
        let hint = Spelling.nearest(to: word, among: names).map { "; did you mean --\($0)?" } ?? ""
        return usage("\(verb.name) has no flag \(typed)\(hint)")
    }

    private func usage(_ message: String) -> UsageError {
        UsageError(message, verb: verb.name)
    }
}
