@testable import LinnetCommand

/// A verb with a flag of every kind, for the tests of parser and help page.
enum SampleVerb {
    enum Colour: String, CaseIterable, Sendable {
        case deepRed = "deep_red"
        case blue
    }

    static let model = Flag<String>.requiredText(
        FlagName("model", letter: "m", aliases: ["model-name-or-path"]), "NAME", help: "The model.")
    static let epochs = Flag<Double>.number(
        FlagName("epochs", aliases: ["num-train-epochs"]), default: 3, in: 0...1000, help: "How often.")
    static let batchSize = Flag<Int>.integer(
        FlagName("batch-size", aliases: ["per-device-train-batch-size"]), default: 16, in: 1...4096, help: "How many.")
    static let maxSteps = Flag<Int?>.optionalInteger("max-steps", in: -1...1_000_000, help: "When to stop.")
    static let column = Flag<String?>.text("text-column", "NAME", help: "Where.")
    static let targets = Flag<[String]>.list("lora-targets", "A,B", help: "Which.")
    static let parts = Flag<[String]>.list("parts", "A,B", allowed: ["html", "jsonl"], help: "Which parts.")
    static let colour = Flag<Colour>.choice("colour", default: .blue, help: "What colour.")
    static let quiet = Flag<Bool>.toggle("quiet", help: "Say less.")
    static let shuffle = Flag<Bool>.toggle("shuffle", default: true, help: "Keep the order.")

    static func verb(operands: Verb.Operands? = nil) -> Verb {
        Verb(
            "sample run", summary: "try everything", discussion: ["A paragraph."], operands: operands,
            groups: [
                Verb.Group("Model", [model.declaration, epochs.declaration, batchSize.declaration]),
                Verb.Group(
                    "Rest",
                    [
                        maxSteps.declaration, column.declaration, targets.declaration, parts.declaration,
                        colour.declaration, quiet.declaration, shuffle.declaration,
                    ]),
            ],
            rewrites: [Verb.Rewrite(name: "red", flag: "colour", valueWhenTrue: "deep-red", valueWhenFalse: "blue")],
            examples: [Verb.Example("Try", "linnet sample run --model tiny")],
            run: { _ in .success })
    }

    /// Parses words against the verb; a request for help is a failure here.
    static func parse(_ words: String..., operands: Verb.Operands? = nil) throws -> Arguments {
        switch try FlagParser(verb(operands: operands)).parse(words) {
        case .run(let arguments): return arguments
        case .help: throw UsageError("help was asked for")
        }
    }
}
