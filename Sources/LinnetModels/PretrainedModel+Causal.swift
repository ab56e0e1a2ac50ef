import Foundation
import LinnetFormats
import LinnetLayers
import LinnetTensors

extension PretrainedModel where Network == any CausalLanguageModel {
    /// Loads a causal language model; a checkpoint that lacks a tensor is an error.
    ///
    /// - Parameters:
    ///   - directory: A model directory: `config.json` and safetensors, sharded or not, or `model.gguf`.
    ///   - format: The format in which matrices are held, frozen; `nil` for fp32 masters, which training can change.
    /// - Throws: `ModelError` or `FormatError` naming the file and the key or tensor.
    public static func causal(directory: String, weights format: WeightFormat? = nil) throws -> PretrainedModel {
        var config = try ModelConfiguration(directory: directory)
        let architecture = try ModelRegistry.causalArchitecture(of: config)
        let source: any WeightSource
        let hasOwnHead: Bool
        if GGUFWeights.areIn(directory) {
            let file = try GGUFWeights(path: "\(directory)/\(GGUFWeights.fileName)", configuration: config)
            (source, hasOwnHead) = (file, file.shape(of: "lm_head.weight") != nil)
        } else {
            let files = try WeightFiles(directory: directory)
            (source, hasOwnHead) = (files, try files.holdsOwnHead(architecture, config))
        }
        if hasOwnHead { config.json["tie_word_embeddings"] = false }
        let store = ParameterStore()
        let weights = Weights(
            store: store, source: source, omittedPrefix: architecture.prefix, isComplete: true,
            storage: format.map { .packed($0) } ?? .master)
        let network = try architecture.build(config, weights)
        return PretrainedModel(network: network, store: store, configuration: config, source: directory)
    }

    /// A causal language model with fresh weights, to be trained from scratch.
    ///
    /// - Parameters:
    ///   - configuration: What `config.json` will say; `model_type` names the architecture.
    ///   - seed: Decides the initial values.
    /// - Throws: `ModelError` naming the key that makes no sense.
    public static func causal(configuration: ModelConfiguration, seed: UInt64 = 42) throws -> PretrainedModel {
        var config = configuration
        let architecture = try ModelRegistry.causalArchitecture(of: config)
        config.json["architectures"] = [.string(architecture.className)]
        let store = ParameterStore(seed: seed)
        let network = try architecture.build(config, Weights(store: store))
        return PretrainedModel(network: network, store: store, configuration: config, source: config.path)
    }
}

extension WeightFiles {
    /// Whether a head that `config.json` calls tied is stored with other values than the embedding: such a head is its
    /// own, as it is for transformers.
    func holdsOwnHead(_ architecture: CausalArchitecture, _ config: ModelConfiguration) throws -> Bool {
        guard try config.bool("tie_word_embeddings", default: architecture.tiesByDefault) else { return false }
        let bare = String(architecture.embeddingName.dropFirst(architecture.prefix.count))
        let embedding = [architecture.embeddingName, bare].first { entry($0) != nil }
        guard let embedding, entry("lm_head.weight") != nil else { return false }
        return try withBytes(of: embedding) { _, left in
            try withBytes(of: "lm_head.weight") { _, right in
                guard let a = left.baseAddress, let b = right.baseAddress else { return false }
                return left.count != right.count || memcmp(a, b, left.count) != 0
            }
        }
    }
}
