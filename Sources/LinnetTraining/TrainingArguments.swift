import LinnetTensors

/// When something that is done now and then is done (`eval_strategy`, `save_strategy`).
public enum IntervalStrategy: String, Sendable, CaseIterable {
    /// Never.
    case never = "no"
    /// Every so many optimizer steps.
    case steps
    /// At the end of every epoch.
    case epoch
}

/// The settings of a training run, with the defaults of Hugging Face's `TrainingArguments` (version 5).
///
/// Each property names the Hugging Face argument it stands for; `json` writes and reads those names.
public struct TrainingArguments: Sendable, Equatable {
    /// The directory that receives checkpoints, logs and the final model (`output_dir`).
    public var output: String
    /// How many times the run sees the data; a fraction stops within an epoch (`num_train_epochs`).
    public var epochs: Double = 3
    /// How many optimizer steps to take instead of `epochs`, or nil (`max_steps`; there −1 means none).
    public var maxSteps: Int?
    /// Examples per batch (`per_device_train_batch_size`).
    public var batchSize: Int = 8
    /// Examples per batch of an evaluation (`per_device_eval_batch_size`).
    public var evaluationBatchSize: Int = 8
    /// Batches whose gradients make one optimizer step (`gradient_accumulation_steps`).
    public var gradientAccumulationSteps: Int = 1
    /// The peak learning rate (`learning_rate`).
    public var learningRate: Double = 5e-5
    /// The shape of the learning rate over the run (`lr_scheduler_type`).
    public var schedule: ScheduleKind = .linear
    /// The learning rate at which the schedule `cosine_with_min_lr` ends (`lr_scheduler_kwargs`' `min_lr`).
    public var minimumLearningRate: Double = 0
    /// How long the learning rate rises (`warmup_steps`; a number below 1 is a share of all steps).
    public var warmup: Warmup = .steps(0)
    /// Decoupled weight decay of AdamW, not applied to biases and norms (`weight_decay`).
    public var weightDecay: Double = 0
    /// Decay of the first moment (`adam_beta1`).
    public var adamBeta1: Double = 0.9
    /// Decay of the second moment (`adam_beta2`).
    public var adamBeta2: Double = 0.999
    /// The constant under the fraction of AdamW (`adam_epsilon`).
    public var adamEpsilon: Double = 1e-8
    /// The global norm gradients are clipped to; 0 does not clip (`max_grad_norm`).
    public var maxGradientNorm: Double = 1
    /// How much of the target's probability is spread over all classes (`label_smoothing_factor`).
    public var labelSmoothing: Double = 0
    /// The seed of data order and dropout (`seed`).
    public var seed: UInt64 = 42
    /// When the evaluation set is measured (`eval_strategy`).
    public var evalStrategy: IntervalStrategy = .never
    /// Steps between evaluations; nil means `loggingSteps` (`eval_steps`).
    public var evalSteps: Int?
    /// When a checkpoint is written (`save_strategy`).
    public var saveStrategy: IntervalStrategy = .steps
    /// Steps between checkpoints (`save_steps`).
    public var saveSteps: Int = 500
    /// How many checkpoints are kept; the newest and the best always are (`save_total_limit`).
    public var saveTotalLimit: Int?
    /// Whether the model of the best evaluation is loaded when the run ends (`load_best_model_at_end`).
    public var loadBestModelAtEnd: Bool = false
    /// The metric that decides which model is best (`metric_for_best_model`; with or without `eval_`).
    public var metricForBestModel: String?
    /// Whether larger is better; nil means yes unless the metric's name ends in `loss` (`greater_is_better`).
    public var greaterIsBetter: Bool?
    /// How many evaluations in a row may fail to improve before the run stops; nil never stops
    /// (`early_stopping_patience` of `EarlyStoppingCallback`).
    public var earlyStoppingPatience: Int?
    /// By how much the metric must change to count as improved (`early_stopping_threshold`).
    public var earlyStoppingThreshold: Double = 0
    /// Steps between log entries (`logging_steps`).
    public var loggingSteps: Int = 500
    /// Whether batches hold examples of similar length (`train_sampling_strategy="group_by_length"`).
    public var groupByLength: Bool = false
    /// In which numbers the model computes (`bf16`).
    public var precision: Precision = .float32
    /// Patterns of names of parameters that are not trained; `*` stands for any characters.
    public var freeze: [String] = []

    /// The defaults, writing to `output`.
    public init(output: String) {
        self.output = output
    }

    /// The metric that decides which model is best, as it is named in the log (`eval_…`), or nil when none does.
    public var bestMetricName: String? {
        let decides = loadBestModelAtEnd || earlyStoppingPatience != nil
        guard let name = metricForBestModel ?? (decides ? "loss" : nil) else { return nil }
        return name.hasPrefix("eval_") ? name : "eval_" + name
    }

    /// Whether a larger value of the metric is better.
    public var largerMetricIsBetter: Bool {
        greaterIsBetter ?? !(bestMetricName ?? "loss").hasSuffix("loss")
    }

    /// Steps between evaluations under `evalStrategy == .steps`.
    public var stepsBetweenEvaluations: Int { evalSteps ?? loggingSteps }

    /// Checks every value and how they go together.
    ///
    /// - Throws: `TrainingError.invalidArgument` naming the first argument that makes no sense.
    public func validate() throws {
        try expect(!output.isEmpty, "output_dir", "a directory", "nothing")
        try expect(epochs > 0 && epochs < 1e9, "num_train_epochs", "a number above 0", epochs)
        for (name, value) in [
            ("max_steps", maxSteps ?? 1), ("per_device_train_batch_size", batchSize),
            ("per_device_eval_batch_size", evaluationBatchSize),
            ("gradient_accumulation_steps", gradientAccumulationSteps), ("logging_steps", loggingSteps),
            ("save_steps", saveSteps), ("eval_steps", stepsBetweenEvaluations),
            ("save_total_limit", saveTotalLimit ?? 1), ("early_stopping_patience", earlyStoppingPatience ?? 1),
        ] {
            try expect(value >= 1, name, "1 or more", value)
        }
        switch warmup {
        case .steps(let count): try expect(count >= 0, "warmup_steps", "0 or more", count)
        case .ratio(let share): try expect((0..<1).contains(share), "warmup_steps", "a share in 0..<1", share)
        }
        for (name, value) in [("learning_rate", learningRate), ("adam_epsilon", adamEpsilon)] {
            try expect(value > 0 && value.isFinite, name, "a finite number above 0", value)
        }
        try expect(
            (0...learningRate).contains(minimumLearningRate), "lr_scheduler_kwargs",
            "a min_lr from 0 to learning_rate \(learningRate)", minimumLearningRate)
        for (name, value) in [
            ("weight_decay", weightDecay), ("max_grad_norm", maxGradientNorm),
            ("early_stopping_threshold", earlyStoppingThreshold),
        ] {
            try expect(value >= 0 && value.isFinite, name, "a finite number of 0 or more", value)
        }
        for (name, value) in [
            ("adam_beta1", adamBeta1), ("adam_beta2", adamBeta2), ("label_smoothing_factor", labelSmoothing),
        ] {
            try expect((0..<1).contains(value), name, "a number in 0..<1", value)
        }
        try validateBestModel()
    }

    private func validateBestModel() throws {
        if let metric = bestMetricName {
            try expect(
                evalStrategy != .never, "eval_strategy", "steps or epoch, since \(metric) decides which model is best",
                evalStrategy.rawValue)
        }
        guard loadBestModelAtEnd else { return }
        try expect(
            saveStrategy == evalStrategy, "save_strategy",
            "\(evalStrategy.rawValue), as eval_strategy, with load_best_model_at_end", saveStrategy.rawValue)
        if saveStrategy == .steps {
            try expect(
                saveSteps % stepsBetweenEvaluations == 0, "save_steps",
                "a multiple of eval_steps \(stepsBetweenEvaluations) with load_best_model_at_end", saveSteps)
        }
    }

    private func expect(
        _ holds: Bool, _ name: String, _ expected: String, _ found: some CustomStringConvertible
    ) throws {
        guard holds else {
            throw TrainingError.invalidArgument(name: name, expected: expected, found: found.description)
        }
    }
}
