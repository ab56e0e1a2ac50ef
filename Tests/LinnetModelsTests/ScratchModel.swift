import Foundation
import LinnetFormats
import TestSupport

@testable import LinnetModels

/// A copy of a tiny decoder of `Tests/Fixtures/models` to be changed, removed at the end of the test.
final class ScratchModel {
    private let directory: TemporaryDirectory
    var path: String { directory.path }
    /// The weights as transformers wrote them.
    let weights: WeightFiles

    init(_ name: String) throws {
        let original = Fixtures.path("models/\(name)")
        directory = try TemporaryDirectory()
        weights = try WeightFiles(directory: original)
        for file in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(atPath: "\(original)/\(file)", toPath: "\(path)/\(file)")
        }
    }

    /// Sets keys of `config.json`; `nil` takes one out.
    func configure(_ changes: [String: JSON?]) throws {
        let known = try ModelConfiguration(directory: path).json.filter { changes[$0.key] == nil }
        let added = changes.compactMap { key, value in value.map { (key, $0) } }
        let json = JSON.object(JSONObject(known.map { ($0.key, $0.value) } + added))
        try FileBytes.write(Data(json.text().utf8), to: "\(path)/config.json")
    }

    /// A tensor of the weights.
    struct StoredTensor {
        var name: String
        var shape: [Int]
        var floats: [Float]
    }

    /// Writes the weights anew, each tensor as `change` gives it back; `nil` leaves it out.
    func rewrite(maxShardBytes: Int = .max, _ change: (StoredTensor) -> StoredTensor?) throws {
        try FileManager.default.removeItem(atPath: "\(path)/model.safetensors")
        let records = try weights.names.compactMap { name in
            let shape = weights.entry(name)?.shape ?? []
            return change(StoredTensor(name: name, shape: shape, floats: try weights.floats(name)))
        }
        try SafetensorsWriter.writeSharded(
            records.map { TensorRecord(name: $0.name, shape: $0.shape, floats: $0.floats) },
            maxShardBytes: maxShardBytes, directory: path)
    }

    /// The model, loaded.
    func load() throws -> PretrainedModel<any CausalLanguageModel> { try .causal(directory: path) }
}
