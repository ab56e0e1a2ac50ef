import Foundation
import LinnetFormats
import LinnetModels

/// What a model directory holds, without loading the weights.
public struct ModelInspection: Sendable {
    /// The directory.
    public let path: String
    /// `model_type`, or `adapter`.
    public let kind: String
    /// Class names, if it is a classifier.
    public let labels: [String]
    /// Base model of an adapter.
    public let baseModel: String?
    /// Every stored tensor, in the file's order.
    public let tensors: [TensorEntry]
    /// How many stored values are NaN or infinite.
    public let nonFiniteValues: Int

    /// Looks into a model or adapter directory.
    public init(directory: String) throws {
        path = try ModelHub().directory(for: directory)
        if AdapterDirectory.exists(at: path) {
            kind = "adapter"
            baseModel = try AdapterDirectory(path: path).baseModel
            labels = (try? ModelConfiguration(directory: path).labels()) ?? []
            let file = try SafetensorsFile(path: "\(path)/adapter_model.safetensors")
            tensors = file.entries
            nonFiniteValues = try file.entries.reduce(0) { try $0 + Self.nonFinite(file.floats($1.name)) }
        } else {
            let config = try ModelConfiguration(directory: path)
            kind = config.modelType ?? "unknown"
            baseModel = nil
            labels = try config.labels() ?? []
            let files = try WeightFiles(directory: path)
            tensors = files.names.compactMap { files.entry($0) }
            nonFiniteValues = try tensors.filter { $0.dtype.isFloatingPoint }
                .reduce(0) { try $0 + Self.nonFinite(files.floats($1.name)) }
        }
    }

    /// Number of stored weights; integer tensors (position ids) are not weights.
    public var parameterCount: Int {
        tensors.filter(\.dtype.isFloatingPoint).reduce(0) { $0 + $1.elementCount }
    }

    /// Bytes of all tensors.
    public var byteCount: Int { tensors.reduce(0) { $0 + $1.byteRange.count } }

    private static func nonFinite(_ values: [Float]) -> Int {
        values.count { !$0.isFinite }
    }
}
