import Foundation
import LinnetFormats
import LinnetLayers
import LinnetTensors

/// What turns the hidden states of an encoder into one vector per text: `modules.json` and the files it points to, in
/// the layout of sentence-transformers (5 and before, and 6).
public struct SentenceModules: Sendable {
    /// How token states become one vector.
    public enum Pooling: String, Sendable {
        /// Mean over the tokens.
        case mean
        /// State of the first token.
        case first = "cls"
    }

    /// How token states become one vector.
    public private(set) var pooling = Pooling.mean
    /// Whether vectors are scaled to length 1.
    public private(set) var isNormalized = false
    /// The most tokens of a text that are read, special ones included; nil where no file says.
    public var maximumLength: Int?
    private let directory: String
    /// Directories of the modules that have one of their own, relative to the model's.
    private var paths: [String] = []
    private let isStored: Bool

    private static let limitsFile = "sentence_bert_config.json"

    /// Reads the description; a directory without `modules.json` is pooled by the mean and not normalised, as
    /// sentence-transformers does.
    ///
    /// - Throws: `ModelError` for modules and poolings that Linnet does not compute.
    public init(directory: String) throws {
        self.directory = directory
        let file = "\(directory)/modules.json"
        let limits = "\(directory)/\(Self.limitsFile)"
        if FileManager.default.fileExists(atPath: limits) {
            maximumLength = try JSON.read(path: limits)["max_seq_length"]?.intValue.flatMap { $0 > 0 ? $0 : nil }
        }
        isStored = FileManager.default.fileExists(atPath: file)
        guard isStored else { return }
        guard let modules = try JSON.read(path: file).arrayValue else {
            throw ModelError("\(file): expected a list of modules")
        }
        for module in modules {
            let type = module["type"]?.stringValue ?? ""
            let path = try Self.path(of: module, in: file)
            switch type.split(separator: ".").last {
            case "Transformer":
                guard path.isEmpty else {
                    throw ModelError("\(file): the transformer lies in \(path); expected it beside modules.json")
                }
            case "Normalize": isNormalized = true
            case "Pooling": pooling = try Self.pooling("\(directory)/\(path)/config.json")
            default: throw ModelError("\(file): the module \(type) is not supported")
            }
            if !path.isEmpty { paths.append(path) }
        }
    }

    /// The vector of each text of a batch: `[sequences, hidden]`, `float32`.
    ///
    /// - Parameters:
    ///   - encoder: The network whose states are pooled.
    ///   - dtype: What it computes in; the states are pooled in `float32`.
    public func embeddings(of batch: TokenBatch, by encoder: any TextEncoder, dtype: DType) -> Tensor {
        let pooled =
            switch pooling {
            case .first: encoder(batch, tokens: .first, dtype: dtype).converted(to: .float32)
            case .mean:
                encoder(batch, tokens: .all, dtype: dtype).converted(to: .float32).segmentMeans(offsets: batch.offsets)
            }
        return isNormalized ? pooled.l2Normalized() : pooled
    }

    /// Writes the description beside a model: the files as they were read, or new ones where there were none.
    ///
    /// - Parameters:
    ///   - output: An existing directory.
    ///   - dimension: Width of the vectors.
    public func save(to output: String, dimension: Int) throws {
        if isStored {
            try copyFiles(to: output)
        } else {
            try writeFiles(to: output, dimension: dimension)
        }
        guard let maximumLength else { return }
        let known = "\(directory)/\(Self.limitsFile)"
        var limits: JSONObject = ["do_lower_case": false]
        if FileManager.default.fileExists(atPath: known), let stored = try JSON.read(path: known).objectValue {
            limits = stored
        }
        limits["max_seq_length"] = .integer(Int64(maximumLength))
        try write(.object(limits), to: "\(output)/\(Self.limitsFile)")
    }

    private func copyFiles(to output: String) throws {
        for path in paths {
            try FileManager.default.createDirectory(atPath: "\(output)/\(path)", withIntermediateDirectories: true)
        }
        let names = ["modules.json", "config_sentence_transformers.json", Self.limitsFile]
        for name in names + paths.map({ "\($0)/config.json" }) {
            guard FileManager.default.fileExists(atPath: "\(directory)/\(name)") else { continue }
            try FileBytes.write(FileBytes.read("\(directory)/\(name)"), to: "\(output)/\(name)")
        }
    }

    private func writeFiles(to output: String, dimension: Int) throws {
        let folder = "1_Pooling"
        let kinds = [("", "Transformer"), (folder, "Pooling")]
        let modules = kinds.enumerated().map { index, module -> JSON in
            [
                "idx": .integer(Int64(index)), "name": .string("\(index)"), "path": .string(module.0),
                "type": .string("sentence_transformers.models.\(module.1)"),
            ]
        }
        try FileManager.default.createDirectory(atPath: "\(output)/\(folder)", withIntermediateDirectories: true)
        try write(.array(modules), to: "\(output)/modules.json")
        try write(
            [
                "word_embedding_dimension": .integer(Int64(dimension)), "pooling_mode_cls_token": false,
                "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": false,
                "pooling_mode_mean_sqrt_len_tokens": false,
            ], to: "\(output)/\(folder)/config.json")
        try write(
            ["__version__": [:], "prompts": [:], "default_prompt_name": nil, "similarity_fn_name": "cosine"],
            to: "\(output)/config_sentence_transformers.json")
    }

    private func write(_ json: JSON, to path: String) throws {
        try FileBytes.write(text: json.text(pretty: true) + "\n", to: path)
    }

    /// The module's directory relative to the model's, which it must not leave.
    private static func path(of module: JSON, in file: String) throws -> String {
        let path = module["path"]?.stringValue ?? ""
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard path.isEmpty || !parts.contains(where: { $0.isEmpty || $0 == ".." || $0 == "." }) else {
            throw ModelError("\(file): path: expected a directory inside the model's, found \(path.debugDescription)")
        }
        return path
    }

    private static func pooling(_ file: String) throws -> Pooling {
        let config = try JSON.read(path: file)
        let modes =
            config["pooling_mode"]?.stringValue.map { [$0] }
            ?? (config.objectValue?.keys ?? []).filter {
                $0.hasPrefix("pooling_mode_") && config[$0]?.boolValue == true
            }
        switch modes {
        case ["mean"], ["pooling_mode_mean_tokens"]: return .mean
        case ["cls"], ["pooling_mode_cls_token"]: return .first
        default: throw ModelError("\(file): pooling by \(modes.joined(separator: " and ")) is not supported")
        }
    }
}
