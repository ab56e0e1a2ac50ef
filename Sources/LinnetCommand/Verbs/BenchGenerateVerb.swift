import Foundation
import Linnet

/// `linnet bench generate`: how fast a model reads a prompt and writes an answer on this machine.
enum BenchGenerateVerb {
    private static let name = "bench generate"

    private static let weights = Flag<[String]>.list(
        "weights", "A,B", allowed: WeightFormat.allCases.map(\.rawValue), shown: "bf16",
        help: "Formats of the weights in memory, measured one after another in a process each.")
    private static let promptTokens = Flag<Int>.integer(
        "prompt-tokens", default: 512, in: 1...(1 << 20), help: "Tokens of the prompt.")
    private static let newTokens = Flag<Int>.integer(
        "new-tokens", default: 128, in: 1...(1 << 20), help: "Tokens generated.")
    private static let repetitions = Flag<Int>.integer(
        FlagName("repetitions", letter: "r"), default: 3, in: 1...1000,
        help: "How often each rate is measured, after one round to warm up; the median is printed.")
    private static let readBandwidth = Flag<Bool>.toggle(
        "read-bandwidth",
        help: "Also read 1 GiB of memory after every 16 tokens, which counts in the peak, and print how fast; decoding "
            + "is bound by it.")
    private static let json = Flag<Bool>.toggle("json", help: "Print an object per format.")

    static let verb = Verb(
        name, summary: "measure prompt and token rates of a language model",
        discussion: [
            "Tokens are random and greedily chosen. Prefill is the prompt in one pass; decode starts from an empty context, "
                + "as llama-bench measures it, and decode after prompt behind the prompt. Load to first token is the time "
                + "until a token after a prompt of 8 is chosen."
        ],
        groups: [
            Verb.Group("Model", [GenerationFlags.model.declaration, weights.declaration]),
            Verb.Group(
                "Run",
                [
                    promptTokens.declaration, newTokens.declaration, repetitions.declaration,
                    readBandwidth.declaration, json.declaration,
                ]),
        ],
        examples: [
            Verb.Example(
                "Three formats side by side",
                "linnet bench generate --model HuggingFaceTB/SmolLM2-135M --prompt-tokens 512 --new-tokens 128 "
                    + "--weights bf16,q8,q4 --json")
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let formats = given.isGiven(weights) ? given[weights].compactMap(WeightFormat.init) : [.bf16]
        guard let format = formats.first, formats.count == 1 else { return try runEach(formats, given) }
        var measurement = GenerationMeasurement(model: given[GenerationFlags.model], weights: format)
        measurement.promptTokens = given[promptTokens]
        measurement.newTokens = given[newTokens]
        measurement.repetitions = given[repetitions]
        measurement.readsMemory = given[readBandwidth]
        let result = try measurement.run()
        try StandardOutput().write(text: (given[json] ? result.text() : text(result)) + "\n")
        return .success
    }

    /// A process per format, so that each has its own peak of memory.
    private static func runEach(_ formats: [WeightFormat], _ given: Arguments) throws -> ExitStatus {
        guard let program = Bundle.main.executablePath else {
            throw CommandError("\(name): the program's own file was not found; measure one format at a time")
        }
        for format in formats {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments =
                [
                    "bench", "generate", "--model", given[GenerationFlags.model], "--weights", format.rawValue,
                    "--prompt-tokens", "\(given[promptTokens])", "--new-tokens", "\(given[newTokens])",
                    "--repetitions", "\(given[repetitions])",
                ] + (given[readBandwidth] ? ["--read-bandwidth"] : []) + (given[json] ? ["--json"] : [])
            try process.run()
            process.waitUntilExit()
            guard process.terminationReason == .exit, process.terminationStatus == 0 else { return .failure }
        }
        return .success
    }

    private static func text(_ result: JSON) -> String {
        func number(_ key: String) -> Double { result[key]?.doubleValue ?? 0 }
        let reading = result["read_gigabytes_per_second"]?.doubleValue
        return String(
            format:
                "%@\tprefill %.0f tokens/s\tdecode %.1f tokens/s (%.1f after the prompt)\tload %.2f s, first token %.2f s"
                + "\t%.0f MiB",
            result["weights"]?.stringValue ?? "", number("prefill_tokens_per_second"),
            number("decode_tokens_per_second"), number("decode_after_prompt_tokens_per_second"), number("load_seconds"),
            number("load_to_first_token_seconds"), number("peak_memory_mib"))
            + (reading.map { String(format: "\tmemory read at %.1f GB/s", $0) } ?? "")
    }
}
