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
    /// One stored tensor.
    public struct StoredTensor: Sendable {
        /// Its name, as in the file.
        public let name: String
        /// The name of its element type, as the format spells it.
        public let type: String
        /// Its dimensions, outermost first.
        public let shape: [Int]
        /// How many numbers it holds.
        public let elementCount: Int
        /// Bytes it takes in the file.
        public let byteCount: Int
        /// Whether it holds weights; position ids and the like do not.
        public let isWeight: Bool

        init(_ entry: TensorEntry) {
            (name, type, shape) = (entry.name, entry.dtype.rawValue, entry.shape)
            (elementCount, byteCount) = (entry.elementCount, entry.byteRange.count)
            isWeight = entry.dtype.isFloatingPoint
        }

        init(_ entry: GGUFEntry) {
            (name, type, shape) = (entry.name, entry.type.name, entry.shape)
            (elementCount, byteCount) = (entry.elementCount, entry.byteRange.count)
            isWeight = entry.type.isRead && entry.name != "rope_freqs.weight"
        }
    }

    /// Every stored tensor, in the file's order.
    public let tensors: [StoredTensor]
    /// How many stored values are NaN or infinite.
    public let nonFiniteValues: Int

    /// Looks into a model or adapter directory.
    public init(directory: String) throws {
        path = try ModelHub().directory(for: directory)
        if AdapterDirectory.exists(at: path) {
            kind = "adapter"
            baseModel = try AdapterDirectory(path: path).baseModel
            labels = (try? ModelConfiguration(directory: path).labels()) ?? []
            let file = try SafetensorsFile(path: "\(path)/\(AdapterDirectory.weightsName)")
            tensors = file.entries.map { StoredTensor($0) }
            nonFiniteValues = try file.entries.reduce(0) { try $0 + Self.nonFinite(file.floats($1.name)) }
        } else {
            let config = try ModelConfiguration(directory: path)
            kind = config.modelType ?? "unknown"
            baseModel = nil
            labels = try config.labels() ?? []
            if GGUFWeights.areIn(path) {
                let file = try GGUFFile(path: "\(path)/\(GGUFWeights.fileName)")
                tensors = file.entries.map { StoredTensor($0) }
                nonFiniteValues = try file.entries.filter(\.type.isRead)
                    .reduce(0) { try $0 + Self.nonFinite(file.floats(of: $1)) }
            } else {
                let files = try WeightFiles(directory: path)
                let entries = files.names.compactMap { files.entry($0) }
                tensors = entries.map { StoredTensor($0) }
                nonFiniteValues = try entries.filter { $0.dtype.isFloatingPoint }
                    .reduce(0) { try $0 + Self.nonFinite(files.floats($1.name)) }
            }
        }
    }

    /// Number of stored weights; integer tensors (position ids) are not weights.
    public var parameterCount: Int {
        tensors.filter(\.isWeight).reduce(0) { $0 + $1.elementCount }
    }

    /// Bytes of all tensors.
    public var byteCount: Int { tensors.reduce(0) { $0 + $1.byteCount } }

    private static func nonFinite(_ values: [Float]) -> Int {
        values.count { !$0.isFinite }
    }
}
