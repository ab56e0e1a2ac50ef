import Foundation
import Linnet

/// `linnet pretrain`: a text in, a causal language model out.
enum PretrainVerb {
    static let name = "pretrain"

    // Model and data.
    private static let corpus = Flag<String>.requiredText(
        FlagName("corpus", aliases: ["train-file", "input"]), "PATH", help: "The text to learn from, UTF-8.")
    private static let tokenizer = Flag<String>.requiredText(
        FlagName("tokenizer", aliases: ["tokenizer-name"]), "characters|NAME",
        help: "characters: every character of the corpus is a token; else the model whose tokenizer is taken.")
    private static let output = Flag<String>.requiredText(
        FlagName("output", letter: "o", aliases: ["output-dir"]), "DIR",
        help: "Where checkpoints, logs and the final model go.")
    private static let validationShare = Flag<Double>.number(
        "validation-share", default: 0.1, in: 0.0001...0.9,
        help: "Share of the corpus, at its end, that is measured and not learned from.")
    private static let architecture = Flag<ModelShape.Architecture>.choice(
        FlagName("architecture", aliases: ["model-type"]), default: .gpt2, help: "What kind of network is built.")
    private static let layers = Flag<Int>.integer(
        FlagName("layers", aliases: ["n-layer", "num-hidden-layers"]), default: 4, in: 1...1024, help: "Blocks.")
    private static let heads = Flag<Int>.integer(
        FlagName("heads", aliases: ["n-head", "num-attention-heads"]), default: 4, in: 1...1024,
        help: "Attention heads; they divide --hidden.")
    private static let keyValueHeads = Flag<Int?>.optionalInteger(
        FlagName("kv-heads", aliases: ["num-key-value-heads"]), in: 1...1024, shown: "--heads",
        help: "Heads of keys and values with --architecture llama; they divide --heads.")
    private static let hidden = Flag<Int>.integer(
        FlagName("hidden", aliases: ["n-embd", "hidden-size"]), default: 128, in: 1...65536,
        help: "Width of the hidden states.")
    private static let intermediate = Flag<Int?>.optionalInteger(
        FlagName("intermediate", aliases: ["n-inner", "intermediate-size"]), in: 1...1_048_576,
        shown: "4 x --hidden, or 8/3 x with llama", help: "Width of the feed-forward layers.")
    private static let context = Flag<Int>.integer(
        FlagName("context", aliases: ["block-size", "n-positions", "max-position-embeddings"]), default: 64,
        in: 1...1_048_576, help: "The longest sequence, and the length of every example, in tokens.")
    private static let dropout = Flag<Double>.number(
        "dropout", default: 0, in: 0...0.99, help: "Dropout; worth it when the corpus is seen many times.")

    // Training: the flags whose defaults are nanoGPT's instead of those of fine-tuning.
    private static let steps = Flag<Int>.integer(
        FlagName("steps", aliases: ["max-steps", "max-iters"]), default: 2000, in: 1...Int(Int32.max),
        help: "Optimizer steps.")
    private static let batchSize = Flag<Int>.integer(
        FlagName("batch-size", aliases: TrainingFlags.batchSize.declaration.aliases), default: 12, in: 1...65536,
        help: "Windows of --context tokens per batch.")
    private static let learningRate = Flag<Double?>.optionalNumber(
        FlagName("learning-rate", aliases: ["lr"]), in: 1e-12...1, shown: "0.46 / --hidden",
        help: "The peak of the learning rate.")
    private static let minimumLearningRate = Flag<Double?>.optionalNumber(
        FlagName("min-learning-rate", aliases: ["min-lr"]), in: 0...1, shown: "a tenth of --learning-rate",
        help: "Where the learning rate ends with --schedule cosine-with-min-lr.")
    private static let schedule = Flag<ScheduleKind>.choice(
        FlagName("schedule", aliases: ["lr-scheduler-type"]), default: .cosineWithMinimum,
        help: TrainingFlags.schedule.declaration.help)
    private static let warmupSteps = Flag<Double>.number(
        "warmup-steps", default: 100, in: 0...Double(Int32.max), help: TrainingFlags.warmupSteps.declaration.help)
    private static let weightDecay = Flag<Double>.number(
        "weight-decay", default: 0.1, in: 0...10, help: TrainingFlags.weightDecay.declaration.help)
    private static let beta2 = Flag<Double>.number(
        "adam-beta2", default: 0.99, in: 0...0.999999, help: TrainingFlags.beta2.declaration.help)
    private static let evalSteps = Flag<Int>.integer(
        FlagName("eval-steps", aliases: ["eval-interval"]), default: 500, in: 1...Int(Int32.max),
        help: "Steps between measurements of the whole validation part.")
    private static let evalBatchSize = Flag<Int?>.optionalInteger(
        FlagName("eval-batch-size", aliases: TrainingFlags.evalBatchSize.declaration.aliases), in: 1...65536,
        shown: "--batch-size", help: "Windows per batch of a measurement.")

    static let verb = Verb(
        name, summary: "train a causal language model from scratch on a text",
        discussion: [
            "Builds a new model, trains it to predict the next token of the corpus, and writes a directory that "
                + "transformers opens and linnet generate runs: config.json, generation_config.json, "
                + "model.safetensors and the tokenizer.",
            "Examples are windows of --context tokens at random places of the first part of the corpus; the loss "
                + "is measured over the whole of the rest.",
            "Ctrl-C finishes the step, writes a checkpoint and exits with status 130; the same command with --resume "
                + "goes on to the same final weights.",
        ],
        groups: [
            Verb.Group(
                "Model and data",
                [
                    corpus.declaration, tokenizer.declaration, output.declaration, validationShare.declaration,
                    architecture.declaration, layers.declaration, heads.declaration, keyValueHeads.declaration,
                    hidden.declaration, intermediate.declaration, context.declaration, dropout.declaration,
                ]),
            Verb.Group(
                "Training",
                [
                    steps.declaration, batchSize.declaration, TrainingFlags.accumulation.declaration,
                    learningRate.declaration, schedule.declaration, minimumLearningRate.declaration,
                    warmupSteps.declaration, TrainingFlags.warmupRatio.declaration, weightDecay.declaration,
                    TrainingFlags.beta1.declaration, beta2.declaration, TrainingFlags.epsilon.declaration,
                    TrainingFlags.maxGradientNorm.declaration, TrainingFlags.precision.declaration,
                    TrainingFlags.seed.declaration,
                ]),
            Verb.Group(
                "Evaluation and checkpoints",
                [
                    evalSteps.declaration, evalBatchSize.declaration, TrainingFlags.saveStrategy.declaration,
                    TrainingFlags.saveSteps.declaration, TrainingFlags.saveTotalLimit.declaration,
                    TrainingFlags.loadBest.declaration, TrainingFlags.patience.declaration,
                    TrainingFlags.patienceThreshold.declaration, TrainingFlags.loggingSteps.declaration,
                ]),
            Verb.Group("Run", RunFlags.declarations),
        ],
        rewrites: TrainingFlags.rewrites.filter { $0.flag == TrainingFlags.precision.declaration.name },
        examples: [
            Verb.Example(
                "A character model in a few minutes",
                "linnet pretrain --corpus input.txt --tokenizer characters --layers 4 --heads 4 --hidden 128 "
                    + "--context 64 --batch-size 12 --steps 2000 --output runs/shakespeare"),
            Verb.Example(
                "A small Llama with an existing tokenizer",
                "linnet pretrain --corpus corpus.txt --tokenizer HuggingFaceTB/SmolLM2-135M --architecture llama "
                    + "--layers 8 --heads 8 --kv-heads 2 --hidden 512 --context 512 --steps 20000 --output runs/llama"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let job = try job(given)
        return try RunFlags.run(
            given,
            { stop, note in
                try job.run(
                    stop: stop, note: note,
                    callbacks: RunFlags.callbacks(given, output: given[output], title: given[corpus]))
            }, text: text(of:))
    }

    /// The job that the flags describe.
    private static func job(_ given: Arguments) throws -> Pretraining {
        var job = Pretraining(
            corpus: given[corpus],
            vocabulary: given[tokenizer] == "characters" ? .characters : .model(given[tokenizer]),
            output: given[output])
        job.start = try RunFlags.start(given, verb: name)
        job.validationShare = given[validationShare]
        job.shape = shape(given)
        job.arguments = arguments(given)
        return job
    }

    private static func shape(_ given: Arguments) -> ModelShape {
        var shape = ModelShape()
        shape.architecture = given[architecture]
        shape.layers = given[layers]
        shape.heads = given[heads]
        shape.keyValueHeads = given[keyValueHeads]
        shape.hidden = given[hidden]
        shape.intermediate = given[intermediate]
        shape.context = given[context]
        shape.dropout = given[dropout]
        return shape
    }

    private static func arguments(_ given: Arguments) -> TrainingArguments {
        var arguments = TrainingFlags.trainingArguments(
            given, output: given[output], evaluation: .steps, usesAdapter: false)
        arguments.maxSteps = given[steps]
        arguments.batchSize = given[batchSize]
        arguments.evaluationBatchSize = given[evalBatchSize] ?? given[batchSize]
        let peak = given[learningRate] ?? Pretraining.learningRate(hidden: given[hidden])
        arguments.learningRate = peak
        arguments.schedule = given[schedule]
        let hasMinimum = given[schedule] == .cosineWithMinimum
        arguments.minimumLearningRate = hasMinimum ? given[minimumLearningRate] ?? peak / 10 : 0
        arguments.warmup = TrainingFlags.warmup(given[warmupSteps], given)
        arguments.weightDecay = given[weightDecay]
        arguments.adamBeta2 = given[beta2]
        arguments.evalSteps = given[evalSteps]
        if !given.isGiven(TrainingFlags.saveSteps) { arguments.saveSteps = given[evalSteps] }
        return arguments
    }

    /// The summary for a person.
    private static func text(of summary: PretrainingSummary) -> String {
        let result = summary.result
        var lines = [
            String(
                format: "trained %d steps (%d parameters) in %.1f s: %.0f tokens/s, %.0f MiB at most", result.step,
                summary.parameters, result.seconds, Double(result.tokens) / max(result.stepSeconds, 1e-9),
                summary.peakMemory)
        ]
        if let loss = summary.loss, let perplexity = summary.perplexity {
            lines.append(String(format: "validation loss %.4f, perplexity %.3f", loss, perplexity))
        }
        lines.append("saved: \(summary.output)")
        if let sample = summary.sample { lines.append("sample:\n\(sample)") }
        return lines.joined(separator: "\n")
    }
}
