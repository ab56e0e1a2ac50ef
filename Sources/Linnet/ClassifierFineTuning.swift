import Foundation
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
    /// Trains a low-rank adapter instead of the whole model.
    public var lora: LoRA?
    /// Goes on from the newest checkpoint in the output directory.
    public var resumes = false

    /// A job with the defaults of ``TrainingArguments``, writing to `output`.
    public init(model: String, train: String, output: String = "runs/classifier") {
        self.model = model
        self.train = train
        arguments = TrainingArguments(output: output)
    }

    /// Loads model and data, trains, evaluates and saves to `arguments.output`.
    ///
    /// - Parameters:
    ///   - callbacks: Watch the run: progress bar, logs, report.
    ///   - stop: Ends the run early when raised, with a checkpoint to resume from.
    ///   - note: Told, in single lines, what was loaded.
    /// - Returns: What the run measured.
    public func run(
        callbacks: [any TrainingCallback] = [], stop: StopFlag = StopFlag(), note: (String) -> Void = { _ in }
    ) throws -> FineTuningSummary {
        try arguments.validate()
        let texts = try LabelledTexts(training: source(train), evaluation: evaluation.map { try source($0) })
        let directory = try ModelHub().directory(for: model)
        let classifier = try loadClassifier(directory, labels: texts.labels)
        let tokenizer = try Tokenizer(directory: directory)
        let encoder = try BatchEncoder(
            tokenizer: tokenizer, model: classifier.network.encoder, maximumLength: maximumLength, path: directory)
        let task = TextClassification(classifier, baseModel: baseModel(directory)) { try tokenizer.save(to: $0) }
        let (trainingExamples, evaluationExamples) = (
            texts.training.map { encoder.example($0, target: texts.target(of: $0)) },
            texts.evaluation.map { encoder.example($0, target: texts.target(of: $0)) }
        )
        note(
            "\(texts.training.count) training and \(texts.evaluation.count) evaluation examples, "
                + "\(texts.labels.count) labels: \(texts.labels.prefix(8).joined(separator: ", "))"
                + (texts.labels.count > 8 ? ", …" : ""))
        let trainer = Trainer(task, arguments: arguments, callbacks: callbacks, stop: stop) { outputs, examples in
            Self.scores(outputs, examples, classes: texts.labels.count)
        }
        let result = try trainer.train(
            on: trainingExamples, evaluation: evaluationExamples.isEmpty ? nil : evaluationExamples, resumes: resumes)
        if case .interrupted = result.reason {} else {
            try task.save(into: arguments.output)
        }
        return FineTuningSummary(result, counts: classifier.store.counts, output: arguments.output)
    }

    private func source(_ path: String) throws -> DataSource {
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

    /// A hub name stays a name, so that the adapter can be used on another machine; a directory becomes absolute.
    private func baseModel(_ directory: String) -> String {
        FileManager.default.fileExists(atPath: model)
            ? URL(fileURLWithPath: directory).standardizedFileURL.path : model
    }

    private static func scores(_ outputs: [Int], _ examples: [LabelledExample], classes: Int) -> EvaluationScores {
        let labels = examples.map { Int($0.target) }
        guard let metrics = try? ClassificationMetrics(predictions: outputs, labels: labels, classCount: classes) else {
            return EvaluationScores([:])
        }
        return EvaluationScores(
            [
                "accuracy": metrics.accuracy, "f1": metrics.f1, "precision": metrics.precision,
                "recall": metrics.recall, "matthews_correlation": metrics.matthewsCorrelation,
            ], confusion: metrics.confusion)
    }
}

extension BatchEncoder {
    /// A tokenised row with its class.
    func example(_ row: DataRow, target: Int32) -> LabelledExample {
        let encoding = tokenizer.encode(row.text, pair: row.pair, maxLength: maximumLength)
        return LabelledExample(ids: encoding.ids, typeIds: encoding.typeIds, target: target)
    }
}
