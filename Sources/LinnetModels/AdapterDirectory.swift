import Foundation
import LinnetFormats
import LinnetLayers
import LinnetTensors

/// PEFT's files: `adapter_config.json` and `adapter_model.safetensors`.
public struct AdapterDirectory {
    /// The directory.
    public let path: String
    /// The adapter's settings.
    public let settings: LoRA
    /// The model it belongs to: a hub name or a directory.
    public let baseModel: String

    /// What stands before a parameter's name in an adapter's file.
    public static let keyPrefix = "base_model.model."

    /// The file of an adapter's tensors.
    public static let weightsName = "adapter_model.safetensors"

    /// Whether a directory holds an adapter.
    public static func exists(at path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(path)/adapter_config.json")
    }

    /// Reads `adapter_config.json`.
    ///
    /// - Throws: `ModelError` naming the key for adapters of another type or with settings Linnet does not implement.
    public init(path: String) throws {
        let file = "\(path)/adapter_config.json"
        let config = try ModelConfiguration(JSON.read(path: file), path: file)
        try config.refuse("peft_type", unless: "LORA")
        try config.refuse("bias", unless: "none")
        for key in ["use_dora", "fan_in_fan_out", "lora_bias"] where config.json[key]?.boolValue == true {
            throw ModelError("\(file): \(key) is not supported")
        }
        for key in ["rank_pattern", "alpha_pattern"] where (config.json[key]?.objectValue?.count ?? 0) > 0 {
            throw ModelError("\(file): \(key) is not supported")
        }
        self.path = path
        guard let base = config.json["base_model_name_or_path"]?.stringValue else {
            throw ModelError("\(file): base_model_name_or_path is missing")
        }
        baseModel = base
        settings = LoRA(
            rank: try config.int("r", default: 8, minimum: 1),
            alpha: try config.float("lora_alpha", default: 8, in: 1e-6...1e9),
            dropout: try config.probability("lora_dropout", default: 0),
            targets: try Self.names(config, "target_modules"),
            usesRankStabilization: config.json["use_rslora"]?.boolValue ?? false,
            modulesToSave: try Self.names(config, "modules_to_save"))
        guard !settings.targets.isEmpty else { throw ModelError("\(file): target_modules is missing") }
    }

    /// Attaches the stored adapter to a model.
    public func attach<Network>(to model: PretrainedModel<Network>, named name: String = "default") throws {
        try model.store.attach(settings, named: name, stored: weights())
    }

    /// Writes the active adapter of a model.
    ///
    /// - Parameters:
    ///   - directory: An existing directory.
    ///   - baseModel: Recorded as `base_model_name_or_path`.
    ///   - taskType: PEFT's task: `SEQ_CLS`.
    ///   - naming: The name that the base model's class has for a parameter; Linnet's own unless given.
    public static func save<Network>(
        _ model: PretrainedModel<Network>, to directory: String, baseModel: String, taskType: String = "SEQ_CLS",
        naming: (String) -> String = { $0 }
    ) throws {
        guard let name = model.store.activeAdapter, let adapter = model.store.adapters[name] else {
            throw ModelError("\(directory): the model has no active adapter to save")
        }
        let records = (adapter.parameters + adapter.savedParameters).map {
            TensorRecord($0, named: keyPrefix + naming($0.name))
        }
        try SafetensorsWriter.write(records, to: "\(directory)/\(weightsName)")
        let text = JSON.object(configuration(adapter.settings, baseModel, taskType)).text(pretty: true) + "\n"
        try FileBytes.write(Data(text.utf8), to: "\(directory)/adapter_config.json")
    }

    private static func configuration(_ settings: LoRA, _ baseModel: String, _ taskType: String) -> JSONObject {
        [
            "alpha_pattern": [:], "auto_mapping": nil, "base_model_name_or_path": .string(baseModel),
            "bias": "none", "fan_in_fan_out": false, "inference_mode": true, "init_lora_weights": true,
            "lora_alpha": .number(Double(settings.alpha)), "lora_dropout": .number(Double(settings.dropout)),
            "modules_to_save": settings.modulesToSave.isEmpty
                ? .null : .array(settings.modulesToSave.map { .string($0) }),
            "peft_type": "LORA", "r": .integer(Int64(settings.rank)), "rank_pattern": [:],
            "target_modules": settings.targets == ["all-linear"]
                ? "all-linear" : .array(settings.targets.map { .string($0) }),
            "task_type": .string(taskType), "use_dora": false,
            "use_rslora": .bool(settings.usesRankStabilization),
        ]
    }

    /// The adapter's tensors under the model's own names.
    private func weights() throws -> any WeightSource {
        let file = "\(path)/\(Self.weightsName)"
        guard FileManager.default.fileExists(atPath: file) else {
            throw ModelError("\(file): not found; an adapter is stored as safetensors, pickled adapters are not read")
        }
        return AdapterWeights(file: try SafetensorsFile(path: file), prefix: Self.keyPrefix)
    }

    private static func names(_ config: ModelConfiguration, _ key: String) throws -> [String] {
        guard let value = config.json[key], value != .null else { return [] }
        if let one = value.stringValue {
            guard one == "all-linear" || one.allSatisfy({ $0.isLetter || $0.isNumber || "_.-".contains($0) }) else {
                throw ModelError("\(config.path): \(key): a pattern (\(one)) is not supported; list the names")
            }
            return [one]
        }
        let names = (value.arrayValue ?? []).compactMap(\.stringValue)
        guard names.count == value.arrayValue?.count else {
            throw ModelError("\(config.path): \(key): expected a list of names")
        }
        return names.sorted()
    }
}

/// An adapter file with PEFT's key prefix taken off.
private struct AdapterWeights: WeightSource {
    let file: SafetensorsFile
    let prefix: String

    var names: [String] { file.entries.map { String($0.name.dropFirst(prefix.count)) } }

    func shape(of name: String) -> [Int]? { file.entry(prefix + name)?.shape }

    func floats(_ name: String) throws -> [Float] { try file.floats(prefix + name) }
}
