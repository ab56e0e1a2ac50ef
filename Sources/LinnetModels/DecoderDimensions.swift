import LinnetLayers
import LinnetTensors

/// Extents that Llama and its kin read from `config.json`, checked against each other.
struct DecoderDimensions: Sendable {
    let vocabularySize: Int
    let hiddenSize: Int
    let layers: Int
    let heads: Int
    let keyValueHeads: Int
    let headDim: Int
    let intermediateSize: Int

    /// - Parameters:
    ///   - headDim: Width of a head when the file does not give one; `nil` divides the hidden size by the heads.
    ///   - keyValueHeads: Key-value heads when the file does not give them; `nil` for as many as heads.
    init(_ config: ModelConfiguration, headDim standardHeadDim: Int? = nil, keyValueHeads standard: Int? = nil) throws {
        vocabularySize = try config.int("vocab_size", minimum: 1, maximum: 1 << 24)
        hiddenSize = try config.int("hidden_size", minimum: 1, maximum: 1 << 20)
        layers = try config.int("num_hidden_layers", minimum: 1, maximum: 1 << 16)
        heads = try config.int("num_attention_heads", minimum: 1, maximum: 1 << 16)
        keyValueHeads = try config.int("num_key_value_heads", default: standard ?? heads, minimum: 1, maximum: 1 << 16)
        intermediateSize = try config.int("intermediate_size", minimum: 1, maximum: 1 << 24)
        if let given = config.json["head_dim"], given != .null {
            headDim = try config.int("head_dim", minimum: 2, maximum: 1 << 12)
        } else if let standardHeadDim {
            headDim = standardHeadDim
        } else {
            guard hiddenSize % heads == 0 else {
                throw ModelError(
                    "\(config.path): \(heads) attention heads do not divide a hidden size of \(hiddenSize)")
            }
            headDim = hiddenSize / heads
        }
        guard heads % keyValueHeads == 0 else {
            throw ModelError("\(config.path): \(keyValueHeads) key-value heads do not divide \(heads) attention heads")
        }
        guard headDim % 2 == 0 else {
            throw ModelError("\(config.path): rotary positions need heads of even width, found \(headDim)")
        }
    }

    /// Width of all queries.
    var queryWidth: Int { heads * headDim }

    /// Width of all keys, and of all values.
    var keyValueWidth: Int { keyValueHeads * headDim }
}

extension ModelConfiguration {
    /// The keys a query of each layer sees: the sliding window, or `nil` for all.
    ///
    /// Qwen's rule: `layer_types` where it stands; otherwise the layers from `max_window_layers` on slide, and only with
    /// `use_sliding_window`.
    func slidingWindows(layers: Int) throws -> [Int?] {
        let slides = try bool("use_sliding_window", default: false)
        let window = slides ? try slidingWindow(default: 4096) : nil
        guard let types = json["layer_types"], types != .null else {
            let firstSliding = try int("max_window_layers", default: 28)
            return (0..<layers).map { $0 >= firstSliding ? window : nil }
        }
        guard let names = types.arrayValue, names.count == layers else {
            throw ModelError("\(path): layer_types: expected \(layers) names, found \(types.arrayValue?.count ?? 0)")
        }
        return try names.map { name in
            switch name.stringValue {
            case "full_attention": return nil
            case "sliding_attention": return window
            default:
                throw ModelError(
                    "\(path): layer_types: expected full_attention or sliding_attention, found \(name.shortText)")
            }
        }
    }

    /// `sliding_window`; `null` means none.
    func slidingWindow(default standard: Int?) throws -> Int? {
        guard let value = json["sliding_window"] else { return standard }
        return value == .null ? nil : try int("sliding_window", minimum: 1)
    }
}
