import Foundation
import LinnetTensors

extension Trainer {
    /// Measures the evaluation examples with the weights as they are.
    ///
    /// - Returns: a row with `eval_loss`, `eval_` plus each metric, and the speed; and the confusion matrix, if the
    ///   metrics include one.
    /// - Throws: `TrainingError.noExamples` without evaluation examples, `notFinite` when the loss is not finite.
    public func evaluate() throws -> (entry: LogEntry, confusion: [[Int]]?) {
        guard evaluation.count > 0 else { throw TrainingError.noExamples("evaluation data") }
        let started = Date()
        var lossSum = 0.0
        var lossCount = 0
        var outputs: [Task.Output] = []
        let examples = (0..<evaluation.count).map { evaluation[$0] }
        for start in stride(from: 0, to: examples.count, by: arguments.evaluationBatchSize) {
            let end = min(start + arguments.evaluationBatchSize, examples.count)
            let batch = try task.batch(Array(examples[start..<end]))
            let result = try withoutGradient { try task.evaluate(batch, arguments: arguments) }
            lossSum += result.lossSum
            lossCount += task.lossCount(batch)
            outputs += result.outputs
            notify(.evaluating(done: end, total: examples.count))
        }
        let loss = lossSum / Double(max(1, lossCount))
        guard loss.isFinite else {
            throw TrainingError.notFinite(what: "the evaluation loss", value: "\(loss)", step: state.step)
        }
        let scores = try computeMetrics?(loss, outputs, examples) ?? EvaluationScores([:])
        let seconds = Date().timeIntervalSince(started)
        let metrics = scores.values.sorted { $0.key < $1.key }.map { LogEntry.Value("eval_" + $0.key, $0.value) }
        let entry = LogEntry(
            step: state.step, epoch: state.epoch(plan),
            values: [.init("eval_loss", loss)] + metrics + [
                .init("eval_runtime", seconds),
                .init("eval_samples_per_second", Double(examples.count) / max(seconds, 1e-9)),
            ])
        return (entry, scores.confusion)
    }

    /// Evaluates, adds the row to the log, and notes whether it is the best.
    func evaluateAndNote() throws {
        let (entry, confusion) = try evaluate()
        state.history.append(entry)
        try state.note(entry, arguments)
        notify(.evaluated(entry, confusion: confusion))
    }
}
