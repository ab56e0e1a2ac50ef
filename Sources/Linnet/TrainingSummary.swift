import Foundation
import LinnetFormats
import LinnetTraining

/// What a training workflow hands back: how the run ended, and the numbers a program reads.
public protocol TrainingSummary: Sendable {
    /// How the run ended, with its counters.
    var result: TrainingResult { get }
    /// The object that `--json` prints.
    var json: JSON { get }
}

extension TrainingResult {
    /// Whether the run was asked to stop before its end.
    public var isInterrupted: Bool {
        if case .interrupted = reason { true } else { false }
    }

    /// The counters under their names in `--json`.
    ///
    /// `train_…` rates are of the optimizer steps alone; `total_seconds` includes evaluations and checkpoints.
    var counters: JSONObject {
        let stepSeconds = max(stepSeconds, 1e-9)
        return [
            "train_seconds": .number(self.stepSeconds),
            "train_samples_per_second": .number(Double(samples) / stepSeconds),
            "train_tokens_per_second": .number(Double(tokens) / stepSeconds),
            "total_seconds": .number(seconds),
            "train_loss": meanLoss.map { .number($0) } ?? .null,
            "steps": .integer(Int64(step)),
            "epochs": .number(epoch),
            "best_epoch": bestEpoch.map { .number($0) } ?? .null,
        ]
    }
}

/// Most memory this process held so far, in MiB.
func peakMemoryOfProcess() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
}
