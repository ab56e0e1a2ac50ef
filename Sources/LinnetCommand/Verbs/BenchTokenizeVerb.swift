import Foundation
import Linnet

/// `linnet bench tokenize`: how fast a tokenizer is on this machine.
enum BenchTokenizeVerb {
    private static let model = Flag<String>.requiredText(
        FlagName("model", letter: "m", aliases: ["model-name-or-path"]), "NAME",
        help: "A directory with a tokenizer, or a pulled model's name.")
    private static let input = Flag<String>.requiredText(
        FlagName("input", letter: "i"), "FILE", help: "The text, in UTF-8; encoded as one text.")
    private static let json = Flag<Bool>.toggle("json", help: "Print one JSON object.")

    static let verb = Verb(
        "bench tokenize", summary: "measure how fast a tokenizer turns text into ids",
        discussion: [
            "One thread, one pass, from text in memory to ids in memory. The digest is the SHA-256 of the ids as 32-bit "
                + "little-endian numbers, so that another tokenizer's ids can be compared."
        ],
        groups: [
            Verb.Group("Model and data", [model.declaration, input.declaration]),
            Verb.Group("Output", [json.declaration]),
        ],
        examples: [
            Verb.Example(
                "Ids of a corpus", "linnet bench tokenize --model openai-community/gpt2 --input corpus.txt --json")
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let result = try TokenizerMeasurement(model: given[model], file: given[input])
        try StandardOutput().write(text: (given[json] ? object(result).text() : text(result)) + "\n")
        return .success
    }

    private static func text(_ result: TokenizerMeasurement) -> String {
        let rate = String(format: "%.1f", result.mebibytesPerSecond)
        let seconds = String(format: "%.3f", result.seconds)
        return "\(rate) MiB/s: \(result.byteCount) bytes, \(result.tokenCount) tokens, \(seconds) s"
    }

    private static func object(_ result: TokenizerMeasurement) -> JSON {
        .object([
            "bytes": .integer(Int64(result.byteCount)), "seconds": .number(result.seconds),
            "mib_per_second": .number(result.mebibytesPerSecond), "tokens": .integer(Int64(result.tokenCount)),
            "digest": .string(result.digest),
        ])
    }
}
