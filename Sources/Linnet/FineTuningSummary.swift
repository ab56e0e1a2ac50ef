import Foundation
import LinnetFormats
import LinnetTraining

/// What a fine-tuning run measured: the object that `linnet finetune --json` prints.
public struct FineTuningSummary: Sendable {
    /// How the run ended, with its counters.
    public let result: TrainingResult
    /// Evaluation before the first step, if asked for.
    public let before: LogEntry?
    /// Evaluation of the model that was saved.
    public let after: LogEntry?
    /// Numbers that were trained, and of the whole model, as PEFT counts them.
    public let counts: (trainable: Int, total: Int)
    /// Directory of the model.
    public let output: String
    /// Most memory the process held, in MiB.
    public let peakMemory: Double

    init(
        _ result: TrainingResult, before: LogEntry?, after: LogEntry?, counts: (trainable: Int, total: Int),
        output: String
    ) {
        self.result = result
        self.before = before
        self.after = after
        self.counts = counts
        self.output = output
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        peakMemory = Double(usage.ru_maxrss) / 1024
    }

    /// The numbers under their names in `--json`.
    ///
    /// `train_…` rates are of the optimizer steps alone; `total_seconds` includes evaluations and checkpoints.
    public var json: JSON {
        let seconds = max(result.stepSeconds, 1e-9)
        var object: JSONObject = [
            "train_seconds": .number(result.stepSeconds),
            "train_samples_per_second": .number(Double(result.samples) / seconds),
            "train_tokens_per_second": .number(Double(result.tokens) / seconds),
            "total_seconds": .number(result.seconds),
            "train_loss": result.meanLoss.map { .number($0) } ?? .null,
            "steps": .integer(Int64(result.step)),
            "epochs": .number(result.epoch),
            "best_epoch": result.bestEpoch.map { .number($0) } ?? .null,
            "trainable_parameters": .integer(Int64(counts.trainable)),
            "total_parameters": .integer(Int64(counts.total)),
            "peak_memory_mib": .number(peakMemory.rounded()),
            "output": .string(output),
            "interrupted": .bool(result.isInterrupted),
        ]
        for value in after?.values ?? [] { object[value.name] = .number(value.value) }
        if let accuracy = before?["eval_accuracy"] { object["eval_accuracy_before"] = .number(accuracy) }
        for name in ["eval_accuracy", "eval_f1", "eval_loss"] where object[name] == nil { object[name] = .null }
        return .object(object)
    }
}

extension TrainingResult {
    /// Whether the run was asked to stop before its end.
    public var isInterrupted: Bool {
        if case .interrupted = reason { true } else { false }
    }
}
