import Foundation
import LinnetFormats
import LinnetLayers
import LinnetTensors

/// A Hugging Face checkpoint on its way into one GGUF file, which Linnet and llama.cpp open.
///
/// Matrices are stored in the chosen format. As in llama.cpp, vectors and GPT-2's positions stay single precision, and a
/// matrix whose inputs are no multiple of 32 cannot be stored in blocks: it becomes bfloat16. With `q4` the word embedding
/// and the head are stored as `q8`, where llama.cpp takes its 6-bit format.
public struct GGUFConversion {
    /// How matrices are stored.
    public let format: WeightFormat
    /// Bytes of the checkpoint's tensors.
    public let sourceByteCount: Int
    /// How many tensors are written.
    public var tensorCount: Int { records.count }
    /// How many of them are stored in blocks.
    public var quantizedCount: Int { records.count { $0.type.blockElements > 1 } }
    /// Bytes of the tensors written.
    public var byteCount: Int { records.reduce(0) { $0 + ($1.type.byteCount(shape: $1.shape) ?? 0) } }
    /// Whether llama.cpp can tokenize with the file; without, it takes ids.
    public let holdsTokenizer: Bool

    private let records: [GGUFRecord]
    private let metadata: GGUFMetadata

    /// Endings of buffers in old checkpoints, which are not weights.
    private static let buffers = [".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq"]

    /// Opens the checkpoint in `directory` and plans the file; nothing is converted yet.
    ///
    /// - Throws: `ModelError` or `FormatError`: no weights, an architecture without a GGUF form, layers that are missing,
    ///   tensors that have no place in the file, a tokenizer with more tokens than the embedding.
    public init(directory: String, format: WeightFormat) throws {
        var config = try ModelConfiguration(directory: directory)
        let names = try GGUFNames(config)
        let architecture = try ModelRegistry.causalArchitecture(of: config)
        let files = try WeightFiles(directory: directory)
        if try files.holdsOwnHead(architecture, config) { config.json["tie_word_embeddings"] = false }
        let isTied = try config.bool("tie_word_embeddings", default: architecture.tiesByDefault)
        var records: [GGUFRecord] = []
        for name in files.names where !(isTied && name == "lm_head.weight") {
            guard let entry = files.entry(name) else { continue }
            guard let place = names.place(ofCheckpoint: name) else {
                if GGUFConversion.buffers.contains(where: name.hasSuffix) { continue }
                throw ModelError(
                    "\(directory): \(FormatError.quoted(name)): a \(names.architecture) GGUF file has no place for it")
            }
            records.append(try GGUFConversion.record(entry, at: place, files: files, format: format))
        }
        let factors = try GGUFModelMetadata.rotaryFactors(config, architecture: names.architecture)
        if !factors.isEmpty {
            records.append(GGUFRecord(name: "rope_freqs.weight", shape: [factors.count], floats: factors))
        }
        let rows = try GGUFConversion.checkComplete(records, config, hasOwnHead: !isTied, directory: directory)
        let vocabulary = try GGUFVocabulary.pairs(directory: directory, size: rows)
        var metadata = try GGUFModelMetadata.pairs(
            config, architecture: names.architecture, name: (directory as NSString).lastPathComponent,
            fileType: format.fileType)
        for (key, value) in vocabulary.metadata { metadata[key] = value }
        self.format = format
        self.records = records
        self.metadata = metadata
        holdsTokenizer = vocabulary.isComplete
        sourceByteCount = files.names.reduce(0) { $0 + (files.entry($1)?.byteRange.count ?? 0) }
    }

    /// Writes the file, tensor by tensor and a few rows at a time.
    ///
    /// - Parameter progress: Told after every piece how many bytes of how many are written.
    /// - Throws: `FormatError.writeFailed`, and `ModelError` naming a tensor with numbers that are not finite or too large
    ///   for a half precision scale.
    public func write(to path: String, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws {
        let total = byteCount
        try withoutActuallyEscaping(progress) { progress in
            var done = 0
            let told = records.map { record in
                GGUFRecord(name: record.name, type: record.type, shape: record.shape) { sink in
                    try record.pass { bytes in
                        try sink(bytes)
                        done += bytes.count
                        progress(done, total)
                    }
                }
            }
            try GGUFWriter.write(told, metadata: metadata, to: path)
        }
    }

    private static func record(
        _ entry: TensorEntry, at place: GGUFPlace, files: WeightFiles, format: WeightFormat
    ) throws -> GGUFRecord {
        guard entry.shape.count == 2 else {
            return GGUFRecord(name: place.name, type: .float32, shape: entry.shape) { sink in
                let values = try vector(entry, layout: place.layout, files: files)
                try values.withUnsafeBytes(sink)
            }
        }
        let matrix = try CheckpointMatrix(entry, layout: place.layout, files: files)
        let type = type(of: place.name, inputs: matrix.inputs, format: format)
        return GGUFRecord(name: place.name, type: type, shape: [matrix.outputs, matrix.inputs]) { sink in
            let rows = max(1, rowElements / max(1, matrix.inputs))
            for start in stride(from: 0, to: matrix.outputs, by: rows) {
                let range = start..<min(start + rows, matrix.outputs)
                let values = try matrix.floats(rows: range)
                try stored(values, rows: range.count, as: type, name: entry.name).withUnsafeBytes(sink)
            }
        }
    }

    /// How many numbers are converted at a time.
    private static let rowElements = 1 << 20

    private static func type(of name: String, inputs: Int, format: WeightFormat) -> GGUFType {
        guard name != "position_embd.weight" else { return .float32 }
        switch format {
        case .fp32: return .float32
        case .bf16: return .bfloat16
        case .q8, .q4:
            guard inputs > 0, inputs % GGUFType.q8.blockElements == 0 else { return .bfloat16 }
            let isVocabulary = name == "token_embd.weight" || name == "output.weight"
            return format == .q8 || isVocabulary ? .q8 : .q4
        }
    }

    /// The values of a tensor with one dimension, in the order of the file.
    private static func vector(
        _ entry: TensorEntry, layout: GGUFPlace.Layout, files: WeightFiles
    ) throws -> [Float] {
        let values = try files.floats(entry.name)
        guard case .rotated(let order) = layout else { return values }
        guard values.count % order.headDim == 0 else {
            throw ModelError(
                "\(files.directory): \(entry.name): expected whole heads of \(order.headDim), found \(values.count) numbers"
            )
        }
        return values.indices.map { values[order.checkpointRow(ofFileRow: $0)] }
    }

    /// The bytes of some rows.
    private static func stored(_ values: [Float], rows: Int, as type: GGUFType, name: String) throws -> [UInt8] {
        // Beyond this the scale of a block is infinite in half precision.
        let largest: Float = type == .q8 ? 65504 * 127 : type == .q4 ? 65504 * 8 : .greatestFiniteMagnitude
        guard values.allSatisfy({ abs($0) <= largest }) else {
            throw ModelError("\(name): holds a number that is not finite or too large for \(type.name)")
        }
        switch type {
        case .bfloat16:
            return values.map(HalfPrecision.brain).withUnsafeBytes { Array($0) }
        case .q8, .q4:
            let format: WeightFormat = type == .q8 ? .q8 : .q4
            return values.withUnsafeBufferPointer {
                PackedMatrix(floats: $0, outputs: rows, inputs: values.count / rows, format: format).blocks()
            }
        default:
            return values.withUnsafeBytes { Array($0) }
        }
    }

    /// Checks that every layer has the tensors of the first one, and that embedding and head are there.
    ///
    /// - Returns: Rows of the word embedding.
    private static func checkComplete(
        _ records: [GGUFRecord], _ config: ModelConfiguration, hasOwnHead: Bool, directory: String
    ) throws -> Int {
        var shapes: [String: [Int]] = [:]
        for record in records { shapes[record.name] = record.shape }
        let layers = try config.int(config.modelType == "gpt2" ? "n_layer" : "num_hidden_layers", minimum: 1)
        let perLayer = records.map(\.name).filter { $0.hasPrefix("blk.0.") }.map { $0.dropFirst("blk.0.".count) }
        let needed =
            ["token_embd.weight", "output_norm.weight", "blk.0.attn_output.weight"]
            + (hasOwnHead ? ["output.weight"] : [])
            + (0..<layers).flatMap { layer in perLayer.map { "blk.\(layer).\($0)" } }
        if let absent = needed.first(where: { shapes[$0] == nil }) {
            throw ModelError("\(directory): the weights lack a tensor of the model: \(absent) in GGUF's names")
        }
        guard let embedding = shapes["token_embd.weight"], embedding.count == 2 else {
            throw ModelError("\(directory): the word embedding is no matrix")
        }
        return embedding[0]
    }
}

extension WeightFormat {
    /// llama.cpp's number for a file whose matrices are mostly stored so.
    var fileType: UInt32 {
        switch self {
        case .fp32: return 0
        case .q4: return 2
        case .q8: return 7
        case .bf16: return 32
        }
    }

    /// The format with this number, if there is one.
    init?(fileType: Int) {
        guard let format = WeightFormat.allCases.first(where: { Int($0.fileType) == fileType }) else { return nil }
        self = format
    }
}
