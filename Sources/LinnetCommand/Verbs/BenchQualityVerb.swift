import Foundation
import Linnet

/// `linnet bench quality`: what a model loses with its weights in fewer bits.
enum BenchQualityVerb {
    private static let model = Flag<String>.requiredText(
        FlagName("model", letter: "m", aliases: ["model-name-or-path"]), "NAME",
        help: "A causal language model: a directory, or the name of a model fetched with linnet pull.")
    private static let corpus = Flag<String>.requiredText("corpus", "PATH", help: "The text to predict, UTF-8.")
    private static let weights = Flag<[String]>.list(
        "weights", "A,B", allowed: WeightFormat.allCases.map(\.rawValue), shown: "bf16,q8,q4",
        help: "Formats of the weights; the others are compared with the first.")
    private static let share = Flag<Double>.number(
        "share", default: 0.1, in: 0.0001...1, help: "Share of the text, at its end, that is predicted.")
    private static let context = Flag<Int>.integer(
        "context", default: 512, in: 1...1_048_576, help: "The longest sequence, in tokens.")
    private static let limit = Flag<Int?>.optionalInteger(
        "max-tokens", in: 1...Int(Int32.max), shown: "all", help: "The most tokens to predict.")
    private static let json = Flag<Bool>.toggle("json", help: "Print one JSON object per format.")

    static let verb = Verb(
        "bench quality", summary: "measure what a causal model loses with its weights in fewer bits",
        discussion: [
            "Reads the text token by token over a cache, as generation does, and prints for each format of the weights "
                + "the mean loss, the perplexity, and how often the most probable token is that of the first format."
        ],
        groups: [
            Verb.Group(
                "Measurement",
                [
                    model.declaration, corpus.declaration, weights.declaration, share.declaration, context.declaration,
                    limit.declaration,
                ]),
            Verb.Group("Run", [json.declaration]),
        ],
        examples: [
            Verb.Example(
                "Eight and four bits beside sixteen",
                "linnet bench quality --model runs/shakespeare --corpus input.txt --weights bf16,q8,q4")
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        var quality = WeightQuality(model: given[model], corpus: given[corpus])
        if given.isGiven(weights) { quality.formats = given[weights].compactMap(WeightFormat.init(rawValue:)) }
        quality.share = given[share]
        quality.context = given[context]
        quality.tokenLimit = given[limit]
        let output = StandardOutput()
        for measurement in try quality.run() {
            try output.write(line: given[json] ? object(measurement).text() : text(measurement))
        }
        try output.flush()
        return .success
    }

    private static func object(_ measurement: WeightQuality.Measurement) -> JSON {
        [
            "weights": .string(measurement.weights.rawValue), "tokens": JSON(measurement.tokens),
            "loss": .number(measurement.loss), "perplexity": .number(measurement.perplexity),
            "agreement": .number(measurement.agreement),
        ]
    }

    private static func text(_ measurement: WeightQuality.Measurement) -> String {
        String(
            format: "%@\tloss %.4f\tperplexity %.3f\tsame first choice %.2f %%", measurement.weights.rawValue,
            measurement.loss, measurement.perplexity, 100 * measurement.agreement)
    }
}
