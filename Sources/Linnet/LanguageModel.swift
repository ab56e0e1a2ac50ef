import LinnetFormats
import LinnetGeneration
import LinnetLayers
import LinnetModels
import LinnetTensors
import LinnetTokenizers

/// A causal language model, ready to generate: weights, tokenizer, chat template, and its own generation settings.
///
/// ```swift
/// let model = try LanguageModel(directory: "HuggingFaceTB/SmolLM2-135M-Instruct", weights: .q8)
/// for try await token in model.generator.stream("Once upon a time") { print(token.text, terminator: "") }
///
/// let engine = PromptEngine(model)
/// print(try engine.answer(engine.zeroShot(task: "Translate into French.", input: "Good morning")).text)
/// ```
public final class LanguageModel: Sendable {
    /// What generates; its defaults are those of `generation_config.json`.
    public let generator: Generator
    /// How the model writes conversations; `nil` for a model that was not trained on any.
    public let template: ChatTemplate?
    /// The format of the weights in memory.
    public let weights: WeightFormat

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - directory: A model directory, or the name of a downloaded model.
    ///   - weights: The format the weights are kept in; smaller ones are read faster, token by token. `nil` is the one a
    ///     quantised directory holds, else bf16.
    ///   - sequences: The most answers that are generated together.
    ///   - reusesPrefixes: Whether what prompts share is computed once; off only to measure what that gains.
    /// - Throws: `ModelError`, `FormatError`, `TokenizerError` or `GenerationError`, naming file and place.
    public init(
        directory: String, weights: WeightFormat? = nil, sequences: Int = 16, reusesPrefixes: Bool = true
    ) throws {
        let path = try ModelHub().directory(for: directory)
        let parts = try LanguageModelFiles(path: path)
        template = parts.template
        let weights = try weights ?? WeightFormat.stored(in: path)
        self.weights = weights
        let model = try ComputeThread.shared.run { try PretrainedModel.causal(directory: path, weights: weights) }
        do {
            generator = try Generator(
                model: model.network, tokenizer: parts.tokenizer, defaults: parts.options,
                dtype: weights.activations, sequences: sequences, reusesPrefixes: reusesPrefixes)
        } catch let error as GenerationError {
            throw ModelError("\(path): \(error)")
        }
    }

    /// The format of prompts for a model, without loading its weights.
    ///
    /// - Parameter directory: A model directory, or the name of a downloaded model.
    public static func promptFormat(directory: String) throws -> PromptFormat {
        PromptFormat(template: try ChatTemplate(directory: try ModelHub().directory(for: directory)))
    }
}

extension PromptEngine {
    /// An engine over a language model, with its chat template if it has one.
    public init(_ model: LanguageModel) {
        self.init(generator: model.generator, format: PromptFormat(template: model.template))
    }
}

extension WeightFormat {
    /// The format that most of a quantised directory's weights have; bf16 for any other directory.
    ///
    /// - Throws: `FormatError` when the file is damaged.
    public static func stored(in directory: String) throws -> WeightFormat {
        guard GGUFWeights.areIn(directory) else { return .bf16 }
        let path = "\(directory)/\(GGUFWeights.fileName)"
        var bytes: [GGUFType: Int] = [:]
        for entry in try GGUFFile(path: path).entries { bytes[entry.type, default: 0] += entry.byteRange.count }
        switch bytes.max(by: { $0.value < $1.value })?.key {
        case .q8: return .q8
        case .q4: return .q4
        case .float32: return .fp32
        default: return .bf16
        }
    }

    /// The type that activations are computed in: fp32 beside fp32 weights, else bf16.
    public var activations: DType { self == .fp32 ? .float32 : .bfloat16 }
}

/// What a model directory holds beside the weights.
private struct LanguageModelFiles {
    let tokenizer: Tokenizer
    let template: ChatTemplate?
    let options: GenerationOptions

    init(path: String) throws {
        tokenizer = try Tokenizer(directory: path)
        template = try ChatTemplate(directory: path)
        var options = try GenerationOptions(directory: path)
        if options.stopTokens.isEmpty, let end = tokenizer.endId { options.stopTokens = [end] }
        self.options = options
    }
}
