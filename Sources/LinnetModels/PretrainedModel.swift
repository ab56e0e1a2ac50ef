import Foundation
import LinnetFormats
import LinnetLayers
import LinnetTensors

/// A network with its weights and its `config.json`, loaded from and saved to a Hugging Face model directory.
public final class PretrainedModel<Network> {
    /// The network.
    public let network: Network
    /// Its parameters and adapters.
    public let store: ParameterStore
    /// Its configuration as it will be saved.
    public internal(set) var configuration: ModelConfiguration
    /// The directory (or hub name) of the base weights, as adapters record it.
    public let source: String

    init(network: Network, store: ParameterStore, configuration: ModelConfiguration, source: String) {
        self.network = network
        self.store = store
        self.configuration = configuration
        self.source = source
    }

    /// Attaches a low-rank adapter: freezes the model and trains the adapter and `modulesToSave`.
    public func attach(_ settings: LoRA, named name: String = "default", seed: UInt64 = 42) throws {
        try store.attach(settings, named: name, seed: seed)
    }

    /// Names of classes in the order of the logits.
    public var labels: [String] { (try? configuration.labels()) ?? [] }

    /// Writes `config.json` and `model.safetensors`, which `from_pretrained` opens.
    ///
    /// - Parameter directory: An existing directory.
    public func save(to directory: String) throws {
        try save(store.parameters.map { TensorRecord($0, isTransposed: isTransposed($0)) }, to: directory)
    }

    /// Whether the file holds a parameter `[inputs, outputs]`.
    func isTransposed(_ parameter: Parameter) -> Bool { store.transposedNames.contains(parameter.name) }

    /// Writes `config.json`, and `model.safetensors` with these tensors.
    func save(_ records: [TensorRecord], to directory: String) throws {
        for key in ["dtype", "torch_dtype"] where configuration.json[key] != nil {
            configuration.json[key] = "float32"  // what is written, whatever was read
        }
        try writeConfiguration(to: directory)
        try SafetensorsWriter.write(records, to: "\(directory)/model.safetensors")
    }

    /// Writes `config.json` alone.
    public func writeConfiguration(to directory: String) throws {
        let text = JSON.object(configuration.json).text(pretty: true) + "\n"
        try FileBytes.write(Data(text.utf8), to: "\(directory)/config.json")
    }

    /// Builds a network from a directory's configuration and weights.
    static func load(
        directory: String, configuration: ModelConfiguration? = nil, seed: UInt64 = 42,
        build: (Architecture, ModelConfiguration, Weights) throws -> Network
    ) throws -> PretrainedModel {
        let config = try configuration ?? ModelConfiguration(directory: directory)
        let architecture = try ModelRegistry.architecture(of: config)
        let store = ParameterStore(seed: seed)
        let files = try WeightFiles(directory: directory)
        let weights = Weights(store: store, source: files, omittedPrefix: architecture.prefix)
        let network = try build(architecture, config, weights)
        let headless = store.initializedNames.count == store.parameters.count
        guard !headless else {
            throw ModelError("\(directory): the weights hold none of the tensors of a \(config.modelType ?? "") model")
        }
        return PretrainedModel(network: network, store: store, configuration: config, source: directory)
    }
}

extension PretrainedModel where Network == any SequenceClassificationNetwork {
    /// Loads a classifier; a head that the checkpoint lacks is initialised.
    ///
    /// - Parameters:
    ///   - directory: A model directory: an encoder, or a classifier saved by Linnet or `transformers`.
    ///   - labels: Class names in order, for a new head; by default those in `config.json`.
    ///   - seed: Decides the values of a new head.
    public static func classifier(
        directory: String, labels: [String]? = nil, seed: UInt64 = 42
    ) throws -> PretrainedModel {
        var config = try ModelConfiguration(directory: directory)
        let architecture = try ModelRegistry.architecture(of: config)
        // transformers leaves id2label out where it is the default: two classes without names.
        let names = try labels ?? config.labels() ?? ["LABEL_0", "LABEL_1"]
        config.setLabels(names)
        config.json["architectures"] = [.string("\(architecture.className)ForSequenceClassification")]
        config.json["problem_type"] = "single_label_classification"
        return try load(directory: directory, configuration: config, seed: seed) { architecture, config, weights in
            try architecture.sequenceClassifier(config, names.count, weights)
        }
    }
}

extension PretrainedModel where Network == any TokenNetwork {
    /// Loads a masked-language model.
    public static func maskedLM(directory: String) throws -> PretrainedModel {
        try load(directory: directory) { architecture, config, weights in try architecture.maskedLM(config, weights) }
    }

    /// Loads a token classifier; a head that the checkpoint lacks is initialised.
    public static func tokenClassifier(directory: String, labels: [String]? = nil) throws -> PretrainedModel {
        var config = try ModelConfiguration(directory: directory)
        if let labels { config.setLabels(labels) }
        let count = try config.labels()?.count ?? 2
        return try load(directory: directory, configuration: config) { architecture, config, weights in
            try architecture.tokenClassifier(config, count, weights)
        }
    }
}

extension TensorRecord {
    /// A parameter's fp32 values, written from where they are.
    ///
    /// - Parameters:
    ///   - name: What the tensor is called in the file; the parameter's own name unless given.
    ///   - isTransposed: Writes a matrix `[outputs, inputs]` as `[inputs, outputs]`.
    public init(_ parameter: Parameter, named name: String? = nil, isTransposed: Bool = false) {
        let shape = parameter.shape
        self.init(
            name: name ?? parameter.name, dtype: .float32, shape: isTransposed ? shape.reversed() : shape
        ) { sink in
            guard isTransposed else { return try parameter.master.withFloats { try sink(UnsafeRawBufferPointer($0)) } }
            let turned = parameter.master.floats().transposed(rows: shape[0], columns: shape[1])
            try turned.withUnsafeBytes { try sink($0) }
        }
    }
}
