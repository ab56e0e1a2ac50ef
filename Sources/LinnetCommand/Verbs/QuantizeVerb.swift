import Foundation
import Linnet

/// `linnet quantize`: a model directory with its weights in fewer bits.
enum QuantizeVerb {
    private static let format = Flag<WeightFormat>.choice(
        "to", default: .q8, help: "How matrices are stored: 32, 16, about 8.5 or about 4.5 bits a weight.")
    private static let output = Flag<String>.requiredText(
        FlagName("output", letter: "o", aliases: ["output-dir"]), "DIR", help: "Where the new model goes.")
    private static let quiet = Flag<Bool>.toggle(FlagName("quiet", letter: "q"), help: "No progress.")
    private static let json = Flag<Bool>.toggle("json", help: "Print one JSON object.")

    static let verb = Verb(
        "quantize", summary: "write a causal model with its weights in 8 or 4 bits",
        discussion: [
            "Writes a model directory, whole or not at all: the weights as model.gguf, which llama.cpp opens too, beside "
                + "configuration and tokenizer. The numbers are those of llama.cpp's Q8_0 and Q4_0.",
            "A directory that holds anything else is not written over. Norms and biases stay in 32 bits. With q4 the word "
                + "embedding and the head are stored as q8. A matrix whose width is no multiple of 32 is stored as bf16.",
        ],
        operands: Verb.Operands(
            placeholder: "DIR", count: 1...1, help: "A causal model's directory, or a pulled model's name."),
        groups: [
            Verb.Group("Output", [format.declaration, output.declaration]),
            Verb.Group("Run", [quiet.declaration, json.declaration]),
        ],
        examples: [
            Verb.Example("Half the bytes of bf16", "linnet quantize models/smol --to q8 --output models/smol-q8"),
            Verb.Example("For llama.cpp, unrounded", "linnet quantize models/smol --to bf16 --output models/smol-gguf"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let source = given.operands.first ?? ""
        let quantization = Quantization(source: source, output: given[output], format: given[format])
        var shown = 0
        let isTerminal = isatty(STDERR_FILENO) == 1
        let summary = try quantization.run { done, total in
            let percent = total > 0 ? 100 * done / total : 100
            guard !given[quiet], percent / (isTerminal ? 1 : 25) > shown else { return }
            shown = percent / (isTerminal ? 1 : 25)
            let line = "quantizing \(source): \(percent) %"
            StandardOutput.message((isTerminal ? "\r" : "") + line, terminator: isTerminal && percent < 100 ? "" : "\n")
        }
        if !summary.holdsTokenizer {
            StandardOutput.message(
                "\(summary.output): llama.cpp cannot use this model's tokenizer; there it takes token ids only")
        }
        try StandardOutput().write(text: given[json] ? object(summary).text() + "\n" : text(summary))
        return .success
    }

    private static func text(_ summary: Quantization.Summary) -> String {
        let before = String(format: "%.1f", Double(summary.bytesBefore) / 1e6)
        let after = String(format: "%.1f", Double(summary.bytesAfter) / 1e6)
        return "\(summary.output): \(before) MB in \(after) MB (\(summary.format.rawValue), "
            + "\(summary.quantizedCount) of \(summary.tensorCount) tensors in blocks)\n"
    }

    private static func object(_ summary: Quantization.Summary) -> JSON {
        .object([
            "output": .string(summary.output), "format": .string(summary.format.rawValue),
            "bytes_before": JSON(summary.bytesBefore), "bytes_after": JSON(summary.bytesAfter),
            "tensors": JSON(summary.tensorCount), "quantized_tensors": JSON(summary.quantizedCount),
            "tokenizer": .bool(summary.holdsTokenizer),
        ])
    }
}
