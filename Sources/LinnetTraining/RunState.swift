import LinnetFormats

/// What a run knows about itself beside weights and moments: everything that changes from step to step.
///
/// Data order, learning rate and dropout are functions of the step, so they need no state of their own.
struct RunState: Equatable {
    /// Optimizer steps done.
    var step = 0
    /// The rows logged so far.
    var history: [LogEntry] = []
    /// The sum of the losses of the steps since the last training row.
    var lossSum: Double = 0
    /// How many steps that are.
    var lossSteps = 0
    /// The best value of the deciding metric.
    var bestMetric: Double?
    /// The step of the best evaluation.
    var bestStep: Int?
    /// Evaluations in a row that did not improve.
    var failedEvaluations = 0

    /// Passes over the data done.
    func epoch(_ plan: TrainingPlan) -> Double {
        let (whole, steps) = (step / plan.stepsPerEpoch, step % plan.stepsPerEpoch)
        let batches = plan.batches(ofStep: steps).lowerBound
        return Double(whole) + Double(batches) / Double(plan.batchesPerEpoch)
    }

    /// Notes an evaluation: whether it is the best so far, and how many have failed to improve.
    ///
    /// As in transformers: any better value becomes the best, but only one better by more than the threshold resets
    /// the count of early stopping.
    ///
    /// - Throws: `TrainingError.missingMetric` when the evaluation lacks the deciding metric.
    mutating func note(_ entry: LogEntry, _ arguments: TrainingArguments) throws {
        guard let name = arguments.bestMetricName else { return }
        guard let value = entry[name] else {
            throw TrainingError.missingMetric(name: name, available: entry.values.map(\.name))
        }
        let improvement = bestMetric.map { arguments.largerMetricIsBetter ? value - $0 : $0 - value }
        failedEvaluations = improvement ?? .infinity > arguments.earlyStoppingThreshold ? 0 : failedEvaluations + 1
        if improvement ?? 1 > 0 {
            bestMetric = value
            bestStep = step
        }
    }

    /// Whether early stopping ends the run.
    func shouldStopEarly(_ arguments: TrainingArguments) -> Bool {
        arguments.earlyStoppingPatience.map { failedEvaluations >= $0 } ?? false
    }

    // MARK: Files

    /// `trainer_state.json`, with exactly the keys transformers' `TrainerState` reads.
    func trainerState(_ arguments: TrainingArguments, _ plan: TrainingPlan, bestCheckpoint: String?) -> JSON {
        .object([
            "best_global_step": bestStep.map { JSON.integer(Int64($0)) } ?? .null,
            "best_metric": bestMetric.map(JSON.number) ?? .null,
            "best_model_checkpoint": bestCheckpoint.map(JSON.string) ?? .null,
            "epoch": .number(epoch(plan)),
            "eval_steps": .integer(Int64(arguments.stepsBetweenEvaluations)),
            "global_step": .integer(Int64(step)),
            "is_hyper_param_search": false,
            "is_local_process_zero": true,
            "is_world_process_zero": true,
            "log_history": .array(history.map(\.json)),
            "logging_steps": .integer(Int64(arguments.loggingSteps)),
            "max_steps": .integer(Int64(plan.totalSteps)),
            "num_input_tokens_seen": 0,
            "num_train_epochs": .integer(Int64(plan.epochCount)),
            "save_steps": .integer(Int64(arguments.saveSteps)),
            "stateful_callbacks": [:],
            "total_flos": 0.0,
            "train_batch_size": .integer(Int64(arguments.batchSize)),
            "trial_name": nil,
            "trial_params": nil,
        ])
    }

    /// The part that `trainer_state.json` has no place for.
    var remainder: JSONObject {
        [
            "loss_sum": .number(lossSum), "loss_steps": .integer(Int64(lossSteps)),
            "failed_evaluations": .integer(Int64(failedEvaluations)),
        ]
    }

    /// A run that has not begun.
    init() {}

    /// Reads what ``trainerState(_:_:bestCheckpoint:)`` and ``remainder`` wrote; nil when something is missing.
    init?(trainerState: JSON, remainder: JSON) {
        guard let step = trainerState["global_step"]?.intValue, step >= 0,
            let rows = trainerState["log_history"]?.arrayValue,
            let lossSum = remainder["loss_sum"]?.doubleValue, let lossSteps = remainder["loss_steps"]?.intValue,
            let failed = remainder["failed_evaluations"]?.intValue
        else { return nil }
        self.step = step
        history = rows.compactMap(LogEntry.init(json:))
        guard history.count == rows.count else { return nil }
        self.lossSum = lossSum
        self.lossSteps = lossSteps
        failedEvaluations = failed
        bestMetric = trainerState["best_metric"]?.doubleValue
        bestStep = trainerState["best_global_step"]?.intValue
    }
}
