import Foundation
import LinnetTokenizers
import Testing

@testable import LinnetGeneration

@Suite struct ChoicesTests {
    private let tokenizer: Tokenizer
    private static let examples = [
        PromptExample(input: "good", output: "yes"), PromptExample(input: "bad", output: "no"),
    ]

    init() throws { tokenizer = try TinyTokenizer.make() }

    private func engine(_ model: ScriptedModel, sequences: Int = 16) throws -> PromptEngine {
        PromptEngine(
            generator: try Generator(model: model, tokenizer: tokenizer, dtype: .float32, sequences: sequences))
    }

    /// Sum of log-probabilities, token by token and without cache.
    private func score(_ label: String, after prompt: Prompt) -> Double {
        let start = tokenizer.encode(prompt.text, addSpecialTokens: false).ids
        let whole = tokenizer.encode(prompt.text + " " + label, addSpecialTokens: false).ids
        return (start.count..<whole.count).reduce(0) { sum, place in
            let scores = ScriptedModel.hashed(whole[..<place], 120).map { Double($0) }
            let total = scores.reduce(0) { $0 + exp($1) }
            return sum + scores[Int(whole[place])] - log(total)
        }
    }

    private func softmax(_ values: [Double]) -> [Double] {
        let total = values.reduce(0) { $0 + exp($1) }
        return values.map { exp($0) / total }
    }

    @Test(arguments: [1, 2, 5, 16])
    func labelsAreScoredByTheirTokens(sequences: Int) throws {
        let labels = ["yes", "no", "the stop"]
        let engine = try engine(ScriptedModel(vocabularySize: 120), sequences: sequences)
        let classifier = try ChoiceClassifier(
            engine, task: "t", examples: Self.examples, labels: labels, calibrates: false)
        let inputs = ["a", "the", "in", "", "stop"]
        for results in [try classifier.classify(inputs), try inputs.map { try classifier.classify([$0])[0] }] {
            for (input, result) in zip(inputs, results) {
                let expected = labels.map { score($0, after: try? classifier.prompt(input)) }
                for (found, sum) in zip(result.scores, expected) { #expect(abs(found.logProbability - sum) < 1e-3) }
                for (found, share) in zip(result.scores, softmax(expected)) {
                    #expect(abs(found.probability - share) < 1e-4)
                }
                #expect(result.label == labels[expected.firstIndex(of: expected.max() ?? 0) ?? 0])
            }
        }
    }

    private func score(_ label: String, after prompt: Prompt?) -> Double {
        prompt.map { score(label, after: $0) } ?? .nan
    }

    @Test func calibrationDividesOutWhatThePromptFavours() throws {
        let labels = ["yes", "no"]
        let engine = try engine(ScriptedModel(vocabularySize: 120))
        let classifier = try ChoiceClassifier(engine, task: "t", examples: Self.examples, labels: labels)
        let free = ["N/A", "[MASK]", ""].map { input in
            softmax(labels.map { score($0, after: try? classifier.prompt(input)) })
        }
        let bias = labels.indices.map { label in log(free.reduce(0) { $0 + $1[label] } / 3) }
        let raw = labels.map { score($0, after: try? classifier.prompt("the")) }
        let expected = softmax(zip(raw, bias).map { $0 - $1 })
        let result = try classifier.classify(["the"])[0]
        for (found, share) in zip(result.scores, expected) { #expect(abs(found.probability - share) < 1e-4) }
        #expect(abs(result.scores.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
    }

    @Test func aLabelTooImprobableForAProbabilityIsCalibratedAllTheSame() throws {
        let engine = try engine(ScriptedModel(vocabularySize: 120, maximumLength: 2000))
        let labels = [Array(repeating: "stop", count: 300).joined(separator: " "), "no"]
        let result = try ChoiceClassifier(engine, task: "t", labels: labels).classify(["x"])[0]
        #expect(result.scores[0].logProbability < -800)
        #expect(result.scores.allSatisfy { (0...1).contains($0.probability) })
        #expect(abs(result.scores.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
    }

    @Test func longerLabelsCanBeWeighedByTheirLength() throws {
        let engine = try engine(ScriptedModel(vocabularySize: 120))
        let labels = ["no", "the stop in the end"]
        func shares(_ normalization: ChoiceNormalization) throws -> [Double] {
            try ChoiceClassifier(engine, task: "t", labels: labels, normalization: normalization, calibrates: false)
                .classify(["x"])[0].scores.map(\.probability)
        }
        #expect(try shares(.sum)[1] < shares(.perToken)[1])
        #expect(try shares(.sum)[1] < shares(.perByte)[1])
    }

    @Test func aLabelThatAnotherBeginsWithIsNotAlwaysAhead() throws {
        let engine = try engine(ScriptedModel(vocabularySize: 120))
        let prompt = try engine.zeroShot(task: "t", input: "x")
        let tokenized = try TokenizedChoices(engine, prompt, ["no", "not"])
        #expect(tokenized.labels.allSatisfy { tokenizer.decode($0).hasSuffix("\n") })
    }

    @Test func sharedPromptsAreComputedOnce() throws {
        let model = ScriptedModel(vocabularySize: 120)
        let examples = (0..<10).map { PromptExample(input: "example number \($0)", output: "yes") }
        let classifier = try ChoiceClassifier(
            engine(model), task: "t", examples: examples, labels: ["yes", "no"], calibrates: false)
        let inputs = (0..<50).map { "input \($0)" }
        let whole = try inputs.reduce(0) { $0 + tokenizer.encode(try classifier.prompt($1).text).ids.count }
        model.forgetPasses()
        _ = try classifier.classify(inputs)
        #expect(model.tokensComputed * 5 < whole)
    }

    @Test(arguments: [[], ["yes"], ["yes", "yes"], ["yes", " "]])
    func choicesThatAreNoneAreRefused(labels: [String]) throws {
        let engine = try engine(ScriptedModel(vocabularySize: 120))
        #expect(throws: GenerationError.self) { try ChoiceClassifier(engine, task: "t", labels: labels) }
    }
}
