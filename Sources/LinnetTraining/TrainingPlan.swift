/// How many batches, optimizer steps and epochs a run has; computed as Hugging Face's `Trainer` does.
public struct TrainingPlan: Sendable, Equatable {
    /// Batches in one pass over the data.
    public let batchesPerEpoch: Int
    /// Optimizer steps in one pass over the data; the last may accumulate fewer batches.
    public let stepsPerEpoch: Int
    /// Optimizer steps of the whole run.
    public let totalSteps: Int
    /// Passes over the data that are begun.
    public let epochCount: Int
    /// Batches whose gradients make one optimizer step.
    public let batchesPerStep: Int
    /// The learning rate's factor at each step.
    public let schedule: LearningRateSchedule

    /// Plans a run over `exampleCount` examples.
    ///
    /// - Throws: `TrainingError` when an argument makes no sense or there are no examples.
    public init(_ arguments: TrainingArguments, exampleCount: Int) throws {
        try arguments.validate()
        guard exampleCount > 0 else { throw TrainingError.noExamples("training data") }
        batchesPerStep = arguments.gradientAccumulationSteps
        batchesPerEpoch = ceilingDivision(exampleCount, arguments.batchSize)
        stepsPerEpoch = ceilingDivision(batchesPerEpoch, arguments.gradientAccumulationSteps)
        if let maxSteps = arguments.maxSteps {
            totalSteps = maxSteps
        } else {
            let steps = (arguments.epochs * Double(stepsPerEpoch)).rounded(.up)
            guard let count = Int(exactly: steps) else {
                throw TrainingError.invalidArgument(
                    name: "num_train_epochs", expected: "fewer steps than \(Int.max)", found: "\(arguments.epochs)")
            }
            totalSteps = count
        }
        epochCount = ceilingDivision(totalSteps, stepsPerEpoch)
        schedule = LearningRateSchedule(
            kind: arguments.schedule, warmupSteps: arguments.warmup.stepCount(of: totalSteps), totalSteps: totalSteps,
            minimum: arguments.minimumLearningRate / arguments.learningRate)
    }

    /// The batches of one epoch that make the optimizer step number `step` of that epoch (from 0).
    public func batches(ofStep step: Int) -> Range<Int> {
        let start = min(step * batchesPerStep, batchesPerEpoch)
        return start..<min(start + batchesPerStep, batchesPerEpoch)
    }
}

/// `dividend / divisor`, rounded up; both positive.
private func ceilingDivision(_ dividend: Int, _ divisor: Int) -> Int {
    dividend / divisor + (dividend % divisor == 0 ? 0 : 1)
}
