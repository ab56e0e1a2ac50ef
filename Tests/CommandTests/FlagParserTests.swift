import Testing

@testable import LinnetCommand

@Suite struct FlagParserTests {
    private static let texts = Verb.Operands(placeholder: "TEXT", count: 0...9, help: "Texts.")

    @Test func defaultsHoldForFlagsThatAreLeftOut() throws {
        let arguments = try SampleVerb.parse("--model", "tiny")
        #expect(arguments[SampleVerb.epochs] == 3)
        #expect(arguments[SampleVerb.batchSize] == 16)
        #expect(arguments[SampleVerb.maxSteps] == nil)
        #expect(arguments[SampleVerb.column] == nil)
        #expect(arguments[SampleVerb.targets] == [])
        #expect(arguments[SampleVerb.colour] == .blue)
        #expect(!arguments[SampleVerb.quiet])
        #expect(arguments[SampleVerb.shuffle])
        #expect(!arguments.isGiven(SampleVerb.epochs))
    }

    @Test(arguments: [
        ["--num-train-epochs", "2.5"], ["--num_train_epochs", "2.5"], ["--num_train_epochs=2.5"], ["--epochs=2.5"],
        ["--epochs", "9", "--num-train-epochs", "2.5"],
    ])
    func everySpellingOfAFlagIsTheSameFlag(words: [String]) throws {
        guard case .run(let arguments) = try FlagParser(SampleVerb.verb()).parse(["--model=tiny"] + words) else {
            throw UsageError("no arguments")
        }
        #expect(arguments[SampleVerb.epochs] == 2.5)
        #expect(arguments.isGiven(SampleVerb.epochs))
    }

    @Test func lettersStandForTheirFlags() throws {
        #expect(try SampleVerb.parse("-m", "tiny")[SampleVerb.model] == "tiny")
    }

    @Test func aValueMayHoldAnEqualsSignOrBeNegative() throws {
        let arguments = try SampleVerb.parse("--model=a=b", "--max-steps", "-1")
        #expect(arguments[SampleVerb.model] == "a=b")
        #expect(arguments[SampleVerb.maxSteps] == -1)
    }

    @Test(arguments: [
        (["--quiet"], true), (["--quiet=true"], true), (["--quiet", "True"], true), (["--quiet=off"], false),
        (["--quiet", "--no-quiet"], false), (["--no_quiet"], false),
    ])
    func togglesAreSwitchedInEveryWay(words: [String], expected: Bool) throws {
        guard case .run(let arguments) = try FlagParser(SampleVerb.verb()).parse(["--model=tiny"] + words) else {
            throw UsageError("no arguments")
        }
        #expect(arguments[SampleVerb.quiet] == expected)
    }

    @Test func aToggleThatIsOnCanBeSwitchedOff() throws {
        #expect(try SampleVerb.parse("--model=tiny", "--no-shuffle")[SampleVerb.shuffle] == false)
    }

    @Test func aToggleTakesNoWordWhereTextsMayFollow() throws {
        let arguments = try SampleVerb.parse("--model=tiny", "--quiet", "true", operands: Self.texts)
        #expect(arguments[SampleVerb.quiet])
        #expect(arguments.operands == ["true"])
    }

    @Test func listsAddUpOverCommasAndRepetition() throws {
        let arguments = try SampleVerb.parse("--model=tiny", "--lora-targets", "query, value", "--lora_targets=key")
        #expect(arguments[SampleVerb.targets] == ["query", "value", "key"])
    }

    @Test(arguments: ["deep-red", "deep_red"])
    func choicesIgnoreTheKindOfHyphen(word: String) throws {
        #expect(try SampleVerb.parse("--model=tiny", "--colour", word)[SampleVerb.colour] == .deepRed)
    }

    @Test func aRewriteSetsAnotherFlag() throws {
        #expect(try SampleVerb.parse("--model=tiny", "--red")[SampleVerb.colour] == .deepRed)
        #expect(try SampleVerb.parse("--model=tiny", "--red", "--no-red")[SampleVerb.colour] == .blue)
        #expect(try SampleVerb.parse("--model=tiny", "--red=False")[SampleVerb.colour] == .blue)
    }

    @Test func operandsMayMixWithFlagsAndFollowADoubleDash() throws {
        let arguments = try SampleVerb.parse("one", "--model=tiny", "-", "--", "--quiet", operands: Self.texts)
        #expect(arguments.operands == ["one", "-", "--quiet"])
        #expect(!arguments[SampleVerb.quiet])
    }

    @Test(arguments: [["--help"], ["-h"], ["--epochs", "2", "--help"]])
    func helpWinsOverMissingFlags(words: [String]) throws {
        guard case .help = try FlagParser(SampleVerb.verb()).parse(words) else {
            Issue.record("help was not recognised")
            return
        }
    }

    @Test(arguments: [
        ([], "sample run needs --model"),
        (["--model"], "--model needs a value: a value that is not empty"),
        (["--model", "--quiet"], "--model needs a value: a value that is not empty"),
        (["--model="], "--model expects a value that is not empty, found ''"),
        (["--model=tiny", "--epoch", "2"], "sample run has no flag --epoch; did you mean --epochs?"),
        (["--model=tiny", "--batchsize=2"], "sample run has no flag --batchsize; did you mean --batch-size?"),
        (["--model=tiny", "--zzzzzzzz"], "sample run has no flag --zzzzzzzz"),
        (["--model=tiny", "-z"], "sample run has no flag -z"),
        (["--model=tiny", "--epochs=many"], "--epochs expects a number from 0 to 1000, found 'many'"),
        (["--model=tiny", "--epochs=nan"], "--epochs expects a number from 0 to 1000, found 'nan'"),
        (["--model=tiny", "--batch-size", "0"], "--batch-size expects a whole number from 1 to 4096, found '0'"),
        (["--model=tiny", "--batch-size=1e3"], "--batch-size expects a whole number from 1 to 4096, found '1e3'"),
        (
            ["--model=tiny", "--batch-size=99999999999999999999"],
            "--batch-size expects a whole number from 1 to 4096, found '99999999999999999999'"
        ),
        (["--model=tiny", "--colour=green"], "--colour expects one of deep-red, blue, found 'green'"),
        (["--model=tiny", "--parts=pdf"], "--parts expects any of html, jsonl, separated by commas, found 'pdf'"),
        (["--model=tiny", "--lora-targets=,"], "--lora-targets expects values separated by commas, found ','"),
        (["--model=tiny", "--quiet=maybe"], "--quiet expects true or false, found 'maybe'"),
        (["--model=tiny", "--no-quiet=true"], "--no-quiet takes no value"),
        (["--model=tiny", "--no-epochs"], "sample run has no flag --no-epochs; did you mean --epochs?"),
        (["--model=tiny", "stray"], "sample run takes only flags, found 'stray'"),
    ])
    func aWrongWordIsNamed(words: [String], message: String) {
        #expect(throws: UsageError(message, verb: "sample run")) { try FlagParser(SampleVerb.verb()).parse(words) }
    }

    @Test func tooFewAndTooManyOperandsAreUsageErrors() {
        let one = Verb.Operands(placeholder: "DIRECTORY", count: 1...1, help: "Where.")
        #expect(throws: UsageError("sample run needs DIRECTORY", verb: "sample run")) {
            try SampleVerb.parse("--model=tiny", operands: one)
        }
        #expect(throws: UsageError("sample run takes one DIRECTORY, found also 'b'", verb: "sample run")) {
            try SampleVerb.parse("--model=tiny", "a", "b", operands: one)
        }
    }
}
