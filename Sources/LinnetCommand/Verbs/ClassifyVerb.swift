import Foundation
import Linnet

/// `linnet classify`: a label and its probability for every line of text.
enum ClassifyVerb {
    private static let name = "classify"

    private static let model = Flag<String>.requiredText(
        FlagName("model", letter: "m", aliases: ["model-name-or-path"]), "DIR",
        help: "A fine-tuned classifier: a directory of Linnet, transformers or PEFT, or a pulled model's name.")
    private static let pairs = Flag<Bool>.toggle("pairs", help: "A line holds two texts, separated by a tab.")
    private static let precision = Flag<Precision>.choice(
        "precision", default: .bfloat16, help: "Numbers of activations and products.")
    private static let json = Flag<Bool>.toggle(
        "json", help: "Print per text an object with label, score and the probability of every label in scores.")

    static let verb = Verb(
        name, summary: "give every line of text a label and its probability",
        discussion: [
            "Prints a line per text, in order and as soon as it is known: label, a tab, the probability. Works in a "
                + "pipe with bounded memory."
        ],
        operands: TextInput.operands,
        groups: [
            Verb.Group("Model and input", [model.declaration, TextInput.flag.declaration, pairs.declaration]),
            Verb.Group("Run", [precision.declaration, json.declaration]),
        ],
        rewrites: [Verb.Rewrite(name: "bf16", flag: "precision", valueWhenTrue: "bf16", valueWhenFalse: "fp32")],
        examples: [
            Verb.Example("Lines of a file, as JSON", "linnet classify --model runs/sst2 --input new.txt --json"),
            Verb.Example("In a pipe", "cut -f 3 reviews.tsv | linnet classify --model runs/sst2"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let classifier = try TextClassifier(directory: given[model], precision: given[precision])
        let output = StandardOutput()
        var lineNumber = 0
        try TextInput.forEachBatch(of: given, verb: name) { lines in
            let (texts, seconds) = given[pairs] ? try split(lines, after: lineNumber) : (lines, nil)
            for classification in classifier.classify(texts, pairs: seconds) {
                try output.write(line: given[json] ? object(classification).text() : text(classification))
            }
            try output.flush()
            lineNumber += lines.count
        }
        return .success
    }

    private static func object(_ classification: Classification) -> JSON {
        let scores = classification.scores.map { ($0.label, JSON.number($0.probability)) }
        return .object([
            "label": .string(classification.label), "score": .number(classification.score),
            "scores": .object(JSONObject(scores)),
        ])
    }

    private static func text(_ classification: Classification) -> String {
        "\(classification.label)\t\(String(format: "%.4f", classification.score))"
    }

    /// Both sides of the tab in every line.
    private static func split(_ lines: [String], after lineNumber: Int) throws -> ([String], [String]?) {
        let sides = lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        for (index, parts) in sides.enumerated() where parts.count != 2 {
            throw CommandError(
                "input line \(lineNumber + index + 1): expected two texts separated by one tab, found \(parts.count - 1) tabs"
            )
        }
        return (sides.map { $0[0] }, sides.map { $0[1] })
    }
}
