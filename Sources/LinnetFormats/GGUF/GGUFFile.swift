/// Where one tensor lies in a GGUF file.
public struct GGUFEntry: Sendable, MappedTensor {
    /// Its name, as in the file.
    public let name: String
    /// How its elements are stored.
    public let type: GGUFType
    /// Its dimensions, outermost first (the file has them innermost first).
    public let shape: [Int]
    /// Its bytes, as offsets from the start of the file.
    public let byteRange: Range<Int>

    /// The product of the dimensions; 1 for a scalar.
    public var elementCount: Int { byteRange.count / type.blockBytes * type.blockElements }
}

/// A GGUF file of version 2 or 3, memory-mapped; its whole header is checked when it is opened.
///
/// The mapping is private and read-only and is released with the object.
/// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
public final class GGUFFile: Sendable {
    /// The file.
    public let path: String
    /// 2 or 3.
    public let version: Int
    /// The key-value pairs.
    public let metadata: GGUFMetadata
    /// The tensors in the order of their bytes.
    public var entries: [GGUFEntry] { tensors.entries }

    private let tensors: MappedTensors<GGUFEntry>

    /// Opens and checks the file.
    /// - Parameter inMemory: reads the bytes instead of mapping them, for file systems on which another process may
    ///   truncate the file meanwhile.
    /// - Throws: `FormatError` that names file, place, key or tensor.
    public init(path: String, inMemory: Bool = false) throws {
        let file = try MappedFile(path: path, inMemory: inMemory)
        let header = try GGUFHeader(file.bytes, path: path)
        self.path = path
        version = header.version
        metadata = header.metadata
        tensors = MappedTensors(header.entries, table: header.table, file: file)
    }

    /// The tensor with this name; names are compared as bytes.
    public func entry(_ name: String) -> GGUFEntry? {
        tensors.entry(name)
    }

    /// Gives `body` the bytes of a tensor of this file, which are valid only during the call.
    public func withBytes<Result>(
        of entry: GGUFEntry, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try tensors.withBytes(of: entry, body)
    }

    /// The elements of a tensor of this file in single precision, in C order.
    /// - Throws: `FormatError.unsupported` when its type is not read.
    public func floats(of entry: GGUFEntry) throws -> [Float] {
        guard let decode = entry.type.decoding else {
            let read = GGUFType.known.filter(\.isRead).map(\.name).joined(separator: ", ")
            throw FormatError(
                .unsupported, path: path,
                "tensor \(FormatError.quoted(entry.name)): stored as \(entry.type.name); \(read) are read, convert it to one"
            )
        }
        return withBytes(of: entry) { bytes in
            [Float](unsafeUninitializedCapacity: entry.elementCount) { floats, count in
                decode(bytes, into: UnsafeMutableBufferPointer(rebasing: floats[..<entry.elementCount]))
                count = entry.elementCount
            }
        }
    }
}
