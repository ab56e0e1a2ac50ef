import Foundation
import Linnet

/// `linnet finetune classify`: a pretrained encoder and labelled texts in, a classifier out.
enum FinetuneClassifyVerb {
    static let name = "finetune classify"

    private static let model = Flag<String>.requiredText(
        FlagName("model", letter: "m", aliases: ["model-name-or-path"]), "NAME",
        help: "A model directory, or the name of a model fetched with linnet pull.")
    private static let train = Flag<String>.requiredText(
        FlagName("train", aliases: ["train-file"]), "PATH",
        help: "Labelled texts: CSV, TSV, JSONL, or a directory with a folder per label.")
    private static let evaluation = Flag<String?>.text(
        FlagName("eval", aliases: ["validation-file", "eval-file", "dev"]), "PATH",
        help: "Labelled texts to measure the model on, in the same form.")
    private static let output = Flag<String>.requiredText(
        FlagName("output", letter: "o", aliases: ["output-dir"]), "DIR",
        help: "Where checkpoints, logs and the final model go.")
    private static let textColumn = Flag<String?>.text(
        FlagName("text-column", aliases: ["text-column-name", "sentence1-column"]), "NAME",
        help: "Column of the text, by name or number; found by its name if left out.")
    private static let pairColumn = Flag<String?>.text(
        FlagName("pair-column", aliases: ["text-pair-column", "sentence2-column"]), "NAME",
        help: "Column of the second text of sentence pairs.")
    private static let labelColumn = Flag<String?>.text(
        FlagName("label-column", aliases: ["label-column-name"]), "NAME",
        help: "Column of the label, by name or number; labels are words or numbers.")
    private static let maxLength = Flag<Int>.integer(
        FlagName("max-length", aliases: ["max-seq-length"]), default: 128, in: 4...65536,
        help: "Longest sequence in tokens; longer texts are cut. Nothing is padded.")
    private static let evalOnStart = Flag<Bool>.toggle(
        "eval-on-start", help: "Measure the model once before the first step, to show what training gains.")

    static let verb = Verb(
        name, summary: "fine-tune a pretrained encoder into a text classifier",
        discussion: [
            "Trains the whole model, or with --lora a small adapter, and writes a directory that transformers (or, "
                + "for an adapter, PEFT) opens unchanged. The labels of the training data go into its config.json.",
            "Ctrl-C finishes the step, writes a checkpoint and exits with status 130; the same command with --resume "
                + "goes on to the same final weights.",
        ],
        groups: [
            Verb.Group(
                "Model and data",
                [
                    model.declaration, train.declaration, evaluation.declaration, output.declaration,
                    textColumn.declaration, pairColumn.declaration, labelColumn.declaration, maxLength.declaration,
                ]),
            TrainingFlags.groups[0], AdapterFlags.group, TrainingFlags.groups[1],
            Verb.Group("Run", [evalOnStart.declaration] + RunFlags.declarations),
        ],
        rewrites: TrainingFlags.rewrites,
        examples: [
            Verb.Example(
                "Every weight, three epochs",
                "linnet finetune classify --model sentence-transformers/all-MiniLM-L6-v2 --train train.tsv "
                    + "--eval dev.tsv --epochs 3 --output runs/sst2"),
            Verb.Example(
                "A LoRA adapter, keeping the best epoch",
                "linnet finetune classify --model sentence-transformers/all-MiniLM-L6-v2 --train train.tsv "
                    + "--eval dev.tsv --lora --lora-rank 8 --learning-rate 1e-3 --load-best-model-at-end "
                    + "--metric-for-best-model accuracy --output runs/sst2-lora"),
            Verb.Example(
                "Go on after an interruption",
                "linnet finetune classify --model sentence-transformers/all-MiniLM-L6-v2 --train train.tsv "
                    + "--eval dev.tsv --epochs 3 --output runs/sst2 --resume"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let job = try job(given)
        return try RunFlags.run(
            given,
            { stop, note in
                try job.run(stop: stop, note: note) { labels in
                    RunFlags.callbacks(given, output: job.arguments.output, title: job.model, labels: labels)
                }
            }, text: text(of:))
    }

    /// The job that the flags describe.
    private static func job(_ given: Arguments) throws -> ClassifierFineTuning {
        let start = try RunFlags.start(given, verb: name)
        if given[evaluation] == nil {
            for (flag, isGiven) in [
                ("--eval-strategy", [.steps, .epoch].contains(given[TrainingFlags.evalStrategy])),
                ("--load-best-model-at-end", given[TrainingFlags.loadBest]),
                ("--early-stopping-patience", given[TrainingFlags.patience] != nil),
                ("--eval-on-start", given[evalOnStart]),
            ] where isGiven {
                throw UsageError("\(flag) needs --eval", verb: name)
            }
        }
        var job = ClassifierFineTuning(model: given[model], train: given[train], output: given[output])
        job.lora = try AdapterFlags.adapter(given, verb: name)
        job.arguments = TrainingFlags.trainingArguments(
            given, output: given[output], evaluation: given[evaluation] != nil ? .epoch : .never,
            usesAdapter: job.lora != nil)
        job.evaluation = given[evaluation]
        job.textColumn = given[textColumn]
        job.pairColumn = given[pairColumn]
        job.labelColumn = given[labelColumn]
        job.maximumLength = given[maxLength]
        job.evaluatesFirst = given[evalOnStart]
        job.start = start
        return job
    }

    /// The summary for a person.
    private static func text(of summary: FineTuningSummary) -> String {
        let result = summary.result
        let rate = Double(result.samples) / max(result.stepSeconds, 1e-9)
        var lines = [
            String(
                format: "trained %d steps (%.2f epochs) in %.1f s: %.0f samples/s, %.0f MiB at most", result.step,
                result.epoch, result.seconds, rate, summary.peakMemory)
        ]
        func percent(_ value: Double) -> String { String(format: "%.1f %%", 100 * value) }
        let before = summary.before?["eval_accuracy"].map { "\(percent($0)) before, " } ?? ""
        if let accuracy = summary.after?["eval_accuracy"] {
            let end = summary.before == nil ? "" : " after"
            lines.append("accuracy: \(before)\(percent(accuracy))\(end)")
        }
        lines.append("saved: \(summary.output)")
        return lines.joined(separator: "\n")
    }
}
