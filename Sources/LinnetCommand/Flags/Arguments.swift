/// A checked command line: flags by declaration, and what else was typed.
struct Arguments: Sendable {
    /// The words given for each flag, by canonical name; every one has passed its flag's check.
    private(set) var words: [String: [String]] = [:]
    /// What is not a flag, in order.
    private(set) var operands: [String] = []

    /// The value of a flag: as given, or its default.
    subscript<Value>(flag: Flag<Value>) -> Value {
        flag.read(words[flag.declaration.name])
    }

    /// Whether the flag was typed, with whatever value.
    func isGiven<Value>(_ flag: Flag<Value>) -> Bool {
        words[flag.declaration.name] != nil
    }

    /// Whether a value was recorded under this canonical name.
    func isGiven(name: String) -> Bool {
        words[name] != nil
    }

    mutating func record(_ word: String, for flag: FlagDeclaration) {
        words[flag.name, default: []].append(word)
    }

    mutating func record(operand: String) {
        operands.append(operand)
    }
}
