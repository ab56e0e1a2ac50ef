/// Writes GGUF files of version 3, little-endian, every tensor at a multiple of 32 bytes.
public enum GGUFWriter {
    /// The most bytes of a tensor's name that llama.cpp reads.
    public static let longestName = 63

    private static let alignment = GGUFHeader.standardAlignment

    /// Writes one file: to a temporary name, flushed, then renamed into place.
    ///
    /// The tensors are streamed in the order of `records`: each produces its bytes when its turn comes.
    /// - Throws: `FormatError`: a name that is too long or given twice, more than four dimensions, a tensor whose bytes do
    ///   not match its shape, an alignment other than 32 in the metadata, or `writeFailed`; and what a record throws.
    public static func write(_ records: [GGUFRecord], metadata: GGUFMetadata, to path: String) throws {
        let header = try header(records, metadata: metadata, path: path)
        try ReplacementFile.write(to: path) { file in
            try header.withUnsafeBytes { try file.write($0) }
            for record in records { try write(record, to: file) }
        }
    }

    private static func padded(_ size: Int) -> Int { size + padding(after: size) }

    private static func padding(after size: Int) -> Int { (alignment - size % alignment) % alignment }

    /// Magic, version, counts, metadata and the list of tensors, padded.
    private static func header(_ records: [GGUFRecord], metadata: GGUFMetadata, path: String) throws -> [UInt8] {
        if let other = metadata[GGUFHeader.alignmentKey], other.intValue != alignment {
            throw FormatError(.unsupported, path: path, "\(GGUFHeader.alignmentKey): only \(alignment) is written")
        }
        var output = GGUFBytes()
        output.append(GGUFHeader.magic)
        output.append(UInt32(3))
        output.append(UInt64(records.count))
        output.append(UInt64(metadata.count))
        for (key, value) in metadata {
            guard !key.isEmpty, key.utf8.count <= GGUFCursor.longestKey else {
                throw FormatError(.malformed, path: path, "a key of metadata has \(key.utf8.count) bytes")
            }
            output.append(key)
            output.append(value.type.rawValue)
            output.append(value)
        }
        var names = JSONObject()
        var offset = 0
        for record in records {
            let name = FormatError.quoted(record.name)
            guard record.name.utf8.count <= longestName else {
                throw FormatError(
                    .malformed, path: path, "tensor \(name): its name is longer than \(longestName) bytes")
            }
            guard names.append(record.name, .null) else {
                throw FormatError(.malformed, path: path, "two tensors are named \(name)")
            }
            guard record.shape.count <= GGUFHeader.mostDimensions, let size = record.type.byteCount(shape: record.shape)
            else {
                throw FormatError(
                    .malformed, path: path, "tensor \(name): impossible shape \(record.shape) of \(record.type.name)")
            }
            output.append(record.name)
            output.append(UInt32(record.shape.count))
            for size in record.shape.reversed() { output.append(UInt64(size)) }
            output.append(record.type.number)
            output.append(UInt64(offset))
            offset += padded(size)
        }
        output.append([UInt8](repeating: 0, count: padding(after: output.bytes.count)))
        return output.bytes
    }

    private static func write(_ record: GGUFRecord, to file: ReplacementFile) throws {
        let expected = record.type.byteCount(shape: record.shape) ?? 0
        try file.write(
            tensor: record.name, "shape \(record.shape) of \(record.type.name)", byteCount: expected, record.pass)
        try [UInt8](repeating: 0, count: padding(after: expected)).withUnsafeBytes { try file.write($0) }
    }
}
