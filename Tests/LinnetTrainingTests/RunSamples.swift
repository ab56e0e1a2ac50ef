@testable import LinnetTraining

/// Progress and results as callbacks see them.
enum RunSamples {
    static func progress(
        step: Int = 530, epoch: Double = 1.224, seconds: Double = 40, history: [LogEntry] = [],
        output: String = "runs/x"
    ) throws -> TrainingProgress {
        var arguments = TrainingArguments(output: output)
        arguments.batchSize = 16
        var progress = TrainingProgress(
            arguments: arguments, plan: try TrainingPlan(arguments, exampleCount: 6920), trainableCount: 74_498,
            parameterCount: 22_788_100)
        progress.step = step
        progress.stepsHere = step
        progress.epoch = epoch
        progress.samplesSeen = step * 16
        progress.seconds = seconds
        progress.loss = 0.21341
        progress.history = history
        return progress
    }

    static let training = LogEntry(
        step: 433, epoch: 1, values: [.init("loss", 0.5), .init("grad_norm", 2), .init("learning_rate", 3e-5)])

    static let evaluation = LogEntry(
        step: 433, epoch: 1,
        values: [
            .init("eval_loss", 0.31), .init("eval_accuracy", 0.884), .init("eval_runtime", 1.5),
            .init("eval_samples_per_second", 581),
        ])

    static func result(_ reason: TrainingResult.Reason = .completed) -> TrainingResult {
        TrainingResult(
            reason: reason, step: 1299, epoch: 3, seconds: 66, stepSeconds: 60, samples: 20760, tokens: 500_000,
            meanLoss: 0.3, bestMetric: 0.884, bestStep: 433, bestEpoch: 1, bestCheckpoint: nil, evaluation: evaluation)
    }
}
