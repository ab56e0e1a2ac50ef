import Foundation
import Linnet

/// `linnet finetune embed`: a pretrained encoder and pairs of texts in, a retriever out.
enum FinetuneEmbedVerb {
    static let name = "finetune embed"

    private static let train = FinetuneFlags.train("Pairs, triplets or scored pairs: CSV, TSV or JSONL.")
    private static let evaluation = FinetuneFlags.evaluation("The same of texts to measure the model on.")
    private static let anchorColumn = Flag<String?>.text(
        FlagName("anchor-column", aliases: ["query-column", "sentence1-column"]), "NAME",
        help: "Column of the anchors (queries), by name or number; found by its name if left out.")
    private static let positiveColumn = Flag<String?>.text(
        FlagName("positive-column", aliases: ["answer-column", "sentence2-column"]), "NAME",
        help: "Column of the positives, or of the second texts of scored pairs.")
    private static let negativeColumns = Flag<[String]>.list(
        FlagName("negative-column", aliases: ["negative-columns"]), "A,B", shown: "negative, negative_1, ...",
        help: "Columns of texts that do not belong to the anchor of their row.")
    private static let scoreColumn = Flag<String?>.text(
        FlagName("score-column", aliases: ["label-column"]), "NAME", help: "Column of the scores, from -1 to 1.")
    private static let maxLength = Flag<Int?>.optionalInteger(
        FlagName("max-length", aliases: ["max-seq-length"]), in: 4...65536, shown: "the model's own",
        help: "Longest text in tokens; longer ones are cut, by the saved model too. Nothing is padded.")

    private static let loss = Flag<LossKind>.choice(
        "loss", default: .ranking, help: "What the model learns from; the next flags are of one loss each.")
    private static let scale = Flag<Double>.number(
        "scale", default: 20, in: 0.01...1000, help: "Ranking: what cosines are multiplied by (1 / temperature).")
    private static let margin = Flag<Double>.number(
        FlagName("margin", aliases: ["triplet-margin"]), default: 5, in: 0...1000,
        help: "Triplet: how much farther a negative should be than the positive.")
    private static let distance = Flag<EmbeddingLoss.Distance>.choice(
        FlagName("distance", aliases: ["distance-metric"]), default: .euclidean, help: "Triplet: what is far.")
    private static let batchSampler = Flag<BatchSampler>.choice(
        "batch-sampler", default: .automatic,
        help: "no-duplicates: no text twice in a batch, where it would be its own negative; auto means that for "
            + "ranking.")

    // Flags of every training run whose defaults are sentence-transformers' instead of those of classifiers.
    private static let epochs = Flag<Double>.number(
        FlagName("epochs", aliases: TrainingFlags.epochs.declaration.aliases), default: 1, in: 0.001...1e6,
        help: TrainingFlags.epochs.declaration.help)
    private static let batchSize = Flag<Int>.integer(
        FlagName("batch-size", aliases: TrainingFlags.batchSize.declaration.aliases), default: 64, in: 1...65536,
        help: "Rows per batch; with ranking, all other texts of the batch are negatives.")
    private static let accumulation = Flag<Int>.integer(
        "gradient-accumulation-steps", default: 1, in: 1...65536,
        help: "Batches whose gradients make one optimizer step; negatives are those of one batch.")
    private static let learningRate = Flag<Double?>.optionalNumber(
        FlagName("learning-rate", aliases: ["lr"]), in: 0...1, shown: "2e-5, or 2e-4 with --lora",
        help: "The peak of the learning rate.")
    private static let warmupSteps = Flag<Double>.number(
        "warmup-steps", default: 0.1, in: 0...Double(Int32.max), help: TrainingFlags.warmupSteps.declaration.help)
    private static let bestMetric = Flag<String?>.text(
        "metric-for-best-model", "NAME", shown: "loss",
        help: "What makes an evaluation best: loss, in_batch_mrr, cosine_accuracy, spearman_cosine, ...")

    static let verb = Verb(
        name, summary: "fine-tune a pretrained encoder into a retriever",
        discussion: [
            "Trains an encoder on texts that belong together, and writes a directory that sentence-transformers and "
                + "linnet embed open. Pooling and normalisation stay as the model's modules.json has them; an "
                + "encoder without one is pooled by the mean.",
            "multiple-negatives-ranking takes pairs (anchor, positive) with any number of columns of negatives; "
                + "cosine-similarity takes sentence1, sentence2 and score; triplet takes anchor, positive and "
                + "negative. Columns are found by such names, or query, question, answer, passage, ...",
            "With --lora an adapter is trained, and merged into the model at the end. " + FinetuneFlags.interruption,
        ],
        groups: [
            Verb.Group(
                "Model and data",
                [
                    FinetuneFlags.model.declaration, train.declaration, evaluation.declaration,
                    FinetuneFlags.output.declaration, anchorColumn.declaration, positiveColumn.declaration,
                    negativeColumns.declaration, scoreColumn.declaration, maxLength.declaration,
                ]),
            Verb.Group(
                "Loss",
                [
                    loss.declaration, scale.declaration, margin.declaration, distance.declaration,
                    batchSampler.declaration,
                ]),
        ]
            + FinetuneFlags.groups(
                own: [
                    epochs.declaration, batchSize.declaration, accumulation.declaration, learningRate.declaration,
                    warmupSteps.declaration, bestMetric.declaration,
                ], without: [TrainingFlags.labelSmoothing.declaration.name]),
        rewrites: TrainingFlags.rewrites,
        examples: [
            Verb.Example(
                "A retriever from questions and their answers",
                "linnet finetune embed --model sentence-transformers/all-MiniLM-L6-v2 --train pairs.jsonl "
                    + "--eval dev.jsonl --output runs/retriever"),
            Verb.Example(
                "Similarity of sentences, keeping the best epoch",
                "linnet finetune embed --model sentence-transformers/all-MiniLM-L6-v2 --train sts.tsv "
                    + "--eval dev.tsv --loss cosine-similarity --epochs 4 --load-best-model-at-end "
                    + "--metric-for-best-model spearman_cosine --output runs/similarity"),
        ],
        run: run)

    /// The losses under the names of their flags.
    private enum LossKind: String, CaseIterable, Sendable {
        case ranking = "multiple_negatives_ranking"
        case cosineSimilarity = "cosine_similarity"
        case triplet
    }

    /// How batches are formed (`batch_sampler`).
    private enum BatchSampler: String, CaseIterable, Sendable {
        case automatic = "auto"
        case anything = "batch_sampler"
        case distinct = "no_duplicates"
    }

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let job = try job(given)
        return try RunFlags.run(
            given,
            { stop, note in
                try job.run(
                    stop: stop, note: note,
                    callbacks: RunFlags.callbacks(given, output: job.arguments.output, title: job.model))
            }, text: text(of:))
    }

    /// The job that the flags describe.
    private static func job(_ given: Arguments) throws -> EmbedderFineTuning {
        let start = try RunFlags.start(given, verb: name)
        try FinetuneFlags.checkEvaluation(given, given[evaluation], verb: name)
        let output = given[FinetuneFlags.output]
        var job = EmbedderFineTuning(model: given[FinetuneFlags.model], train: given[train], output: output)
        job.evaluation = given[evaluation]
        job.columns.anchor = given[anchorColumn]
        job.columns.positive = given[positiveColumn]
        job.columns.negatives = given[negativeColumns]
        job.columns.score = given[scoreColumn]
        job.loss = try chosenLoss(given)
        job.maximumLength = given[maxLength]
        job.lora = try AdapterFlags.adapter(given, verb: name)
        job.arguments = trainingArguments(given, output: output, usesAdapter: job.lora != nil)
        job.separatesDuplicates =
            given[batchSampler] == .automatic ? nil : given[batchSampler] == .distinct
        if job.separatesDuplicates == true, job.arguments.groupByLength {
            throw UsageError("batches cannot be grouped by length and kept free of duplicates at once", verb: name)
        }
        job.evaluatesFirst = given[FinetuneFlags.evalOnStart]
        job.start = start
        return job
    }

    private static func trainingArguments(
        _ given: Arguments, output: String, usesAdapter: Bool
    ) -> TrainingArguments {
        var arguments = TrainingFlags.trainingArguments(
            given, output: output, evaluation: given[evaluation] != nil ? .epoch : .never, usesAdapter: usesAdapter)
        arguments.epochs = given[epochs]
        arguments.batchSize = given[batchSize]
        arguments.learningRate = given[learningRate] ?? (usesAdapter ? 2e-4 : 2e-5)
        arguments.warmup = TrainingFlags.warmup(given[warmupSteps], given)
        return arguments
    }

    /// The loss, with the settings that belong to it; one that belongs to another loss is refused.
    private static func chosenLoss(_ given: Arguments) throws -> EmbeddingLoss {
        for (flag, isGiven, owner) in [
            ("--scale", given.isGiven(scale), LossKind.ranking), ("--margin", given.isGiven(margin), .triplet),
            ("--distance", given.isGiven(distance), .triplet),
            ("--score-column", given[scoreColumn] != nil, .cosineSimilarity),
        ] where isGiven && owner != given[loss] {
            throw UsageError(
                "\(flag) has no effect without --loss \(Spelling.kebab(owner.rawValue))", verb: name)
        }
        switch given[loss] {
        case .ranking: return .multipleNegativesRanking(scale: Float(given[scale]))
        case .cosineSimilarity: return .cosineSimilarity
        case .triplet: return .triplet(margin: Float(given[margin]), distance: given[distance])
        }
    }

    /// The summary for a person.
    private static func text(of summary: FineTuningSummary) -> String {
        let titles = [
            "cosine_accuracy": "positive closer than negatives", "in_batch_mrr": "MRR within a batch",
            "in_batch_recall@1": "recall@1 within a batch", "spearman_cosine": "Spearman correlation",
            "pearson_cosine": "Pearson correlation",
        ]
        let measures = summary.measures.compactMap { name in titles[name].map { ("eval_" + name, $0) } }
        return FinetuneFlags.text(of: summary, measures: measures) { String(format: "%.4f", $0) }
    }
}
