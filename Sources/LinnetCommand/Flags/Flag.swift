/// A flag of a verb, typed by what it yields: `arguments[Self.epochs]` is a `Double` because `epochs` is a `Flag<Double>`.
///
/// A flag is a value: the parser, the help page and the generated reference all read the same declaration.
struct Flag<Value: Sendable>: Sendable {
    /// What the parser and the help page need to know of the flag.
    let declaration: FlagDeclaration

    /// Turns the checked words given for the flag (nil when it was not given) into its value.
    let read: @Sendable ([String]?) -> Value
}

/// The part of a flag that does not depend on the type it yields.
struct FlagDeclaration: Sendable {
    /// Whether a flag stands alone or is followed by a value.
    enum Form: Sendable, Equatable {
        /// `--name` and `--no-name`.
        case toggle
        /// `--name VALUE`; the text is the placeholder in the help page. The last one given counts.
        case value(placeholder: String)
        /// `--name A,B` or `--name A --name B`; values add up.
        case list(placeholder: String)
    }

    /// The kebab-case name without its dashes.
    let name: String
    /// The single-letter form, as `m` for `-m`.
    let letter: Character?
    /// Other accepted names (Hugging Face's, mostly), kebab-case; underscores are accepted for hyphens in every name.
    let aliases: [String]
    let form: Form
    /// What a value must be, as it stands in an error: "a whole number from 1 to 64".
    let expected: String
    /// The default as the help page shows it, or nil when there is none.
    let defaultText: String?
    let isRequired: Bool
    let help: String
    /// Whether a value is acceptable.
    let accepts: @Sendable (String) -> Bool

    /// The name with its dashes, as a user types it.
    var spelling: String { "--" + name }
}

/// The names a flag goes by.
struct FlagName: Sendable, ExpressibleByStringLiteral {
    let name: String
    let letter: Character?
    let aliases: [String]

    init(_ name: String, letter: Character? = nil, aliases: [String] = []) {
        self.name = name
        self.letter = letter
        self.aliases = aliases
    }

    init(stringLiteral name: String) { self.init(name) }
}

extension FlagDeclaration {
    fileprivate init(
        _ name: FlagName, form: Form, expected: String, defaultText: String?, isRequired: Bool = false, help: String,
        accepts: @escaping @Sendable (String) -> Bool
    ) {
        self.init(
            name: name.name, letter: name.letter, aliases: name.aliases, form: form, expected: expected,
            defaultText: defaultText, isRequired: isRequired, help: help, accepts: accepts)
    }
}

extension Flag where Value == Bool {
    /// A flag that is on or off.
    static func toggle(_ name: FlagName, default fallback: Bool = false, help: String) -> Flag {
        Flag(
            declaration: FlagDeclaration(
                name, form: .toggle, expected: "true or false", defaultText: fallback ? "on" : nil, help: help,
                accepts: { Spelling.boolean($0) != nil }),
            read: { words in words?.last.flatMap(Spelling.boolean) ?? fallback })
    }
}

extension Flag where Value == String {
    /// A text that has to be given.
    static func requiredText(_ name: FlagName, _ placeholder: String, help: String) -> Flag {
        Flag(
            declaration: FlagDeclaration(
                name, form: .value(placeholder: placeholder), expected: "a value that is not empty", defaultText: nil,
                isRequired: true, help: help, accepts: { !$0.isEmpty }),
            read: { words in words?.last ?? "" })
    }
}

extension Flag where Value == String? {
    /// A text that may be left out.
    static func text(_ name: FlagName, _ placeholder: String, shown: String? = nil, help: String) -> Flag {
        Flag(
            declaration: FlagDeclaration(
                name, form: .value(placeholder: placeholder), expected: "a value that is not empty",
                defaultText: shown, help: help, accepts: { !$0.isEmpty }),
            read: { words in words?.last })
    }
}

extension Flag where Value == [String] {
    /// Texts separated by commas, or given one by one; empty when the flag is left out.
    ///
    /// - Parameter split: What makes texts of a word.
    static func list(
        _ name: FlagName, _ placeholder: String, allowed: [String]? = nil, shown: String? = nil, help: String,
        split: @escaping @Sendable (String) -> [String] = Spelling.list
    ) -> Flag {
        let expected =
            allowed.map { "any of \($0.joined(separator: ", ")), separated by commas" }
            ?? "values separated by commas"
        return Flag(
            declaration: FlagDeclaration(
                name, form: .list(placeholder: placeholder), expected: expected, defaultText: shown, help: help,
                accepts: { word in
                    let parts = split(word)
                    guard !parts.isEmpty else { return false }
                    guard let allowed else { return true }
                    return parts.allSatisfy(allowed.contains)
                }),
            read: { words in (words ?? []).flatMap(split) })
    }
}

extension Flag where Value == Int {
    /// A whole number with a default.
    static func integer(
        _ name: FlagName, default fallback: Int, in range: ClosedRange<Int> = 0...Int(Int32.max), help: String
    ) -> Flag {
        Flag(
            declaration: FlagDeclaration(
                name, form: .value(placeholder: "N"), expected: Spelling.expectation(range),
                defaultText: String(fallback), help: help, accepts: { Spelling.integer($0, in: range) != nil }),
            read: { words in words?.last.flatMap { Spelling.integer($0, in: range) } ?? fallback })
    }
}

extension Flag where Value == Int? {
    /// A whole number that may be left out.
    static func optionalInteger(
        _ name: FlagName, in range: ClosedRange<Int> = 0...Int(Int32.max), shown: String? = nil, help: String
    ) -> Flag {
        Flag(
            declaration: FlagDeclaration(
                name, form: .value(placeholder: "N"), expected: Spelling.expectation(range), defaultText: shown,
                help: help, accepts: { Spelling.integer($0, in: range) != nil }),
            read: { words in words?.last.flatMap { Spelling.integer($0, in: range) } })
    }
}

extension Flag where Value == Double {
    /// A number with a default.
    static func number(
        _ name: FlagName, default fallback: Double, in range: ClosedRange<Double>, shown: String? = nil, help: String
    ) -> Flag {
        Flag(
            declaration: FlagDeclaration(
                name, form: .value(placeholder: "X"), expected: Spelling.expectation(range),
                defaultText: shown ?? Spelling.number(fallback), help: help,
                accepts: { Spelling.number($0, in: range) != nil }),
            read: { words in words?.last.flatMap { Spelling.number($0, in: range) } ?? fallback })
    }
}

extension Flag where Value == Double? {
    /// A number that may be left out.
    static func optionalNumber(
        _ name: FlagName, in range: ClosedRange<Double>, shown: String? = nil, help: String
    ) -> Flag {
        Flag(
            declaration: FlagDeclaration(
                name, form: .value(placeholder: "X"), expected: Spelling.expectation(range), defaultText: shown,
                help: help, accepts: { Spelling.number($0, in: range) != nil }),
            read: { words in words?.last.flatMap { Spelling.number($0, in: range) } })
    }
}

extension Flag where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases of an enumeration, by raw value; hyphens and underscores are the same.
    static func choice(_ name: FlagName, default fallback: Value, help: String) -> Flag {
        let names = Value.allCases.map { Spelling.kebab($0.rawValue) }
        let read: @Sendable (String) -> Value? = { word in
            Value.allCases.first { Spelling.kebab($0.rawValue) == Spelling.kebab(word) }
        }
        return Flag(
            declaration: FlagDeclaration(
                name, form: .value(placeholder: names.joined(separator: "|")),
                expected: "one of \(names.joined(separator: ", "))",
                defaultText: Spelling.kebab(fallback.rawValue), help: help, accepts: { read($0) != nil }),
            read: { words in words?.last.flatMap(read) ?? fallback })
    }
}
