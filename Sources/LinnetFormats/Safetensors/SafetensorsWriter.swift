/// Writes safetensors files byte for byte as the reference implementation does: widest types first, names in order
/// within a type, the header padded with spaces to a multiple of eight.
public enum SafetensorsWriter {
    /// Writes one file: to a temporary name, flushed, then renamed into place, so that writing over the very file
    /// the tensors are mapped from is safe.
    /// - Throws: `FormatError`: a name twice, a tensor whose bytes do not match its shape, or `writeFailed`.
    public static func write(
        _ records: [TensorRecord], metadata: [String: String] = ["format": "pt"], to path: String
    ) throws {
        let sorted = records.sorted { left, right in
            if left.dtype != right.dtype { return left.dtype.writingOrder < right.dtype.writingOrder }
            return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
        let header = try header(sorted, metadata: metadata, path: path)
        try ReplacementFile.write(to: path) { file in
            try header.withUnsafeBytes { try file.write($0) }
            for record in sorted { try write(record, to: file) }
        }
    }

    /// Writes the tensors over several files `NAME-00001-of-0000N.safetensors` of at most `maxShardBytes` of tensors
    /// (a larger tensor has a file of its own) and the index `NAME.safetensors.index.json`; a single file
    /// `NAME.safetensors` without an index when they all fit into one.
    ///
    /// The files are complete one by one; to replace a model as a whole, write inside `DirectoryCommit.write`.
    /// - Throws: as `write(_:metadata:to:)`.
    public static func writeSharded(
        _ records: [TensorRecord], maxShardBytes: Int = 5_000_000_000, directory: String, baseName: String = "model",
        metadata: [String: String] = ["format": "pt"]
    ) throws {
        var shards: [[TensorRecord]] = [[]]
        var room = maxShardBytes
        var total = 0
        for record in records {
            let size = try byteCount(of: record, path: directory)
            if size > room, shards.last?.isEmpty == false {
                shards.append([])
                room = maxShardBytes
            }
            shards[shards.count - 1].append(record)
            room -= min(room, size)
            total += size
        }
        guard shards.count > 1 else {
            return try write(records, metadata: metadata, to: "\(directory)/\(baseName).safetensors")
        }
        _ = try header(records, metadata: metadata, path: directory)
        var files: [(String, JSON)] = []
        for (index, shard) in shards.enumerated() {
            let name = "\(baseName)-\(padded(index + 1))-of-\(padded(shards.count)).safetensors"
            try write(shard, metadata: metadata, to: "\(directory)/\(name)")
            files += shard.map { ($0.name, .string(name)) }
        }
        files.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        let index: JSON = ["metadata": ["total_size": JSON(total)], "weight_map": .object(JSONObject(files))]
        try FileBytes.write(
            text: index.text(pretty: true) + "\n", to: "\(directory)/\(baseName).safetensors.index.json")
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    private static func byteCount(of record: TensorRecord, path: String) throws -> Int {
        guard let size = record.byteCount else {
            throw FormatError(
                .malformed, path: path, "tensor \(FormatError.quoted(record.name)): impossible shape \(record.shape)")
        }
        return size
    }

    /// The length and the JSON, padded.
    private static func header(
        _ records: [TensorRecord], metadata: [String: String], path: String
    ) throws -> [UInt8] {
        var members = JSONObject()
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
            _ = members.append("__metadata__", .object(JSONObject(texts)))
        }
        var offset = 0
        for record in records {
            let (end, overflow) = offset.addingReportingOverflow(try byteCount(of: record, path: path))
            let entry: JSON = [
                "dtype": .string(record.dtype.rawValue), "shape": .array(record.shape.map { JSON($0) }),
                "data_offsets": [JSON(offset), JSON(end)],
            ]
            guard !overflow, members.append(record.name, entry) else {
                throw FormatError(
                    .malformed, path: path, "two tensors are named \(FormatError.quoted(record.name))")
            }
            offset = end
        }
        var text = Array(JSON.object(members).text().utf8)
        text.append(contentsOf: repeatElement(0x20, count: (8 - text.count % 8) % 8))
        guard text.count <= SafetensorsHeader.longest else {
            throw FormatError(.tooLarge, path: path, "the header of \(records.count) tensors is longer than 100 MB")
        }
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }

    private static func write(_ record: TensorRecord, to file: ReplacementFile) throws {
        try file.write(
            tensor: record.name, "shape \(record.shape) of \(record.dtype.rawValue)",
            byteCount: try byteCount(of: record, path: file.path), record.produce)
    }
}
