import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `pretrain` on a corpus of a few hundred characters.
@Suite struct PretrainVerbTests {
    private let folder: TemporaryDirectory
    private let corpus: String
    private let words: [String]

    init() throws {
        folder = try TemporaryDirectory()
        corpus = try folder.write(
            "corpus.txt", String(repeating: "the cat sat on the mat; the dog sat on the log.\n", count: 40))
        words = [
            "pretrain", "--corpus", corpus, "--tokenizer", "characters", "--layers", "1", "--heads", "2", "--hidden",
            "32", "--context", "16", "--batch-size", "8", "--learning-rate", "1e-2", "--warmup-steps", "5", "--output",
            "\(folder.path)/run", "--quiet",
        ]
    }

    private func summary(_ outcome: BuiltCommand.Outcome) throws -> JSON {
        try #require(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.outputLines.count == 1)
        return try JSON.parse(Array(outcome.output.utf8), path: "output")
    }

    @Test func theLossFallsAndTheSummaryIsOneObject() throws {
        let outcome = try BuiltCommand.run(words + ["--steps", "120", "--eval-steps", "40", "--json"])
        let summary = try summary(outcome)
        #expect(outcome.messages.isEmpty, "\(outcome.messages)")
        let loss = try #require(summary["eval_loss"]?.doubleValue)
        #expect(loss < 0.6, "a uniform guess among 16 characters would have 2.8")
        let perplexity = try #require(summary["eval_perplexity"]?.doubleValue)
        #expect(abs(perplexity - exp(loss)) < 1e-6)
        for name in ["train_tokens_per_second", "train_seconds", "total_parameters", "peak_memory_mib"] {
            #expect((summary[name]?.doubleValue ?? 0) > 0, "\(name)")
        }
        #expect(summary["output"]?.stringValue == "\(folder.path)/run")
        let sample = try #require(summary["sample"]?.stringValue)
        #expect(sample.count == 16, "\(sample)")
        #expect(Set(sample).isSubset(of: "the cat sat on the mat; the dog sat on the log.\n"), "\(sample)")
        let rows = try folder.text("run/log.jsonl").split(separator: "\n")
            .compactMap { try JSON.parse(Array($0.utf8), path: "log")["eval_loss"]?.doubleValue }
        #expect(rows.count == 3)
        #expect(rows == rows.sorted(by: >), "\(rows)")
    }

    @Test func theDirectoryIsAHuggingFaceModel() throws {
        _ = try summary(try BuiltCommand.run(words + ["--steps", "2", "--json"]))
        let config = try JSON.read(path: "\(folder.path)/run/config.json")
        #expect(config["model_type"]?.stringValue == "gpt2")
        #expect(config["n_layer"]?.intValue == 1 && config["n_head"]?.intValue == 2 && config["n_embd"]?.intValue == 32)
        #expect(config["n_positions"]?.intValue == 16)
        #expect(config["vocab_size"]?.intValue == 16)
        let weights = try WeightFiles(directory: "\(folder.path)/run")
        #expect(weights.entry("transformer.wte.weight")?.shape == [16, 32])
        #expect(weights.entry("lm_head.weight") == nil, "the head is the embedding")
        for name in ["tokenizer.json", "tokenizer_config.json", "generation_config.json"] {
            #expect(folder.exists("run/\(name)"), "\(name)")
        }
    }

    @Test func aLlamaIsTrainedToo() throws {
        let outcome = try BuiltCommand.run(
            words + ["--architecture", "llama", "--kv-heads", "1", "--steps", "60", "--json"])
        #expect(try #require(try summary(outcome)["eval_loss"]?.doubleValue) < 1.5)
        let config = try JSON.read(path: "\(folder.path)/run/config.json")
        #expect(config["model_type"]?.stringValue == "llama")
        #expect(config["num_key_value_heads"]?.intValue == 1)
    }

    @Test func aTokenizerOfAnotherModelIsTaken() throws {
        _ = try summary(try BuiltCommand.run(words + ["--steps", "1", "--json"]))
        let second = [
            "pretrain", "--corpus", corpus, "--tokenizer", "\(folder.path)/run", "--layers", "1", "--heads", "2",
            "--hidden", "32", "--context", "16", "--steps", "1", "--output", "\(folder.path)/second", "--quiet",
            "--json",
        ]
        #expect(try summary(try BuiltCommand.run(second))["vocabulary_size"]?.intValue == 16)
        #expect(try folder.text("second/tokenizer.json") == folder.text("run/tokenizer.json"))
    }

    @Test func aRunIsRepeatedAndResumedBitForBit() throws {
        let whole = words + ["--steps", "12", "--save-steps", "6", "--save-strategy", "steps", "--dropout", "0.1"]
        _ = try BuiltCommand.run(whole)
        let weights = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/run/model.safetensors"))
        try FileManager.default.removeItem(atPath: "\(folder.path)/run/checkpoint-12")
        let resumed = try BuiltCommand.run(whole + ["--resume"])
        #expect(resumed.status == 0, "\(resumed.messages)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/run/model.safetensors")) == weights)
        let anew = try BuiltCommand.run(whole + ["--overwrite"])
        #expect(anew.status == 0, "\(anew.messages)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/run/model.safetensors")) == weights)
    }

    private func expectRefusal(_ words: [String], status: Int32 = 1, _ parts: String...) throws {
        let outcome = try BuiltCommand.run(words)
        #expect(outcome.status == status, "\(outcome.messages)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.messageLines.count == 1, "\(outcome.messages)")
        for part in parts { #expect(outcome.messages.contains(part), "\(outcome.messages)") }
        #expect(!folder.exists("run/checkpoint-1"))
    }

    private func words(corpus: String) -> [String] {
        words.map { $0 == self.corpus ? corpus : $0 }
    }

    @Test func aCorpusThatCannotBeUsedIsNamed() throws {
        try expectRefusal(words(corpus: try folder.write("empty.txt", "")), "empty.txt", "empty file")
        try expectRefusal(words(corpus: "\(folder.path)/absent.txt"), "absent.txt")
        try expectRefusal(words(corpus: folder.path), folder.path, "directory")
        let short = try folder.write("short.txt", "a short corpus\n")
        try expectRefusal(words(corpus: short), "short.txt", "context of 16")
        // Long enough to learn from, too short to measure.
        let middling = try folder.write("middling.txt", String(repeating: "abcdefgh\n", count: 10))
        try expectRefusal(words(corpus: middling), "middling.txt: validation part")
        try Data([0x61, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: "\(folder.path)/bytes.txt"))
        try expectRefusal(words(corpus: "\(folder.path)/bytes.txt"), "bytes.txt", "UTF-8")
    }

    @Test func aShapeThatDoesNotFitIsNamed() throws {
        try expectRefusal(words + ["--heads", "5"], "heads", "hidden 32", "found 5")
        try expectRefusal(words + ["--kv-heads", "1"], "kv-heads", "llama")
        try expectRefusal(words + ["--architecture", "llama", "--kv-heads", "3"], "kv-heads", "found 3")
        try expectRefusal(words + ["--architecture", "llama", "--heads", "32"], "heads", "even")
        try expectRefusal(words + ["--architecture", "rnn"], status: 2, "--architecture", "gpt2")
        try expectRefusal(words + ["--min-learning-rate", "0.5"], "min_lr")
    }

    @Test func aTokenizerThatIsNotThereIsNamed() throws {
        try expectRefusal(words + ["--tokenizer", "\(folder.path)/nowhere"], "nowhere")
        try FileManager.default.createDirectory(atPath: "\(folder.path)/bare", withIntermediateDirectories: true)
        try expectRefusal(words + ["--tokenizer", "\(folder.path)/bare"], "bare", "tokenizer.json")
    }
}
