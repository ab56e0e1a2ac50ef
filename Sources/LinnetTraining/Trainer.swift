import Foundation
import LinnetTensors

/// How a run treats checkpoints that its output directory already holds.
public enum RunStart: Sendable {
    /// Begin anew, and refuse a directory that holds checkpoints of another run.
    case fresh
    /// Begin anew, and remove the checkpoints of the run before.
    case overwriting
    /// Go on from the newest checkpoint that is intact.
    case resuming
}

/// Trains anything that is ``Trainable``: the loop of Hugging Face's `Trainer`, resumable bit for bit.
///
/// ```swift
/// let trainer = try Trainer(
///     task, arguments: arguments, training: examples, evaluation: held, model: "bert-base-uncased",
///     callbacks: [ProgressBar(), TensorBoardWriter(directory: "runs/x/logs")]
/// ) { _, outputs, examples in scores(outputs, examples) }
/// let result = try trainer.train()
/// ```
///
/// The order of the data, the learning rate and the dropout of a step are functions of the seed and the step number. A
/// checkpoint therefore holds only weights, moments, the step and the log, and a run that was killed ends with the same
/// weights as one that was not.
public final class Trainer<Task: Trainable> {
    /// Computes metrics from the mean loss, the outputs and the examples of an evaluation.
    public typealias Metrics = (_ loss: Double, _ outputs: [Task.Output], _ examples: [Task.Example]) throws ->
        EvaluationScores

    /// What is trained.
    public let task: Task
    /// The settings.
    public let arguments: TrainingArguments
    /// What watches the run.
    public private(set) var callbacks: [any TrainingCallback]

    let computeMetrics: Metrics?
    private let stop: StopFlag
    let training: any TrainingData<Task.Example>
    let evaluation: any TrainingData<Task.Example>
    let model: String
    let plan: TrainingPlan
    let store: CheckpointStore
    var state = RunState()
    var progress: TrainingProgress
    let trainable: [Parameter]
    let identity: RunIdentity
    private var started = Date()
    private var stepSeconds = 0.0

    /// A run over tokenised examples.
    ///
    /// - Parameters:
    ///   - task: what is trained.
    ///   - arguments: the settings.
    ///   - training: the examples to learn from.
    ///   - evaluation: the examples to measure; needed when `arguments.evalStrategy` asks for evaluations.
    ///   - model: the name or directory of the base model; a resumed run must name the same.
    ///   - callbacks: watch the run: progress bar, logs, report.
    ///   - stop: ends the run after the current step, with a checkpoint, when it is raised.
    ///   - computeMetrics: computes metrics; without it an evaluation reports the loss alone.
    /// - Throws: `TrainingError` when an argument makes no sense, there are no examples, or nothing is left to train.
    public init(
        _ task: Task, arguments: TrainingArguments, training: any TrainingData<Task.Example>,
        evaluation: any TrainingData<Task.Example> = [Task.Example](), model: String,
        callbacks: [any TrainingCallback] = [], stop: StopFlag = StopFlag(), computeMetrics: Metrics? = nil
    ) throws {
        self.task = task
        self.arguments = arguments
        self.training = training
        self.evaluation = evaluation
        self.model = model
        self.callbacks = callbacks
        self.stop = stop
        self.computeMetrics = computeMetrics
        plan = try TrainingPlan(arguments, exampleCount: training.count)
        guard arguments.evalStrategy == .never || evaluation.count > 0 else {
            throw TrainingError.noExamples("evaluation data")
        }
        store = CheckpointStore(output: arguments.output)
        for pattern in arguments.freeze where task.freeze(matching: pattern).isEmpty {
            throw TrainingError.patternMatchesNothing(pattern)
        }
        trainable = task.parameters.filter(\.isTrainable)
        guard !trainable.isEmpty else { throw TrainingError.nothingToTrain }
        identity = RunIdentity(model: model, trainable: trainable, data: training, arguments: arguments)
        progress = TrainingProgress(
            arguments: arguments, plan: plan, trainableCount: trainable.reduce(0) { $0 + $1.count },
            parameterCount: task.parameters.reduce(0) { $0 + $1.count })
    }

    // MARK: The loop

    /// Trains to the end, to the point where the metric stops improving, or until the stop flag is raised.
    ///
    /// - Parameter start: whether to begin anew or to go on.
    /// - Throws: `TrainingError`, or the error of the model or of the disk; checkpoints written before stay intact.
    public func train(_ start: RunStart = .fresh) throws -> TrainingResult {
        try store.prepare()
        let lock = try OutputLock(directory: arguments.output)
        defer { withExtendedLifetime(lock) {} }
        started = Date()
        for parameter in trainable { parameter.clearGradient() }
        let optimizer = AdamW(trainable, arguments: arguments)
        let checkpoint = try begin(start, optimizer)
        notify(.began(resumedFrom: checkpoint))

        let order = training.order(arguments)
        var reason: TrainingResult.Reason? = state.shouldStopEarly(arguments) ? .stoppedEarly : nil
        var lossSum = 0.0
        while reason == nil, state.step < plan.totalSteps {
            let epoch = state.step / plan.stepsPerEpoch
            let batches = order.batches(epoch: epoch)
            for stepOfEpoch in state.step % plan.stepsPerEpoch..<plan.stepsPerEpoch {
                let stepStarted = Date()
                let range = plan.batches(ofStep: stepOfEpoch)
                let loss = try accumulateGradients(
                    batches[range], firstBatch: epoch * plan.batchesPerEpoch + range.lowerBound)
                let norm = try optimizer.gradientNorm()
                let rate = arguments.learningRate * plan.schedule.factor(at: state.step)
                optimizer.apply(
                    learningRate: rate,
                    gradientScale: AdamW.clippingFactor(norm: norm, maximum: arguments.maxGradientNorm))
                stepSeconds += Date().timeIntervalSince(stepStarted)
                lossSum += loss
                noteStep(loss: loss)
                reason = try afterStep(gradientNorm: norm, learningRate: rate, optimizer)
                if reason != nil || state.step == plan.totalSteps { break }
            }
        }
        let result = try finish(reason ?? .completed, lossSum: lossSum)
        notify(.ended(result))
        return result
    }

    /// Runs the batches of one optimizer step forward and backward; the gradients add up to those of one large batch.
    ///
    /// - Returns: the mean loss over the step.
    private func accumulateGradients(_ batches: ArraySlice<[Int]>, firstBatch: Int) throws -> Double {
        let examples = batches.map { indices in indices.map { training[$0] } }
        let prepared = try examples.map { try task.batch($0) }
        let divisor = prepared.reduce(0) { $0 + task.lossCount($1) }
        var total = 0.0
        for (offset, batch) in prepared.enumerated() {
            // The stream's number depends on nothing but the place in the run, so a resumed run draws the same masks.
            let stream = RandomStream(seed: arguments.seed, step: firstBatch + offset)
            let loss = try withDropout(from: stream) {
                try task.loss(batch, divisor: divisor, arguments: arguments)
            }
            let value = Double(loss.item())
            guard value.isFinite else { throw notFinite(value) }
            loss.backward()
            total += value
        }
        for batch in examples {
            progress.samplesSeen += batch.count
            progress.tokensSeen += batch.reduce(0) { $0 + $1.tokenCount }
        }
        return total
    }

    /// Logs, evaluates and saves what is due after a step; the reason to stop, if there is one.
    private func afterStep(gradientNorm: Double, learningRate: Double, _ optimizer: AdamW) throws
        -> TrainingResult.Reason?
    {
        let isLast = state.step == plan.totalSteps
        let endsEpoch = state.step % plan.stepsPerEpoch == 0 || isLast
        notify(.stepped)
        if state.step % arguments.loggingSteps == 0 || isLast {
            log(gradientNorm: gradientNorm, learningRate: learningRate)
        }
        if isDue(arguments.evalStrategy, every: arguments.stepsBetweenEvaluations, isLast: isLast, endsEpoch: endsEpoch)
        {
            try evaluateAndNote()
        }
        let stopsEarly = state.shouldStopEarly(arguments)
        let isInterrupted = stop.isRaised && !isLast && !stopsEarly
        let savesNow = isDue(arguments.saveStrategy, every: arguments.saveSteps, isLast: isLast, endsEpoch: endsEpoch)
        if savesNow || isInterrupted { try save(optimizer) }
        if stopsEarly { return isLast ? .completed : .stoppedEarly }
        return isInterrupted ? .interrupted(checkpoint: store.path(step: state.step)) : nil
    }

    private func isDue(_ strategy: IntervalStrategy, every steps: Int, isLast: Bool, endsEpoch: Bool) -> Bool {
        switch strategy {
        case .never: false
        case .steps: state.step % steps == 0 || isLast
        case .epoch: endsEpoch
        }
    }

    // MARK: Parts of the loop

    private func noteStep(loss: Double) {
        state.step += 1
        state.lossSum += loss
        state.lossSteps += 1
        progress.stepsHere += 1
        progress.loss = loss
    }

    /// Adds a training row: the mean loss since the last one, and norm and rate of this step.
    private func log(gradientNorm: Double, learningRate: Double) {
        let entry = LogEntry(
            step: state.step, epoch: state.epoch(plan),
            values: [
                .init("loss", state.lossSum / Double(max(1, state.lossSteps))), .init("grad_norm", gradientNorm),
                .init("learning_rate", learningRate),
            ])
        state.lossSum = 0
        state.lossSteps = 0
        state.history.append(entry)
        notify(.logged(entry))
    }

    /// A loss that is not finite often comes from a weight that is not: names it if there is one.
    private func notFinite(_ loss: Double) -> TrainingError {
        let broken = task.parameters.first { $0.master.floats().contains { !$0.isFinite } }
        let what = broken.map { "the loss (the weight \($0.name) is not finite)" } ?? "the loss"
        return .notFinite(what: what, value: "\(loss)", step: state.step + 1)
    }

    /// Tells every callback; one that throws is dropped, and the others hear about it.
    func notify(_ event: TrainingEvent) {
        progress.step = state.step
        progress.epoch = state.epoch(plan)
        progress.seconds = Date().timeIntervalSince(started)
        progress.history = state.history
        progress.bestStep = state.bestStep
        var dropped: [String] = []
        callbacks.removeAll { callback in
            do {
                try callback.handle(event, progress)
                return false
            } catch {
                dropped.append("\(type(of: callback)) was switched off: \(error)")
                return true
            }
        }
        for text in dropped { notify(.noticed(text)) }
    }

    private func finish(_ reason: TrainingResult.Reason, lossSum: Double) throws -> TrainingResult {
        var shown = state.history.last(where: \.isEvaluation)
        let isInterrupted = if case .interrupted = reason { true } else { false }
        if arguments.loadBestModelAtEnd, !isInterrupted, let best = state.bestStep {
            if best != state.step {
                try CheckpointManifest.verify(store.path(step: best))
                try task.restore(from: store.path(step: best))
            }
            shown = state.history.last { $0.isEvaluation && $0.step == best }
        }
        let evaluations = state.history.filter(\.isEvaluation)
        let bestEntry =
            evaluations.last { $0.step == state.bestStep }
            ?? evaluations.min { ($0["eval_loss"] ?? .infinity) < ($1["eval_loss"] ?? .infinity) }
        return TrainingResult(
            reason: reason, step: state.step, epoch: state.epoch(plan), seconds: Date().timeIntervalSince(started),
            stepSeconds: stepSeconds, samples: progress.samplesSeen, tokens: progress.tokensSeen,
            meanLoss: progress.stepsHere > 0 ? lossSum / Double(progress.stepsHere) : nil,
            bestMetric: state.bestMetric, bestStep: state.bestStep, bestEpoch: bestEntry?.epoch,
            bestCheckpoint: bestCheckpoint, evaluation: shown)
    }
}
