import Linnet
import TestSupport
import Testing

/// What `Generator` appends to prompts against what `transformers` does, however it is computed.
@Suite struct GenerationParityTests {
    private static let models = ["gpt2", "llama", "mistral", "qwen2", "qwen3"]
    private static let newTokens = 64

    private func generator(_ decoder: DecoderCase, sequences: Int = 16) throws -> Generator {
        try Generator(
            model: decoder.model.network, tokenizer: Tokenizer(directory: Fixtures.path("generation/tokenizer")),
            dtype: .float32, sequences: sequences)
    }

    private func options(guesses: Int? = nil) -> GenerationOptions {
        var options = GenerationOptions()
        options.maxNewTokens = Self.newTokens
        options.promptLookupTokens = guesses
        return options
    }

    @Test(arguments: models, [1, 2, 16])
    func greedyIdsMatchTransformers(name: String, sequences: Int) throws {
        let decoder = try DecoderCase(name)
        let answers = try generator(decoder, sequences: sequences).generate(
            tokens: decoder.sequences, options: options())
        #expect(answers.map(\.tokenIds) == (try decoder.greedyIds()))
    }

    @Test(arguments: models)
    func guessesAndReusedPrefixesChangeNothing(name: String) throws {
        let decoder = try DecoderCase(name)
        let generator = try generator(decoder)
        for (prompt, expected) in zip(decoder.sequences, try decoder.greedyIds()) {
            for guesses in [nil, 3, 10] {
                let half = prompt + expected[..<20]
                let first = try generator.generate(tokens: [prompt], options: options(guesses: guesses))[0]
                #expect(first.tokenIds == expected)
                var rest = options(guesses: guesses)
                rest.maxNewTokens = Self.newTokens - 20
                let second = try generator.generate(tokens: [half], options: rest)[0]
                #expect(second.tokenIds == Array(expected[20...]))
                #expect(second.reusedTokens == half.count - 1)
            }
        }
    }

    @Test(arguments: models)
    func logProbabilitiesMatchTransformersLogits(name: String) throws {
        let decoder = try DecoderCase(name)
        let logits = try decoder.golden.tensor("logits").logSoftmax()
        let prompt = decoder.sequences[0]
        var one = GenerationOptions()
        one.maxNewTokens = 1
        let answer = try generator(decoder).generate(tokens: [prompt], options: one)[0]
        let width = logits.shape[1]
        let expected = logits.floats()[(prompt.count - 1) * width + Int(answer.tokenIds[0])]
        #expect(abs(answer.logProbabilities[0] - expected) < 1e-4)
    }
}
