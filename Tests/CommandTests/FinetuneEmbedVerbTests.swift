import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `finetune embed` and what one does with its result, on a tiny model.
@Suite struct FinetuneEmbedVerbTests {
    private let folder: TemporaryDirectory
    private let model: String
    private let pairs: String
    private let words: [String]

    init() throws {
        folder = try TemporaryDirectory()
        model = try TinyModel.write(into: folder)
        var rows = ""
        for index in 0..<24 {
            let (subject, verdict) = (["film", "food", "book"][index % 3], index % 2 == 0 ? "good" : "awful")
            rows += "{\"query\": \"is the \(subject) \(index) \(verdict)\", "
            rows += "\"answer\": \"the \(subject) \(index) was \(verdict)\"}\n"
        }
        pairs = try folder.write("pairs.jsonl", rows)
        words = ["finetune", "embed", "--model", model, "--output", "\(folder.path)/run", "--quiet"]
    }

    @Test func pairsGiveAModelThatEmbeds() throws {
        let outcome = try BuiltCommand.run(
            words + [
                "--train", pairs, "--eval", pairs, "--epochs", "4", "--batch-size", "8", "--lr", "0.01", "--json",
                "--eval-on-start", "--load-best-model-at-end", "--metric-for-best-model", "in_batch_mrr",
            ])
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.outputLines.count == 1 && outcome.messages.isEmpty, "\(outcome.messages)")
        let summary = try JSON.parse(Array(outcome.output.utf8), path: "output")
        for name in ["train_samples_per_second", "eval_loss", "eval_in_batch_mrr", "eval_in_batch_recall@1"] {
            #expect(summary[name]?.doubleValue != nil, "\(name) is missing")
        }
        let before = try #require(summary["eval_in_batch_mrr_before"]?.doubleValue)
        #expect(try #require(summary["eval_in_batch_mrr"]?.doubleValue) >= before)
        for name in [
            "modules.json", "1_Pooling/config.json", "sentence_bert_config.json", "config_sentence_transformers.json",
            "tokenizer_config.json", "config.json", "model.safetensors",
        ] {
            #expect(folder.exists("run/\(name)"), "\(name)")
        }
        let embedded = try BuiltCommand.run("embed", "--model", "\(folder.path)/run", "the film was good")
        #expect(embedded.status == 0 && !embedded.output.isEmpty, "\(embedded.messages)")
    }

    @Test func scoredPairsAndTripletsAreLearned() throws {
        let scored = try folder.write(
            "scored.tsv", "sentence1\tsentence2\tscore\ngood film\tgreat film\t0.9\ngood film\tbad food\t0.1\n")
        let correlated = try BuiltCommand.run(
            words + [
                "--train", scored, "--eval", scored, "--loss", "cosine-similarity", "--epochs", "3", "--json",
                "--metric-for-best-model", "spearman_cosine",
            ])
        #expect(correlated.status == 0, "\(correlated.messages)")
        let summary = try JSON.parse(Array(correlated.output.utf8), path: "output")
        #expect(summary["eval_spearman_cosine"]?.doubleValue != nil)
        #expect(summary["eval_pearson_cosine"]?.doubleValue != nil)

        let triplets = try folder.write(
            "triplets.csv", "anchor,positive,negative\na good film,a great film,bad food\nfood,the food,a film\n")
        let ranked = try BuiltCommand.run(
            words + [
                "--train", triplets, "--eval", triplets, "--loss", "triplet", "--margin", "0.5", "--distance", "cosine",
                "--lora", "--overwrite", "--json",
            ])
        #expect(ranked.status == 0, "\(ranked.messages)")
        #expect(try JSON.parse(Array(ranked.output.utf8), path: "output")["eval_cosine_accuracy"]?.doubleValue != nil)
        #expect(folder.exists("run/model.safetensors") && !folder.exists("run/adapter_model.safetensors"))
    }

    @Test func namesOfSentenceTransformersAreUnderstood() throws {
        let outcome = try BuiltCommand.run(
            "finetune", "embed", "--model_name_or_path", model, "--train_file", pairs, "--output_dir",
            "\(folder.path)/run", "--num_train_epochs", "1", "--per_device_train_batch_size", "8", "--warmup_ratio",
            "0.1", "--bf16", "True", "--batch_sampler", "no_duplicates", "--loss", "multiple_negatives_ranking",
            "--query-column", "answer", "--positive-column", "query", "--report_to", "none", "--json")
        #expect(outcome.status == 0, "\(outcome.messages)")
    }

    @Test(arguments: [
        (["--train", "missing.jsonl"], 1, "missing.jsonl"), (["--loss", "triplet"], 1, "--negative-column"),
        (["--loss", "cosine-similarity"], 1, "--score-column"), (["--margin", "1"], 2, "--loss triplet"),
        (["--anchor-column", "subject"], 1, "subject"), (["--load-best-model-at-end"], 2, "--eval"),
        (["--group-by-length", "--batch-sampler", "no-duplicates"], 2, "duplicates"),
        (["--lora-rank", "4"], 2, "--lora"),
    ])
    func whatMakesNoSenseIsNamedInOneLine(extra: [String], status: Int32, place: String) throws {
        let data = extra.contains("--train") ? [] : ["--train", pairs]
        let outcome = try BuiltCommand.run(words + data + extra)
        #expect(outcome.status == status)
        #expect(outcome.output.isEmpty)
        #expect(outcome.messages.contains(place), "\(outcome.messages)")
        #expect(status != 1 || outcome.messageLines.count == 1, "\(outcome.messages)")
    }

    @Test(arguments: [
        ("null.jsonl", "{\"query\": \"a\", \"answer\": \"b\"}\n{\"query\": null, \"answer\": \"b\"}\n", "line 2"),
        ("high.tsv", "sentence1\tsentence2\tscore\na\tb\t4.2\n", "line 2"),
        ("word.tsv", "sentence1\tsentence2\tscore\na\tb\thigh\n", "'high'"),
    ])
    func aRowThatCannotBeUsedIsNamed(name: String, content: String, place: String) throws {
        let file = try folder.write(name, content)
        let loss = name.hasSuffix("tsv") ? "cosine-similarity" : "multiple-negatives-ranking"
        let outcome = try BuiltCommand.run(words + ["--train", file, "--loss", loss])
        #expect(outcome.status == 1)
        #expect(outcome.messageLines.count == 1, "\(outcome.messages)")
        #expect(outcome.messages.contains(name) && outcome.messages.contains(place), "\(outcome.messages)")
        #expect(!folder.exists("run"))
    }
}
