import LinnetEvaluation
import LinnetFormats
import LinnetLayers
import LinnetModels
import LinnetTokenizers
import LinnetTraining

/// Fine-tuning of a sentence encoder from files of pairs, triplets or scored pairs: what `linnet finetune embed` runs.
///
/// ```swift
/// var job = EmbedderFineTuning(model: "sentence-transformers/all-MiniLM-L6-v2", train: "pairs.jsonl")
/// job.evaluation = "dev.jsonl"
/// job.arguments.output = "runs/retriever"
/// let summary = try job.run()
/// let embedder = try TextEmbedder(directory: "runs/retriever")
/// ```
public struct EmbedderFineTuning {
    /// A model directory or a downloaded model's name; an encoder without `modules.json` is pooled by the mean.
    public var model: String
    /// Training data: CSV, TSV or JSONL.
    public var train: String
    /// Evaluation data of the same kind.
    public var evaluation: String?
    /// What the model learns from.
    public var loss = EmbeddingLoss.multipleNegativesRanking()
    /// Which columns hold what.
    public var columns = SentenceColumns()
    /// Longest text in tokens; longer ones are cut, in training and by the model that is saved. Nil: what the model's
    /// files say.
    public var maximumLength: Int?
    /// Whether no text may occur twice in a batch, where it would be its own negative. Nil: with the ranking loss,
    /// unless batches are grouped by length.
    public var separatesDuplicates: Bool?
    /// The training run's settings.
    public var arguments: TrainingArguments
    /// Evaluates once before the first step, to show what training gains.
    public var evaluatesFirst = false
    /// Trains a low-rank adapter instead of the whole model. It is merged into the model at the end.
    public var lora: LoRA?
    /// Whether to begin anew, or to go on from the newest checkpoint in the output directory.
    public var start = RunStart.fresh

    /// A job with sentence-transformers' customary settings, writing to `output`: one epoch in batches of 64, the
    /// learning rate rising to 2e-5 over a tenth of the steps.
    public init(model: String, train: String, output: String = "runs/embedder") {
        self.model = model
        self.train = train
        arguments = TrainingArguments(output: output)
        arguments.epochs = 1
        arguments.batchSize = 64
        arguments.evaluationBatchSize = 64
        arguments.learningRate = 2e-5
        arguments.warmup = .ratio(0.1)
    }

    /// Loads model and data, trains, evaluates and saves to `arguments.output` in the layout of sentence-transformers.
    ///
    /// - Parameters:
    ///   - stop: Ends the run early when raised, with a checkpoint to resume from.
    ///   - note: Told, in single lines, what was loaded.
    ///   - callbacks: Watch the run: progress bar, logs, report.
    /// - Returns: What the run measured.
    public func run(
        stop: StopFlag = StopFlag(), note: (String) -> Void = { _ in }, callbacks: [any TrainingCallback] = []
    ) throws -> FineTuningSummary {
        try arguments.validate()
        let training = try SentenceRows(path: train, columns: columns, for: loss)
        let held = try evaluation.map { try SentenceRows(path: $0, columns: columns, for: loss) }
        let directory = try ModelHub().directory(for: model)
        var modules = try SentenceModules(directory: directory)
        let encoder = try PretrainedModel.encoder(directory: directory)
        if let lora { try encoder.attach(lora, seed: arguments.seed) }
        let tokenizer = try Tokenizer(directory: directory)
        let texts = try BatchEncoder(
            tokenizer: tokenizer, model: encoder.network,
            maximumLength: maximumLength ?? modules.maximumLength ?? tokenizer.modelMaxLength, path: directory)
        modules.maximumLength = texts.maximumLength
        let reference = ModelHub.reference(to: model, at: directory)
        let task = SentenceEmbedding(encoder, modules: modules, objective: loss, baseModel: reference) {
            try tokenizer.save(to: $0)
        }
        let trainer = try Trainer(
            task, arguments: arguments,
            training: SentenceExamples(texts.examples(training), separatesDuplicates: batchesAreDistinct),
            evaluation: held.map(texts.examples) ?? [], model: "\(reference), \(loss)", callbacks: callbacks, stop: stop
        ) { _, judgments, examples in try loss.scores(judgments, examples) }
        note(
            "\(training.rows.count) training and \(held?.rows.count ?? 0) evaluation examples of "
                + "\(training.columnCount) texts, at most \(texts.maximumLength) tokens each")
        let before = try evaluatesFirst ? trainer.evaluate().entry : nil
        let result = try trainer.train(start)
        let after = held == nil ? nil : try trainer.finalEvaluation(of: result)
        let counts = encoder.store.counts
        if !result.isInterrupted {
            try task.mergeAdapter()
            try task.save(to: arguments.output)
        }
        return FineTuningSummary(
            result, before: before, after: after, counts: counts, output: arguments.output,
            measures: loss.measures(columnCount: (held ?? training).columnCount) + ["loss"])
    }

    private var batchesAreDistinct: Bool {
        if let separatesDuplicates { return separatesDuplicates }
        guard case .multipleNegativesRanking = loss else { return false }
        return !arguments.groupByLength
    }
}

extension BatchEncoder {
    /// Tokenised rows.
    fileprivate func examples(_ rows: SentenceRows) -> [SentenceExample] {
        rows.rows.map { row in
            SentenceExample(
                columns: row.texts.map { tokenizer.encode($0, maxLength: maximumLength).ids }, score: row.score)
        }
    }
}

extension EmbeddingLoss {
    /// What an evaluation measures beside the loss, the most telling first.
    ///
    /// - Parameter columnCount: How many texts an example has.
    fileprivate func measures(columnCount: Int) -> [String] {
        if self == .cosineSimilarity { return ["spearman_cosine", "pearson_cosine"] }
        return (columnCount > 2 ? ["cosine_accuracy"] : []) + ["in_batch_mrr", "in_batch_recall@1"]
    }

    /// The measures of an evaluation. `cosine_accuracy` is the share of anchors that are closer to their positive than
    /// to each of their negatives; rank is taken among the texts of the evaluation batch.
    fileprivate func scores(
        _ judgments: [SentenceEmbedding.Judgment], _ examples: [SentenceExample]
    ) throws -> EvaluationScores {
        let count = Double(max(judgments.count, 1))
        if self == .cosineSimilarity {
            let (found, wanted) = (judgments.map { Double($0.similarity) }, examples.map { Double($0.score ?? 0) })
            return EvaluationScores([
                "pearson_cosine": try Correlation.pearson(found, wanted),
                "spearman_cosine": try Correlation.spearman(found, wanted),
            ])
        }
        var values = [
            "in_batch_mrr": judgments.reduce(0) { $0 + 1 / Double($1.rank) } / count,
            "in_batch_recall@1": Double(judgments.count { $0.rank == 1 }) / count,
        ]
        if judgments.contains(where: { $0.hardestNegative != nil }) {
            let right = judgments.count { $0.similarity > $0.hardestNegative ?? -.infinity }
            values["cosine_accuracy"] = Double(right) / count
        }
        return EvaluationScores(values)
    }
}
