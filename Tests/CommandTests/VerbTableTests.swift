import Testing

@testable import LinnetCommand

/// What has to hold for every verb of the command.
@Suite struct VerbTableTests {
    @Test(arguments: VerbTable.linnet.verbs.map(\.name))
    func everyNameOfAVerbMeansOneFlag(name: String) throws {
        let verb = try verb(name)
        var names = verb.flags.flatMap { [$0.name] + $0.aliases } + verb.rewrites.map(\.name)
        #expect(names.allSatisfy { $0 == Spelling.kebab($0) }, "names are declared in kebab-case")
        #expect(!names.contains("help"), "--help is taken")
        names.sort()
        let repeated = zip(names, names.dropFirst()).filter { $0 == $1 }.map(\.0)
        #expect(repeated == [], "a name stands for two flags")
        let letters = verb.flags.compactMap(\.letter)
        #expect(Set(letters).count == letters.count)
        #expect(verb.rewrites.allSatisfy { rewrite in verb.flags.contains { $0.name == rewrite.flag } })
    }

    @Test(arguments: VerbTable.linnet.verbs.map(\.name))
    func rewritesSetValuesTheirFlagAccepts(name: String) throws {
        let verb = try verb(name)
        for rewrite in verb.rewrites {
            let flag = try #require(verb.flags.first { $0.name == rewrite.flag })
            #expect(flag.accepts(rewrite.valueWhenTrue) && flag.accepts(rewrite.valueWhenFalse))
        }
    }

    @Test(arguments: VerbTable.linnet.verbs.map(\.name))
    func theExamplesOfEveryVerbParse(name: String) throws {
        let verb = try verb(name)
        #expect(!verb.examples.isEmpty)
        for example in verb.examples {
            let words = Self.words(of: example.command, leading: verb)
            #expect(words != nil, "\(example.command) does not run linnet \(name)")
            _ = try FlagParser(verb).parse(words ?? [])
        }
    }

    @Test func anUnknownVerbIsAnsweredWithTheNearest() {
        #expect(throws: UsageError("there is no verb 'verzion'; did you mean 'version'?")) {
            try VerbTable.linnet.request(["verzion"])
        }
        #expect(throws: UsageError("there is no verb 'xyzzy'")) { try VerbTable.linnet.request(["xyzzy"]) }
    }

    @Test func theFirstHalfOfAVerbNamesTheSecond() {
        #expect(throws: UsageError("finetune is followed by classify or embed, found 'clasify'", verb: "finetune")) {
            try VerbTable.linnet.request(["finetune", "clasify"])
        }
        #expect(throws: UsageError("finetune is followed by classify or embed", verb: "finetune")) {
            try VerbTable.linnet.request(["finetune"])
        }
    }

    private func verb(_ name: String) throws -> Verb {
        try VerbTable.linnet.verb(leading: name.split(separator: " ").map(String.init))
    }

    /// The words after the verb in the part of a shell line that runs it, or nil; double quotes hold a word together.
    private static func words(of command: String, leading verb: Verb) -> [String]? {
        for part in command.split(whereSeparator: { "|<>".contains($0) }) {
            let pieces = part.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            let words = pieces.flatMap { index, piece in
                index.isMultiple(of: 2) ? piece.split(separator: " ").map(String.init) : [String(piece)]
            }
            if words.starts(with: ["linnet"] + verb.words) { return Array(words.dropFirst(1 + verb.words.count)) }
        }
        return nil
    }
}
