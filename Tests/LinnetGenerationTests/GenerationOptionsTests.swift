import Foundation
import LinnetFormats
import TestSupport
import Testing

@testable import LinnetGeneration

@Suite struct GenerationOptionsTests {
    private func read(_ files: [String: String]) throws -> GenerationOptions {
        let directory = try TemporaryDirectory()
        for (name, text) in files { try directory.write(name, text) }
        return try GenerationOptions(directory: directory.path)
    }

    @Test func defaultsAreHuggingFaces() throws {
        let options = try read([:])
        #expect(options == GenerationOptions())
        #expect(!options.doSample && options.topK == 50 && options.topP == 1 && options.temperature == 1)
        #expect(options.newTokenLimit(promptLength: 100) == 20)
    }

    @Test func aModelsFileIsLaidOverThem() throws {
        let options = try read([
            "config.json": #"{"eos_token_id": 2, "temperature": 5}"#,
            "generation_config.json": """
            {"do_sample": true, "temperature": 0.6, "top_p": 0.9, "top_k": null, "eos_token_id": [128001, 128009],
             "stop_strings": "END", "num_beams": 1, "bad_words_ids": [[5, 6]], "sequence_bias": [[[7], -2.0]],
             "max_length": 100, "_from_model_config": true}
            """,
        ])
        #expect(options.doSample && options.temperature == 0.6 && options.topP == 0.9 && options.topK == 50)
        #expect(options.stopTokens == [128001, 128009] && options.stopStrings == ["END"])
        #expect(options.badWords == [[5, 6]] && options.sequenceBias == [TokenBias([7], -2)])
        #expect(options.newTokenLimit(promptLength: 30) == 70)
        #expect(try read(["config.json": #"{"eos_token_id": 2}"#]).stopTokens == [2])
        #expect(try read(["config.json": #"{"eos_token_id": null}"#]).stopTokens == [])
        #expect(try read(["generation_config.json": #"{"temperature": 0.0}"#]).temperature == 1)
    }

    @Test(arguments: [
        #"{"temperature": "hot"}"#, #"{"temperature": -1}"#, #"{"do_sample": true, "temperature": 0}"#,
        #"{"top_p": 1.5}"#, #"{"eos_token_id": [1, "x"]}"#, #"{"eos_token_id": 99999999999}"#,
        #"{"max_new_tokens": 0}"#, #"{"max_new_tokens": 9999999999999}"#, #"{"bad_words_ids": [[]]}"#,
        #"{"bad_words_ids": [5]}"#, #"{"sequence_bias": [[[1]]]}"#, #"{"repetition_penalty": 0}"#,
        #"{"num_return_sequences": 3}"#, #"{"stop_strings": [""]}"#, #"{"top_k": -1}"#,
        #"{"sequence_bias": [[[1], 1e300]]}"#, #"{"repetition_penalty": 1e300}"#, #"{"temperature": 1e300}"#,
        #"{"presence_penalty": -1e300}"#, "[]", "{",
    ])
    func aSettingThatMakesNoSenseIsNamedWithItsFile(text: String) {
        let error = #expect(throws: (any Error).self) { try read(["generation_config.json": text]) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("generation_config.json"))
    }
}
