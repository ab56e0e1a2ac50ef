import Foundation
import Linnet

/// `linnet finetune classify`: a pretrained encoder and labelled texts in, a classifier out.
enum FinetuneClassifyVerb {
    static let name = "finetune classify"

    private static let train = FinetuneFlags.train(
        "Labelled texts: CSV, TSV, JSONL, or a directory with a folder per label.")
    private static let evaluation = FinetuneFlags.evaluation(
        "Labelled texts to measure the model on, in the same form.")
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

    static let verb = Verb(
        name, summary: "fine-tune a pretrained encoder into a text classifier",
        discussion: [
            "Trains the whole model, or with --lora a small adapter, and writes a directory that transformers (or, "
                + "for an adapter, PEFT) opens unchanged. The labels of the training data go into its config.json.",
            FinetuneFlags.interruption,
        ],
        groups: [
            Verb.Group(
                "Model and data",
                [
                    FinetuneFlags.model.declaration, train.declaration, evaluation.declaration,
                    FinetuneFlags.output.declaration, textColumn.declaration, pairColumn.declaration,
                    labelColumn.declaration, maxLength.declaration,
                ])
        ] + FinetuneFlags.groups(),
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
        try FinetuneFlags.checkEvaluation(given, given[evaluation], verb: name)
        let output = given[FinetuneFlags.output]
        var job = ClassifierFineTuning(model: given[FinetuneFlags.model], train: given[train], output: output)
        job.lora = try AdapterFlags.adapter(given, verb: name)
        job.arguments = TrainingFlags.trainingArguments(
            given, output: output, evaluation: given[evaluation] != nil ? .epoch : .never,
            usesAdapter: job.lora != nil)
        job.evaluation = given[evaluation]
        job.textColumn = given[textColumn]
        job.pairColumn = given[pairColumn]
        job.labelColumn = given[labelColumn]
        job.maximumLength = given[maxLength]
        job.evaluatesFirst = given[FinetuneFlags.evalOnStart]
        job.start = start
        return job
    }

    /// The summary for a person.
    private static func text(of summary: FineTuningSummary) -> String {
        FinetuneFlags.text(of: summary, measures: [("eval_accuracy", "accuracy")]) {
            String(format: "%.1f %%", 100 * $0)
        }
    }
}
