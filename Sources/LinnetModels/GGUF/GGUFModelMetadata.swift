import LinnetFormats
import LinnetLayers

/// What llama.cpp has to know of a model before it reads the weights, taken from `config.json`.
///
/// Source: `conversion/base.py` of https://github.com/ggml-org/llama.cpp, whose keys and types these are.
struct GGUFModelMetadata {
    private let config: ModelConfiguration
    private let architecture: String
    private var metadata: GGUFMetadata

    /// The pairs for a model.
    ///
    /// - Parameters:
    ///   - name: `general.name`.
    ///   - fileType: llama.cpp's number for what most matrices are stored as.
    /// - Throws: `ModelError` naming a key of the configuration that makes no sense.
    static func pairs(
        _ config: ModelConfiguration, architecture: String, name: String, fileType: UInt32
    ) throws -> GGUFMetadata {
        var builder = GGUFModelMetadata(config, architecture: architecture)
        builder.metadata["general.name"] = .string(name)
        builder.metadata["general.file_type"] = .uint32(fileType)
        builder.metadata["general.quantization_version"] = .uint32(2)
        if architecture == "gpt2" { try builder.addGPT2() } else { try builder.addDecoder() }
        return builder.metadata
    }

    private init(_ config: ModelConfiguration, architecture: String) {
        self.config = config
        self.architecture = architecture
        metadata = ["general.architecture": .string(architecture), "general.type": .string("model")]
    }

    private mutating func set(_ key: String, _ value: Int) { set(key, .uint32(UInt32(clamping: value))) }

    private mutating func set(_ key: String, _ value: Double) { set(key, .float32(Float(value))) }

    private mutating func set(_ key: String, _ value: GGUFValue) { metadata["\(architecture).\(key)"] = value }

    private mutating func addGPT2() throws {
        let gpt2 = try GPT2Configuration(config)
        set("block_count", gpt2.layers)
        set("context_length", gpt2.positions)
        set("embedding_length", gpt2.hiddenSize)
        set("feed_forward_length", gpt2.intermediateSize)
        set("attention.head_count", gpt2.heads)
        set("attention.layer_norm_epsilon", .float32(gpt2.normEpsilon))
        set("vocab_size", gpt2.vocabularySize)
    }

    private mutating func addDecoder() throws {
        let decoder = try GGUFModelMetadata.decoder(config)
        let (extents, rotary) = (decoder.dimensions, decoder.rotary)
        set("block_count", extents.layers)
        set("context_length", rotary.positions)
        set("embedding_length", extents.hiddenSize)
        set("feed_forward_length", extents.intermediateSize)
        set("attention.head_count", extents.heads)
        set("attention.head_count_kv", extents.keyValueHeads)
        set("attention.key_length", extents.headDim)
        set("attention.value_length", extents.headDim)
        set("attention.layer_norm_rms_epsilon", .float32(decoder.normEpsilon))
        set("vocab_size", extents.vocabularySize)
        set("rope.dimension_count", extents.headDim)
        set("rope.freq_base", rotary.theta)
        try add(rotary.scaling)
    }

    private mutating func add(_ scaling: RotaryScaling) throws {
        switch scaling {
        // llama.cpp knows no dynamic scaling; without it a model is exact up to its own length. The factors of llama3
        // are a tensor.
        case .none, .dynamic, .llama3: break
        case .linear(let factor):
            set("rope.scaling.type", .string("linear"))
            set("rope.scaling.factor", factor)
        case .yarn(let yarn):
            set("rope.scaling.type", .string("yarn"))
            set("rope.scaling.factor", yarn.factor)
            set("rope.scaling.original_context_length", yarn.originalPositions)
            if let factor = yarn.attentionFactor { set("rope.scaling.yarn_attn_factor", factor) }
            set("rope.scaling.yarn_beta_fast", yarn.betaFast)
            set("rope.scaling.yarn_beta_slow", yarn.betaSlow)
        case .longrope:
            throw ModelError("\(config.path): rope_type longrope has no GGUF form here")
        }
    }

    private static func decoder(_ config: ModelConfiguration) throws -> RotaryDecoderConfiguration {
        switch config.modelType {
        case "qwen2": try .qwen2(config)
        case "qwen3": try .qwen3(config)
        case "mistral": try .mistral(config)
        default: try .llama(config)
        }
    }

    /// The factors by which llama.cpp divides the frequencies of a model with llama3 scaling, `[headDim / 2]`; none for
    /// other models.
    static func rotaryFactors(_ config: ModelConfiguration, architecture: String) throws -> [Float] {
        guard architecture != "gpt2" else { return [] }
        let rotary = try decoder(config).rotary
        guard case .llama3 = rotary.scaling else { return [] }
        let plain = RotarySettings(headDim: rotary.headDim, theta: rotary.theta, positions: rotary.positions)
        return zip(plain.frequencies(length: 0).values, rotary.frequencies(length: 0).values).map { $0 / $1 }
    }
}
