import LinnetFormats
import LinnetLayers
import LinnetModels
import LinnetTensors

extension PretrainedModel {
    /// Takes the trainable parameters from what a task wrote: the model, or the active adapter alone.
    ///
    /// - Parameters:
    ///   - directory: Where `model.safetensors`, or the adapter's file, is.
    ///   - naming: What a parameter is called in the file; its own name unless given.
    /// - Throws: ``TrainingError/damagedCheckpoint(path:reason:)`` naming the tensor that is missing or misshapen.
    func restoreTrained(from directory: String, naming: (String) -> String = { $0 }) throws {
        let isAdapter = store.activeAdapter != nil
        let prefix = isAdapter ? AdapterDirectory.keyPrefix : ""
        let file = try SafetensorsFile(
            path: "\(directory)/\(isAdapter ? AdapterDirectory.weightsName : "model.safetensors")")
        for parameter in store.trainable {
            let name = prefix + naming(parameter.name)
            let isTransposed = !isAdapter && store.transposedNames.contains(parameter.name)
            let shape = isTransposed ? parameter.shape.reversed() : parameter.shape
            guard file.entry(name)?.shape == shape else {
                throw TrainingError.damagedCheckpoint(path: file.path, reason: "\(name): expected shape \(shape)")
            }
            let values = try file.floats(name)
            parameter.setValues(isTransposed ? values.transposed(rows: shape[0], columns: shape[1]) : values)
        }
    }
}
