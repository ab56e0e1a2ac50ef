import Foundation
import Linnet

/// The flags that become `GenerationOptions`, under Hugging Face's names, and those that choose the model.
enum GenerationFlags {
    static let model = Flag<String>.requiredText(
        FlagName("model", letter: "m", aliases: ["model-name-or-path"]), "NAME",
        help: "A causal language model: a directory, or the name of a model fetched with linnet pull.")
    static let weights = Flag<WeightChoice>.choice(
        "weights", default: .automatic,
        help: "How the weights are kept in memory: fewer bits make every token faster and a little less exact; auto is "
            + "what a quantised model holds, else bf16.")

    static let maxNewTokens = Flag<Int?>.optionalInteger(
        FlagName("max-new-tokens", letter: "n", aliases: ["max-tokens"]), in: 1...(1 << 24),
        shown: "the model's, or 256",
        help: "The most tokens of an answer.")
    static let minNewTokens = Flag<Int?>.optionalInteger(
        "min-new-tokens", shown: "0", help: "No end of the answer before so many tokens.")
    static let doSample = Flag<Bool>.toggle(
        "do-sample", help: "Draw tokens at random; --temperature, --top-k, --top-p and --min-p ask for it, too.")
    static let temperature = Flag<Double?>.optionalNumber(
        FlagName("temperature", aliases: ["temp"]), in: 0...1000, shown: "the model's, or 1",
        help: "What scores are divided by before drawing; 0 takes the most probable token.")
    static let topK = Flag<Int?>.optionalInteger(
        "top-k", shown: "the model's, or 50", help: "Draw among so many of the most probable tokens; 0 means all.")
    static let topP = Flag<Double?>.optionalNumber(
        "top-p", in: 0...1, shown: "the model's, or 1",
        help: "Draw among the most probable tokens that together have this probability.")
    static let minP = Flag<Double?>.optionalNumber(
        "min-p", in: 0...1, help: "Draw among the tokens at least this share as probable as the most probable one.")
    static let repetitionPenalty = Flag<Double?>.optionalNumber(
        FlagName("repetition-penalty", aliases: ["repeat-penalty"]), in: 1e-6...1e6, shown: "the model's, or 1",
        help: "Above 1, tokens of prompt and answer become less probable.")
    static let presencePenalty = Flag<Double?>.optionalNumber(
        "presence-penalty", in: -1e6...1e6, shown: "0", help: "Taken off the score of tokens the answer has.")
    static let frequencyPenalty = Flag<Double?>.optionalNumber(
        "frequency-penalty", in: -1e6...1e6, shown: "0", help: "Taken off once per occurrence in the answer.")
    static let noRepeatNgramSize = Flag<Int?>.optionalInteger(
        "no-repeat-ngram-size", shown: "0", help: "No sequence of so many tokens occurs twice; 0 allows it.")
    static let logitBias = Flag<[String]>.list(
        "logit-bias", "ID:BIAS", help: "Added to the score of a token; -inf forbids it.")
    static let stop = Flag<[String]>.list(
        FlagName("stop", aliases: ["stop-strings"]), "A,B",
        help: "Texts that end an answer, blanks included; \\n is a line end.",
        split: Spelling.texts)
    static let ignoresEnd = Flag<Bool>.toggle("ignore-eos", help: "Go on past the model's end token.")
    static let samples = Flag<Int>.integer(
        "num-return-sequences", default: 1, in: 1...4096, help: "Answers per prompt; more than one are drawn at random."
    )
    static let seed = Flag<Int?>.optionalInteger(
        "seed", in: 0...Int.max, shown: "random", help: "Same seed, same machine: same answer.")
    static let logprobs = Flag<Int?>.optionalInteger(
        FlagName("logprobs", aliases: ["top-logprobs"]), in: 0...20,
        help: "With --json: log-probabilities of the tokens, and of so many alternatives to each.")
    static let lookup = Flag<Int?>.optionalInteger(
        FlagName("prompt-lookup-num-tokens", aliases: ["prompt-lookup"]), in: 1...15,
        help:
            "Guess so many tokens at once by copying from the text so far; the same answer, faster where text repeats.")

    /// How weights are kept in memory, with a choice that depends on the model.
    enum WeightChoice: String, CaseIterable, Sendable {
        case automatic = "auto"
        case fp32, bf16, q8, q4

        /// The format; `nil` for the model's own.
        var format: WeightFormat? { WeightFormat(rawValue: rawValue) }
    }

    static let modelGroup = [model.declaration, weights.declaration]
    static let group = Verb.Group(
        "Generation",
        [
            maxNewTokens.declaration, minNewTokens.declaration, doSample.declaration, temperature.declaration,
            topK.declaration, topP.declaration, minP.declaration, seed.declaration, repetitionPenalty.declaration,
            presencePenalty.declaration, frequencyPenalty.declaration, noRepeatNgramSize.declaration,
            logitBias.declaration, stop.declaration, ignoresEnd.declaration, lookup.declaration,
        ])

    /// The options that the flags ask for, over the model's own.
    ///
    /// - Parameter newTokens: The length of an answer where neither flag nor model says.
    static func options(
        _ given: Arguments, over defaults: GenerationOptions, newTokens: Int = 256, verb: String
    ) throws -> GenerationOptions {
        var options = defaults
        if options.maxNewTokens == nil, options.maxLength == nil { options.maxNewTokens = newTokens }
        if let value = given[maxNewTokens] { options.maxNewTokens = value }
        if let value = given[minNewTokens] { options.minNewTokens = value }
        if let value = given[topK] { options.topK = value }
        if let value = given[topP] { options.topP = value }
        if let value = given[minP] { options.minP = value }
        if let value = given[repetitionPenalty] { options.repetitionPenalty = value }
        if let value = given[presencePenalty] { options.presencePenalty = value }
        if let value = given[frequencyPenalty] { options.frequencyPenalty = value }
        if let value = given[noRepeatNgramSize] { options.noRepeatNgramSize = value }
        if let value = given[seed] { options.seed = UInt64(value.magnitude) }
        if let value = given[lookup] { options.promptLookupTokens = value }
        options.stopStrings += given[stop].map { $0.replacingOccurrences(of: "\\n", with: "\n") }
        options.sequenceBias += try given[logitBias].map { try bias($0, verb: verb) }
        if given[ignoresEnd] { options.stopTokens = [] }
        setSampling(given, &options)
        return options
    }

    private static func setSampling(_ given: Arguments, _ options: inout GenerationOptions) {
        let asks =
            given[topK] != nil || given[topP] != nil || given[minP] != nil || (given[temperature] ?? 0) > 0
            || given[samples] > 1
        if given.isGiven(doSample) {
            options.doSample = given[doSample]
        } else if asks {
            options.doSample = true
        }
        switch given[temperature] {
        case 0: options.doSample = false
        case let value?: options.temperature = value
        case nil: break
        }
        options.returnSequences = given[samples]
    }

    private static func bias(_ word: String, verb: String) throws -> TokenBias {
        let parts = word.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let id = Int32(parts[0]), id >= 0, let value = Double(parts[1]), !value.isNaN else {
            throw UsageError("--logit-bias expects ID:NUMBER, found '\(word)'", verb: verb)
        }
        return TokenBias([id], value)
    }
}
