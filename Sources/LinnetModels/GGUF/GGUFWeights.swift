import Foundation
import LinnetFormats
import LinnetLayers
import LinnetTensors

/// The weights of a GGUF file under the names, with the shapes and in the order of rows of a Hugging Face checkpoint, so
/// that a model is built from either without knowing which.
public final class GGUFWeights: WeightSource {
    /// The open file.
    public let file: GGUFFile
    /// The checkpoint's names of the file's tensors, in the order of their bytes.
    public let names: [String]
    /// How most matrices are stored, by the file's own word; `nil` for a format that Linnet has no kernels for.
    public let format: WeightFormat?

    /// The name of the file in a model directory.
    public static let fileName = "model.gguf"

    /// Whether a directory's weights are a GGUF file: it is there, and no safetensors are.
    public static func areIn(_ directory: String) -> Bool {
        let names = [fileName, "model.safetensors", "model.safetensors.index.json"]
        let present = names.map { FileManager.default.fileExists(atPath: "\(directory)/\($0)") }
        return present == [true, false, false]
    }

    private struct Stored {
        let entry: GGUFEntry
        let layout: GGUFPlace.Layout
    }

    private let stored: [String: Stored]

    /// Opens a file and checks it against the model it is said to hold.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - configuration: The model's `config.json`: its architecture and its heads.
    /// - Throws: `FormatError` when the file is broken, `ModelError` when it holds another architecture, or matrices of
    ///   queries or keys that do not divide into the configuration's heads.
    public init(path: String, configuration: ModelConfiguration) throws {
        file = try GGUFFile(path: path)
        let table = try GGUFNames(configuration)
        let key = "general.architecture"
        guard let found = file.metadata[key]?.stringValue, found == table.architecture else {
            throw ModelError(
                "\(path): \(key): expected \(table.architecture) for the model_type in \(configuration.path), found "
                    + (file.metadata[key]?.stringValue.map(FormatError.quoted) ?? "nothing"))
        }
        var names: [String] = []
        var stored: [String: Stored] = [:]
        for entry in file.entries {
            guard let (name, layout) = table.checkpointName(ofFile: entry.name) else { continue }
            try GGUFWeights.check(entry, layout, path: path)
            names.append(name)
            stored[name] = Stored(entry: entry, layout: layout)
        }
        self.names = names
        self.stored = stored
        format = file.metadata["general.file_type"]?.intValue.flatMap(WeightFormat.init(fileType:))
    }

    /// A matrix is needed to be transposed, and whole heads to be put in another order.
    private static func check(_ entry: GGUFEntry, _ layout: GGUFPlace.Layout, path: String) throws {
        let name = FormatError.quoted(entry.name)
        switch layout {
        case .same: break
        case .transposed:
            guard entry.shape.count == 2 else {
                throw ModelError("\(path): tensor \(name): expected a matrix, found shape \(entry.shape)")
            }
        case .rotated(let order):
            guard let rows = entry.shape.first, rows % order.headDim == 0 else {
                throw ModelError(
                    "\(path): tensor \(name): expected rows of whole heads of \(order.headDim), found shape \(entry.shape)"
                )
            }
        }
    }

    /// Shape of a tensor as a checkpoint has it; `nil` if there is none of that name.
    public func shape(of name: String) -> [Int]? {
        stored[name].map { $0.layout == .transposed ? $0.entry.shape.reversed() : $0.entry.shape }
    }

    /// How a tensor is stored; `nil` if there is none of that name.
    public func type(of name: String) -> GGUFType? { stored[name]?.entry.type }

    /// Values in row-major order as a checkpoint has them.
    ///
    /// - Throws: `FormatError` when the tensor is absent or of a type that is not read.
    public func floats(_ name: String) throws -> [Float] {
        let tensor = try located(name)
        let values = try file.floats(of: tensor.entry)
        switch tensor.layout {
        case .same: return values
        case .transposed:
            let (outputs, inputs) = (tensor.entry.shape[0], tensor.entry.shape[1])
            return [Float](unsafeUninitializedCapacity: values.count) { target, count in
                for output in 0..<outputs {
                    for input in 0..<inputs { target[input * outputs + output] = values[output * inputs + input] }
                }
                count = values.count
            }
        case .rotated(let order):
            let rows = tensor.entry.shape[0]
            let width = rows == 0 ? 0 : values.count / rows
            return (0..<rows).flatMap { row in
                let start = order.fileRow(ofCheckpointRow: row) * width
                return values[start..<(start + width)]
            }
        }
    }

    /// A matrix in packed form. What is stored in blocks stays as it is stored where that takes no more room than asked
    /// for, or where the whole file is in the format asked for; other numbers are converted.
    public func packed(_ name: String, outputs: Int, inputs: Int, _ format: WeightFormat) throws -> PackedMatrix {
        try withRows(of: name) { type, shape, bytes in
            guard shape == [outputs, inputs], outputs > 0, inputs > 0 else {
                throw ModelError("\(file.path): \(name): expected shape [\(outputs), \(inputs)], found \(shape)")
            }
            switch (type, format) {
            case (.q8, .q8),
                (.q8, .q4) where format == .q8 || self.format == .q4:
                return PackedMatrix(blocks: bytes, outputs: outputs, inputs: inputs, format: .q8)
            case (.q4, .q8), (.q4, .q4):
                return PackedMatrix(blocks: bytes, outputs: outputs, inputs: inputs, format: .q4)
            case (.bfloat16, _):
                return PackedMatrix(bytes: bytes, dtype: .bfloat16, outputs: outputs, inputs: inputs, format: format)
            case (.float32, _):
                return PackedMatrix(bytes: bytes, dtype: .float32, outputs: outputs, inputs: inputs, format: format)
            default:
                return PackedMatrix(try floats(name), outputs: outputs, inputs: inputs, format: format)
            }
        }
    }

    /// What 8 bits leave of a matrix that is stored in more.
    public func packedRest(_ name: String, outputs: Int, inputs: Int) throws -> PackedMatrix? {
        try withRows(of: name) { type, _, bytes in
            switch type {
            case .bfloat16:
                PackedMatrix(restOfEightBits: bytes, dtype: .bfloat16, outputs: outputs, inputs: inputs)
            case .float32:
                PackedMatrix(restOfEightBits: bytes, dtype: .float32, outputs: outputs, inputs: inputs)
            default: nil
            }
        }
    }

    /// Gives `body` the stored bytes of a matrix `[outputs, inputs]`, one output a row, as the model multiplies with it:
    /// GPT-2's matrices, which checkpoints store `[inputs, outputs]`, are so in the file already. The bytes are valid only
    /// during the call and have no alignment.
    ///
    /// - Returns: What `body` returns.
    /// - Throws: `FormatError.missing` when there is no such tensor, and what `body` throws.
    public func withRows<Result>(
        of name: String, _ body: (_ type: GGUFType, _ shape: [Int], UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let tensor = try located(name)
        return try file.withBytes(of: tensor.entry) { bytes in
            guard case .rotated(let order) = tensor.layout, let rows = tensor.entry.shape.first, rows > 0 else {
                return try body(tensor.entry.type, tensor.entry.shape, bytes)
            }
            let width = bytes.count / rows
            var ordered = [UInt8]()
            ordered.reserveCapacity(bytes.count)
            for row in 0..<rows {
                let start = order.fileRow(ofCheckpointRow: row) * width
                ordered.append(contentsOf: bytes[start..<(start + width)])
            }
            return try ordered.withUnsafeBytes { try body(tensor.entry.type, tensor.entry.shape, $0) }
        }
    }

    private func located(_ name: String) throws -> Stored {
        guard let tensor = stored[name] else {
            throw FormatError(
                .missing, path: file.path, "holds no tensor for \(FormatError.quoted(name)) among \(names.count)")
        }
        return tensor
    }
}
