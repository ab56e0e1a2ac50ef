import Linnet

/// The flags that become `TrainingArguments`, under Hugging Face's names (version 5, and version 4 where it differs).
enum TrainingFlags {
    static let epochs = Flag<Double>.number(
        FlagName("epochs", aliases: ["num-train-epochs"]), default: 3, in: 0.001...1e6,
        help: "How often the training data is seen; a fraction stops within an epoch.")
    static let maxSteps = Flag<Int?>.optionalInteger(
        "max-steps", in: -1...Int(Int32.max), help: "Optimizer steps to take instead of --epochs; -1 means none.")
    static let batchSize = Flag<Int>.integer(
        FlagName("batch-size", aliases: ["per-device-train-batch-size", "train-batch-size"]), default: 16,
        in: 1...65536, help: "Examples per batch.")
    static let evalBatchSize = Flag<Int>.integer(
        FlagName("eval-batch-size", aliases: ["per-device-eval-batch-size"]), default: 64, in: 1...65536,
        help: "Examples per batch of an evaluation.")
    static let accumulation = Flag<Int>.integer(
        "gradient-accumulation-steps", default: 1, in: 1...65536,
        help: "Batches whose gradients make one optimizer step; equals a batch that many times as large.")
    static let learningRate = Flag<Double?>.optionalNumber(
        FlagName("learning-rate", aliases: ["lr"]), in: 0...1, shown: "5e-5, or 1e-3 with --lora",
        help: "The peak of the learning rate.")
    static let schedule = Flag<ScheduleKind>.choice(
        FlagName("schedule", aliases: ["lr-scheduler-type"]), default: .linear,
        help: "How the learning rate changes over the run.")
    static let minimumLearningRate = Flag<Double?>.optionalNumber(
        FlagName("min-learning-rate", aliases: ["min-lr"]), in: 0...1, shown: "0",
        help: "Where the learning rate ends with --schedule cosine-with-min-lr.")
    static let warmupSteps = Flag<Double>.number(
        "warmup-steps", default: 0, in: 0...Double(Int32.max),
        help: "Optimizer steps of rising learning rate; below 1 it is a share of all steps.")
    static let warmupRatio = Flag<Double?>.optionalNumber(
        "warmup-ratio", in: 0...0.999, help: "Share of all steps with rising learning rate.")
    static let weightDecay = Flag<Double>.number(
        "weight-decay", default: 0, in: 0...10, help: "AdamW's weight decay; biases and norms are left out.")
    static let beta1 = Flag<Double>.number(
        "adam-beta1", default: 0.9, in: 0...0.999999, help: "Decay of AdamW's first moment.")
    static let beta2 = Flag<Double>.number(
        "adam-beta2", default: 0.999, in: 0...0.999999, help: "Decay of AdamW's second moment.")
    static let epsilon = Flag<Double>.number(
        "adam-epsilon", default: 1e-8, in: 1e-30...1, help: "The constant under AdamW's fraction.")
    static let maxGradientNorm = Flag<Double>.number(
        "max-grad-norm", default: 1, in: 0...1e9, help: "The norm that gradients are clipped to; 0 does not clip.")
    static let labelSmoothing = Flag<Double>.number(
        FlagName("label-smoothing", aliases: ["label-smoothing-factor"]), default: 0, in: 0...0.999,
        help: "How much of the target's probability is spread over all labels.")
    static let sampling = Flag<Sampling>.choice(
        "train-sampling-strategy", default: .random, help: "Whether batches hold texts of similar length.")
    static let freeze = Flag<[String]>.list(
        "freeze", "PATTERN", help: "Parameters that are not trained: names with * and ?, as linnet inspect lists them.")
    static let precision = Flag<Precision>.choice(
        "precision", default: .bfloat16, help: "Numbers of activations and products; masters are always fp32.")
    static let seed = Flag<Int>.integer("seed", default: 42, help: "Same seed, same machine: same result.")

    static let evalStrategy = Flag<IntervalChoice>.choice(
        FlagName("eval-strategy", aliases: ["evaluation-strategy"]), default: .automatic,
        help: "When --eval is measured; auto means epoch if there is --eval.")
    static let evalSteps = Flag<Int?>.optionalInteger(
        "eval-steps", in: 1...Int(Int32.max), shown: "--logging-steps",
        help: "Steps between evaluations with --eval-strategy steps.")
    static let saveStrategy = Flag<IntervalChoice>.choice(
        "save-strategy", default: .automatic, help: "When a checkpoint is written; auto means like --eval-strategy.")
    static let saveSteps = Flag<Int>.integer(
        "save-steps", default: 500, in: 1...Int(Int32.max),
        help: "Steps between checkpoints with --save-strategy steps.")
    static let saveTotalLimit = Flag<Int?>.optionalInteger(
        "save-total-limit", in: 1...Int(Int32.max), shown: "2",
        help: "How many checkpoints are kept; the newest and the best always are.")
    static let loadBest = Flag<Bool>.toggle(
        "load-best-model-at-end", help: "Save the model of the best evaluation instead of the last.")
    static let bestMetric = Flag<String?>.text(
        "metric-for-best-model", "NAME", shown: "loss", help: "What makes an evaluation best: loss, accuracy, f1, …")
    static let greaterIsBetter = Flag<Bool>.toggle(
        "greater-is-better", default: true, help: "The smaller metric is better (loss is known to be so).")
    static let patience = Flag<Int?>.optionalInteger(
        "early-stopping-patience", in: 1...Int(Int32.max),
        help: "Evaluations in a row that may fail to improve before the run stops.")
    static let patienceThreshold = Flag<Double>.number(
        "early-stopping-threshold", default: 0, in: 0...1e9, help: "What counts as an improvement.")
    static let loggingSteps = Flag<Int>.integer(
        "logging-steps", default: 10, in: 1...Int(Int32.max), help: "Steps between entries of the log.")

    static let groups = [
        Verb.Group(
            "Training",
            [
                epochs.declaration, maxSteps.declaration, batchSize.declaration, accumulation.declaration,
                learningRate.declaration, schedule.declaration, minimumLearningRate.declaration,
                warmupSteps.declaration, warmupRatio.declaration, weightDecay.declaration, beta1.declaration,
                beta2.declaration, epsilon.declaration,
                maxGradientNorm.declaration, labelSmoothing.declaration, sampling.declaration, freeze.declaration,
                precision.declaration, seed.declaration,
            ]),
        Verb.Group(
            "Evaluation and checkpoints",
            [
                evalStrategy.declaration, evalSteps.declaration, evalBatchSize.declaration, saveStrategy.declaration,
                saveSteps.declaration, saveTotalLimit.declaration, loadBest.declaration, bestMetric.declaration,
                greaterIsBetter.declaration, patience.declaration, patienceThreshold.declaration,
                loggingSteps.declaration,
            ]),
    ]

    static let rewrites = [
        Verb.Rewrite(name: "bf16", flag: "precision", valueWhenTrue: "bf16", valueWhenFalse: "fp32"),
        Verb.Rewrite(
            name: "group-by-length", flag: "train-sampling-strategy", valueWhenTrue: "group-by-length",
            valueWhenFalse: "random"),
    ]

    /// How batches are drawn (`train_sampling_strategy`).
    enum Sampling: String, CaseIterable, Sendable {
        case random
        case groupByLength = "group_by_length"
    }

    /// When something is done, with a choice that depends on the data.
    enum IntervalChoice: String, CaseIterable, Sendable {
        case automatic = "auto"
        case never = "no"
        case steps
        case epoch

        /// The strategy this stands for.
        func strategy(otherwise fallback: IntervalStrategy) -> IntervalStrategy {
            IntervalStrategy(rawValue: rawValue) ?? fallback
        }
    }

    /// The settings of a run that writes to `output`.
    ///
    /// - Parameter evaluation: when the model is measured unless the user says so.
    static func trainingArguments(
        _ given: Arguments, output: String, evaluation: IntervalStrategy, usesAdapter: Bool
    ) -> TrainingArguments {
        var arguments = TrainingArguments(output: output)
        arguments.epochs = given[epochs]
        arguments.maxSteps = given[maxSteps].flatMap { $0 > 0 ? $0 : nil }
        arguments.batchSize = given[batchSize]
        arguments.evaluationBatchSize = given[evalBatchSize]
        arguments.gradientAccumulationSteps = given[accumulation]
        arguments.learningRate = given[learningRate] ?? (usesAdapter ? 1e-3 : 5e-5)
        arguments.schedule = given[schedule]
        arguments.minimumLearningRate = given[minimumLearningRate] ?? 0
        arguments.warmup = warmup(given[warmupSteps], given)
        arguments.weightDecay = given[weightDecay]
        arguments.adamBeta1 = given[beta1]
        arguments.adamBeta2 = given[beta2]
        arguments.adamEpsilon = given[epsilon]
        arguments.maxGradientNorm = given[maxGradientNorm]
        arguments.labelSmoothing = given[labelSmoothing]
        arguments.groupByLength = given[sampling] == .groupByLength
        arguments.freeze = given[freeze]
        arguments.precision = given[precision]
        arguments.seed = UInt64(given[seed].magnitude)
        arguments.evalStrategy = given[evalStrategy].strategy(otherwise: evaluation)
        arguments.evalSteps = given[evalSteps]
        let unlessNever: IntervalStrategy = arguments.evalStrategy == .never ? .epoch : arguments.evalStrategy
        arguments.saveStrategy = given[saveStrategy].strategy(otherwise: unlessNever)
        arguments.saveSteps =
            given.isGiven(saveSteps) || arguments.evalStrategy != .steps
            ? given[saveSteps] : given[evalSteps] ?? given[loggingSteps]
        arguments.saveTotalLimit = given[saveTotalLimit] ?? 2
        arguments.loadBestModelAtEnd = given[loadBest]
        arguments.metricForBestModel = given[bestMetric]
        arguments.greaterIsBetter = given.isGiven(greaterIsBetter) ? given[greaterIsBetter] : nil
        arguments.earlyStoppingPatience = given[patience]
        arguments.earlyStoppingThreshold = given[patienceThreshold]
        arguments.loggingSteps = given[loggingSteps]
        return arguments
    }

    /// `--warmup-ratio`, or `--warmup-steps` with its fractions.
    static func warmup(_ steps: Double, _ given: Arguments) -> Warmup {
        if let ratio = given[warmupRatio] { return .ratio(ratio) }
        return steps < 1 ? .ratio(steps) : .steps(Int(steps))
    }
}
