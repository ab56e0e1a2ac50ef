import LinnetEvaluation
import LinnetFormats
import LinnetLayers
import LinnetModels
import LinnetTensors
import LinnetTokenizers
import LinnetTraining

/// Fine-tuning of a text classifier from files: what `linnet finetune classify` runs.
///
/// ```swift
/// var job = ClassifierFineTuning(model: "sentence-transformers/all-MiniLM-L6-v2", train: "train.tsv")
/// job.evaluation = "dev.tsv"
/// job.arguments.output = "runs/sst2"
/// job.lora = LoRA(rank: 8, alpha: 32, dropout: 0.1)
/// let summary = try job.run()
/// ```
public struct ClassifierFineTuning {
    /// A model directory or a downloaded model's name.
    public var model: String
    /// Training data: CSV, TSV, JSONL, or a folder per label.
    public var train: String
    /// Evaluation data of the same kind.
    public var evaluation: String?
    /// Column of the text, by name or number.
    public var textColumn: String?
    /// Column of the second text of sentence pairs.
    public var pairColumn: String?
    /// Column of the label.
    public var labelColumn: String?
    /// Longest sequence in tokens; longer texts are cut.
    public var maximumLength: Int? = 128
    /// The training run's settings.
    public var arguments: TrainingArguments
    /// Evaluates once before the first step, to show what training gains.
    public var evaluatesFirst = false
    /// Trains a low-rank adapter instead of the whole model.
    public var lora: LoRA?
    /// Whether to begin anew, or to go on from the newest checkpoint in the output directory.
    public var start = RunStart.fresh

    /// A job with the defaults of `TrainingArguments`, writing to `output`.
    public init(model: String, train: String, output: String = "runs/classifier") {
        self.model = model
        self.train = train
        arguments = TrainingArguments(output: output)
    }

    /// Loads model and data, trains, evaluates and saves to `arguments.output`.
    ///
    /// - Parameters:
    ///   - stop: Ends the run early when raised, with a checkpoint to resume from.
    ///   - note: Told, in single lines, what was loaded.
    ///   - callbacks: Makes what watches the run (progress bar, logs, report), given the class names.
    /// - Returns: What the run measured.
    public func run(
        stop: StopFlag = StopFlag(), note: (String) -> Void = { _ in },
        callbacks: (_ labels: [String]) -> [any TrainingCallback] = { _ in [] }
    ) throws -> FineTuningSummary {
        try arguments.validate()
        let texts = try LabelledTexts(training: source(train), evaluation: evaluation.map { source($0) })
        let directory = try ModelHub().directory(for: model)
        let classifier = try loadClassifier(directory, labels: texts.labels)
        let tokenizer = try Tokenizer(directory: directory)
        let encoder = try BatchEncoder(
            tokenizer: tokenizer, model: classifier.network.encoder, maximumLength: maximumLength, path: directory)
        let reference = ModelHub.reference(to: model, at: directory)
        let task = TextClassification(classifier, baseModel: reference) { try tokenizer.save(to: $0) }
        let trainer = try Trainer(
            task, arguments: arguments,
            training: texts.training.map { encoder.example($0, target: texts.target(of: $0)) },
            evaluation: texts.evaluation.map { encoder.example($0, target: texts.target(of: $0)) },
            model: reference, callbacks: callbacks(texts.labels), stop: stop
        ) { _, outputs, examples in
            let metrics = try ClassificationMetrics(
                predictions: outputs, labels: examples.map { Int($0.target) }, classCount: texts.labels.count)
            return EvaluationScores(metrics.summary, confusion: metrics.confusion.counts)
        }
        describe(texts, classifier.store, note)
        let before = try evaluatesFirst ? trainer.evaluate().entry : nil
        let result = try trainer.train(start)
        if !result.isInterrupted { try task.save(to: arguments.output) }
        return FineTuningSummary(
            result, before: before, after: try lastEvaluation(result, trainer, texts), counts: classifier.store.counts,
            output: arguments.output, measures: ["accuracy", "f1", "loss"])
    }

    /// What the model scores at the end; measured now if the run did not.
    private func lastEvaluation(
        _ result: TrainingResult, _ trainer: Trainer<TextClassification>, _ texts: LabelledTexts
    ) throws -> LogEntry? {
        texts.evaluation.isEmpty ? result.evaluation : try trainer.finalEvaluation(of: result)
    }

    private func describe(_ texts: LabelledTexts, _ store: ParameterStore, _ note: (String) -> Void) {
        note(
            "\(texts.training.count) training and \(texts.evaluation.count) evaluation examples, "
                + "\(texts.labels.count) labels: \(texts.labels.prefix(8).joined(separator: ", "))"
                + (texts.labels.count > 8 ? ", …" : ""))
        if !store.initializedNames.isEmpty {
            note("newly initialized: \(store.initializedNames.joined(separator: ", "))")
        }
    }

    private func source(_ path: String) -> DataSource {
        DataSource(path: path, textColumn: textColumn, pairColumn: pairColumn, labelColumn: labelColumn)
    }

    private func loadClassifier(
        _ directory: String, labels: [String]
    ) throws -> PretrainedModel<any SequenceClassificationNetwork> {
        let classifier = try PretrainedModel.classifier(directory: directory, labels: labels, seed: arguments.seed)
        if var lora {
            if lora.modulesToSave.isEmpty { lora.modulesToSave = classifier.network.headNames }
            try classifier.attach(lora, seed: arguments.seed)
        }
        return classifier
    }
}

extension BatchEncoder {
    /// A tokenised row with its class.
    func example(_ row: DataRow, target: Int32) -> LabelledExample {
        let encoding = tokenizer.encode(row.text, pair: row.pair, maxLength: maximumLength)
        return LabelledExample(ids: encoding.ids, typeIds: encoding.typeIds, target: target)
    }
}
