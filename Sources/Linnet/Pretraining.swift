import Foundation
import LinnetFormats
import LinnetGeneration
import LinnetModels
import LinnetTokenizers
import LinnetTraining

/// Training of a causal language model from nothing but a text: what `linnet pretrain` runs.
///
/// ```swift
/// var job = Pretraining(corpus: "input.txt", vocabulary: .characters, output: "runs/shakespeare")
/// job.shape.layers = 6
/// job.arguments.maxSteps = 5000
/// let summary = try job.run()
/// ```
public struct Pretraining {
    /// Where the tokens come from.
    public enum Vocabulary: Sendable {
        /// Every character of the corpus is a token.
        case characters
        /// The tokenizer of a model directory, or of a downloaded model's name.
        case model(String)
    }

    /// A text file, UTF-8.
    public var corpus: String
    /// Where the tokens come from.
    public var vocabulary: Vocabulary
    /// The size of the model.
    public var shape = ModelShape()
    /// The share of the corpus, at its end, that is measured and not learned from.
    public var validationShare = 0.1
    /// The training run's settings.
    public var arguments: TrainingArguments
    /// Whether to begin anew, or to go on from the newest checkpoint in the output directory.
    public var start = RunStart.fresh

    /// A peak of the learning rate that suits a width: nanoGPT's 6e-4 for the 768 of GPT-2, and in inverse proportion
    /// for others (Yang et al. 2022), up to 1e-2.
    public static func learningRate(hidden: Int) -> Double {
        min(1e-2, 6e-4 * 768 / Double(max(1, hidden)))
    }

    /// A job with the settings of nanoGPT's character model for a CPU but for the learning rate, writing to `output`.
    public init(corpus: String, vocabulary: Vocabulary, output: String = "runs/pretrained") {
        self.corpus = corpus
        self.vocabulary = vocabulary
        arguments = TrainingArguments(output: output)
        arguments.maxSteps = 2000
        arguments.batchSize = 12
        arguments.evaluationBatchSize = 12
        arguments.learningRate = Self.learningRate(hidden: shape.hidden)
        arguments.schedule = .cosineWithMinimum
        arguments.minimumLearningRate = arguments.learningRate / 10
        arguments.warmup = .steps(100)
        arguments.weightDecay = 0.1
        arguments.adamBeta2 = 0.99
        arguments.evalStrategy = .steps
        arguments.evalSteps = 500
        arguments.saveSteps = 500
        arguments.saveTotalLimit = 2
        arguments.loggingSteps = 10
    }

    /// Reads the corpus, builds the model, trains, evaluates and saves to `arguments.output`.
    ///
    /// - Parameters:
    ///   - stop: Ends the run early when raised, with a checkpoint to resume from.
    ///   - note: Told, in single lines, what was read and built.
    ///   - callbacks: Watch the run: progress bar, logs, report.
    /// - Returns: What the run measured.
    public func run(
        stop: StopFlag = StopFlag(), note: (String) -> Void = { _ in }, callbacks: [any TrainingCallback] = []
    ) throws -> PretrainingSummary {
        try arguments.validate()
        let text = try CorpusText(path: corpus)
        let tokenizer = try tokenizer(of: text)
        let configuration = try shape.configuration(
            vocabularySize: tokenizer.vocabularySize, ends: (tokenizer.beginId, tokenizer.endId))
        let (training, validation) = try windows(tokenizer.encode(text.content, addSpecialTokens: false).ids)
        let model = try PretrainedModel.causal(configuration: configuration, seed: arguments.seed)
        let task = LanguageModeling(model) { directory in
            try tokenizer.save(to: directory)
            try Self.writeGenerationDefaults(of: configuration, to: directory)
        }
        let trainer = try Trainer(
            task, arguments: arguments, training: training, evaluation: validation, model: description(of: tokenizer),
            callbacks: callbacks, stop: stop
        ) { loss, _, _ in EvaluationScores(["perplexity": exp(loss)]) }
        note(
            "\(corpus): \(training.tokens.count) tokens to learn from, \(validation.tokens.count) to measure; "
                + "vocabulary of \(tokenizer.vocabularySize)")
        let result = try trainer.train(start)
        if !result.isInterrupted { try task.save(to: arguments.output) }
        let isMeasured = result.evaluation != nil || result.isInterrupted
        var summary = PretrainingSummary(
            result, evaluation: isMeasured ? result.evaluation : try trainer.evaluate().entry,
            parameters: model.store.counts.total, vocabularySize: tokenizer.vocabularySize, output: arguments.output)
        if !result.isInterrupted {
            summary.sample = try sample(model.network, tokenizer, beginning: validation[0].inputs)
        }
        return summary
    }

    /// What the model writes after the first words of the validation part, as long as its context allows.
    private func sample(
        _ network: any CausalLanguageModel, _ tokenizer: Tokenizer, beginning: ArraySlice<Int32>
    ) throws -> String? {
        let prompt = Array(beginning.prefix(max(1, shape.context / 4)))
        guard prompt.count < shape.context else { return nil }
        var options = GenerationOptions()
        options.maxNewTokens = min(200, shape.context - prompt.count)
        options.doSample = true
        options.temperature = 0.8
        options.seed = arguments.seed
        let generator = try Generator(
            model: network, tokenizer: tokenizer, dtype: arguments.precision.dtype, sequences: 1)
        guard let answer = try generator.generate(tokens: [prompt], options: options).first else { return nil }
        return tokenizer.decode(prompt + answer.tokenIds)
    }

    private func tokenizer(of text: CorpusText) throws -> Tokenizer {
        switch vocabulary {
        case .characters: try Tokenizer.characters(of: text.content)
        case .model(let name): try Tokenizer(directory: ModelHub().directory(for: name))
        }
    }

    /// The beginning of the corpus in windows at random places, and its end in windows one after the other.
    private func windows(_ tokens: [Int32]) throws -> (training: TokenWindows, validation: TokenWindows) {
        guard validationShare > 0, validationShare < 1 else {
            throw TrainingError.invalidArgument(
                name: "validation_share", expected: "a number between 0 and 1", found: "\(validationShare)")
        }
        let split = Int(Double(tokens.count) * (1 - validationShare))
        return (
            try TokenWindows(
                Array(tokens[..<split]), context: shape.context, .drawn, name: "\(corpus): training part"),
            try TokenWindows(
                Array(tokens[split...]), context: shape.context, .consecutive, name: "\(corpus): validation part")
        )
    }

    /// What a resumed run must have in common with this one beside data and settings.
    private func description(of tokenizer: Tokenizer) -> String {
        "new \(shape.architecture.rawValue), \(shape.layers) layers, \(shape.heads) heads, hidden \(shape.hidden), "
            + "context \(shape.context), dropout \(shape.dropout), vocabulary \(tokenizer.vocabularySize)"
    }

    /// `generation_config.json`, which transformers reads beside a model that generates.
    private static func writeGenerationDefaults(of configuration: ModelConfiguration, to directory: String) throws {
        var object: JSONObject = ["_from_model_config": true, "do_sample": true]
        for key in ["bos_token_id", "eos_token_id"] {
            if let id = configuration.json[key], !id.isNull { object[key] = id }
        }
        try FileBytes.write(
            text: JSON.object(object).text(pretty: true) + "\n", to: "\(directory)/generation_config.json")
    }
}

/// A text file that is read whole.
struct CorpusText {
    let content: String

    /// - Throws: ``FormatError`` when the file cannot be read, is empty, or is not UTF-8.
    init(path: String) throws {
        let bytes = try FileBytes.read(path)
        guard !bytes.isEmpty else {
            throw FormatError(.malformed, path: path, "expected text to learn from, found an empty file")
        }
        guard let content = String(validating: bytes, as: UTF8.self) else {
            throw FormatError(.malformed, path: path, "expected UTF-8 text, found other bytes; convert it with iconv")
        }
        self.content = content
    }
}
