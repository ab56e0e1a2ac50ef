import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `finetune classify` and what one does with its result, on a tiny model.
@Suite struct FinetuneVerbTests {
    private let folder: TemporaryDirectory
    private let model: String
    private let train: String
    private let words: [String]

    init() throws {
        folder = try TemporaryDirectory()
        model = try TinyModel.write(into: folder)
        var rows = "text\tlabel\n"
        for index in 0..<24 {
            let subject = ["the film", "the food", "a film", "a food"][index % 4]
            rows +=
                index % 2 == 0
                ? "\(subject) was good \(index)\tpositive\n" : "\(subject) was awful \(index)\tnegative\n"
        }
        train = try folder.write("train.tsv", rows)
        words = ["finetune", "classify", "--model", model, "--train", train, "--output", "\(folder.path)/run"]
    }

    @Test func theSummaryIsOneObjectWithThePromisedNames() throws {
        let outcome = try BuiltCommand.run(words + ["--eval", train, "--epochs", "2", "--json", "--quiet"])
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.outputLines.count == 1)
        #expect(outcome.messages.isEmpty, "\(outcome.messages)")
        let summary = try JSON.parse(Array(outcome.output.utf8), path: "output")
        for name in [
            "train_seconds", "train_samples_per_second", "train_tokens_per_second", "eval_accuracy", "eval_f1",
            "eval_loss", "trainable_parameters", "total_parameters", "peak_memory_mib",
        ] {
            #expect(summary[name]?.doubleValue != nil, "\(name) is missing")
        }
        #expect(summary["best_epoch"] != nil)
        #expect(summary["output"]?.stringValue == "\(folder.path)/run")
        let config = try JSON.read(path: "\(folder.path)/run/config.json")
        #expect(config["id2label"]?["0"]?.stringValue == "negative")
        #expect(config["id2label"]?["1"]?.stringValue == "positive")
    }

    @Test func whatWasTrainedClassifiesLineByLine() throws {
        try #require(
            try BuiltCommand.run(words + ["--epochs", "40", "--batch-size", "4", "--lr=0.01", "--quiet"]).status == 0)
        let texts = "the film was good\nthe food was awful\n\n"
        let outcome = try BuiltCommand.run("classify", "--model", "\(folder.path)/run", "--json", input: texts)
        #expect(outcome.status == 0, "\(outcome.messages)")
        let objects = try outcome.outputLines.map { try JSON.parse(Array($0.utf8), path: "line") }
        #expect(objects.count == 3)
        #expect(objects.prefix(2).map { $0["label"]?.stringValue } == ["positive", "negative"])
        for object in objects {
            let scores = ["negative", "positive"].compactMap { object["scores"]?[$0]?.doubleValue }
            #expect(scores.count == 2)
            #expect(abs(scores.reduce(0, +) - 1) < 1e-3)
            #expect(object["score"]?.doubleValue == scores.max())
        }
        let plain = try BuiltCommand.run("classify", "--model", "\(folder.path)/run", input: texts)
        #expect(plain.outputLines.first?.hasPrefix("positive\t0.") == true)
    }

    @Test func anAdapterClassifiesLikeItsMergedModel() throws {
        let tuned = try BuiltCommand.run(
            words + ["--lora", "--lora_r=4", "--lora_target_modules", "query,value", "--epochs", "5", "--quiet"])
        try #require(tuned.status == 0, "\(tuned.messages)")
        #expect(folder.exists("run/adapter_model.safetensors"))
        let merged = try BuiltCommand.run("merge", "\(folder.path)/run", "--output", "\(folder.path)/merged")
        #expect(merged.status == 0, "\(merged.messages)")
        #expect(folder.exists("merged/model.safetensors"))
        let scores = try ["run", "merged"].map { directory in
            let outcome = try BuiltCommand.run(
                "classify", "--model", "\(folder.path)/\(directory)", "--precision", "fp32", "--json", "a good film")
            return try JSON.parse(Array(outcome.output.utf8), path: "line")["scores"]?["positive"]?.doubleValue ?? -1
        }
        #expect(abs(scores[0] - scores[1]) < 1e-5)
        #expect(scores[0] >= 0)
    }

    @Test func namesOfHuggingFaceAreUnderstood() throws {
        let outcome = try BuiltCommand.run(
            "finetune", "classify", "--model_name_or_path", model, "--train_file", train, "--validation_file", train,
            "--output_dir", "\(folder.path)/run", "--num_train_epochs", "1", "--per_device_train_batch_size=8",
            "--learning_rate", "1e-3", "--warmup_ratio", "0.1", "--weight_decay", "0.01", "--bf16", "True",
            "--evaluation_strategy", "epoch", "--save_strategy", "epoch", "--load_best_model_at_end", "True",
            "--metric_for_best_model", "accuracy", "--group_by_length", "--max_seq_length", "16", "--seed", "1",
            "--report_to", "none", "--json")
        #expect(outcome.status == 0, "\(outcome.messages)")
        let last = try #require(outcome.outputLines.last)
        #expect(try JSON.parse(Array(last.utf8), path: "output")["best_epoch"]?.doubleValue == 1)
    }

    @Test func theChosenReportsAreWritten() throws {
        let outcome = try BuiltCommand.run(words + ["--epochs", "1", "--report-to", "all", "--quiet"])
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(folder.exists("run/log.jsonl") && folder.exists("run/report.html") && folder.exists("run/runs"))
    }

    @Test func anInterruptedRunIsKeptAndGoesOn() throws {
        let running = try BuiltCommand.Running(
            BuiltCommand.path, words + ["--max-steps", "200000", "--logging-steps", "1", "--quiet"], input: "")
        let deadline = Date().addingTimeInterval(60)
        while try logLength() < 400, Date() < deadline {
            usleep(20_000)
            try #require(running.isRunning, "ended by itself")
        }
        running.interrupt()
        let outcome = try running.wait()
        #expect(outcome.status == 130, "\(outcome.messages)")
        #expect(outcome.messages.contains("--resume"))
        let checkpoints = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/run")
            .compactMap { $0.hasPrefix("checkpoint-") ? Int($0.dropFirst("checkpoint-".count)) : nil }
        let step = try #require(checkpoints.max())
        let resumed = try BuiltCommand.run(words + ["--max-steps", "\(step + 3)", "--resume", "--quiet", "--json"])
        #expect(resumed.status == 0, "\(resumed.messages)")
        let summary = try JSON.parse(Array(resumed.output.utf8), path: "output")
        #expect(summary["steps"]?.intValue == step + 3)
    }

    /// Characters of the log so far.
    private func logLength() throws -> Int {
        folder.exists("run/log.jsonl") ? try folder.text("run/log.jsonl").count : 0
    }

    @Test(arguments: [
        ("empty.tsv", "", "empty.tsv"),
        ("one.tsv", "text\tlabel\nfine\tgood\nnice\tgood\n", "one.tsv"),
        ("ragged.tsv", "text\tlabel\nfine\tgood\nno label here\n", "line 3"),
    ])
    func trainingDataThatCannotBeUsedIsNamed(name: String, content: String, place: String) throws {
        let file = try folder.write(name, content)
        let outcome = try BuiltCommand.run(
            "finetune", "classify", "--model", model, "--train", file, "--output", "\(folder.path)/run")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.messageLines.count == 1, "\(outcome.messages)")
        #expect(outcome.messages.contains(place), "\(outcome.messages)")
        #expect(!folder.exists("run"))
    }

    @Test func anUnseenLabelAndAMissingColumnAreNamed() throws {
        let odd = try folder.write("odd.tsv", "text\tlabel\nfine\tpositive\nhm\tneutral\n")
        let unseen = try BuiltCommand.run(words + ["--eval", odd])
        #expect(unseen.status == 1)
        #expect(unseen.messages.contains("odd.tsv") && unseen.messages.contains("neutral"), "\(unseen.messages)")
        let missing = try BuiltCommand.run(words + ["--label-column", "stars"])
        #expect(missing.status == 1)
        #expect(missing.messages.contains("stars"), "\(missing.messages)")
    }
}
