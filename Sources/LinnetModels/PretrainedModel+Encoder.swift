import LinnetFormats
import LinnetLayers

extension PretrainedModel where Network == any TextEncoder {
    /// Loads an encoder without a head.
    public static func encoder(directory: String) throws -> PretrainedModel {
        try load(directory: directory) { architecture, config, weights in try architecture.encoder(config, weights) }
    }

    /// What the class of the bare encoder calls a parameter: the name without the prefix that it has beneath a head.
    public func bareName(_ name: String) -> String {
        let prefix = (try? ModelRegistry.architecture(of: configuration).prefix) ?? ""
        return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }

    /// Writes `config.json` and `model.safetensors` of the bare encoder, which `AutoModel.from_pretrained` opens.
    ///
    /// The pooler, which the class has though embeddings do not use it, is taken over from the source as it is.
    ///
    /// - Parameter directory: An existing directory.
    public func saveEncoder(to directory: String) throws {
        let architecture = try ModelRegistry.architecture(of: configuration)
        configuration.json["architectures"] = [.string("\(architecture.className)Model")]
        let source = try WeightFiles(directory: source)
        let pooler = ["pooler.dense.weight", "pooler.dense.bias"].compactMap { name -> TensorRecord? in
            for stored in [name, architecture.prefix + name] {
                guard let entry = source.entry(stored) else { continue }
                return TensorRecord(name: name, dtype: entry.dtype, shape: entry.shape) { sink in
                    try source.withBytes(of: stored) { _, bytes in try sink(bytes) }
                }
            }
            return nil
        }
        let own = store.parameters.map {
            TensorRecord($0, named: bareName($0.name), isTransposed: isTransposed($0))
        }
        try save(own + pooler, to: directory)
    }
}
