/// A safetensors file, memory-mapped; its whole header is checked when it is opened.
///
/// The mapping is private and read-only and is released with the object. A tensor may be replaced on disk while it is
/// mapped (`SafetensorsWriter` renames a new file into place); the mapped bytes stay what they were.
/// Format: https://github.com/huggingface/safetensors
public final class SafetensorsFile: Sendable {
    /// The file.
    public let path: String
    /// The tensors in the order of their bytes.
    public var entries: [TensorEntry] { tensors.entries }
    /// The texts of `__metadata__`.
    public let metadata: [String: String]

    private let tensors: MappedTensors<TensorEntry>

    /// Opens and checks the file.
    /// - Parameter inMemory: reads the bytes instead of mapping them, for file systems on which another process may
    ///   truncate the file meanwhile.
    /// - Throws: `FormatError` that names file, tensor and offset.
    public init(path: String, inMemory: Bool = false) throws {
        let file = try MappedFile(path: path, inMemory: inMemory)
        let header = try SafetensorsHeader(file.bytes, path: path)
        self.path = path
        tensors = MappedTensors(header.entries, table: header.table, file: file)
        metadata = Dictionary(
            header.metadata.map { ($0.key, $0.value.stringValue ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// The tensor with this name; names are compared as bytes.
    public func entry(_ name: String) -> TensorEntry? {
        tensors.entry(name)
    }

    /// Gives `body` the bytes of a tensor of this file; they are not aligned and are valid only during the call.
    public func withBytes<Result>(
        of entry: TensorEntry, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try tensors.withBytes(of: entry, body)
    }

    /// The elements of a float tensor in single precision, in C order.
    /// - Throws: `FormatError` when there is no such tensor (`missing`) or it does not hold floats (`unsupported`).
    public func floats(_ name: String) throws -> [Float] {
        guard let entry = entry(name) else {
            throw FormatError(.missing, path: path, "no tensor \(FormatError.quoted(name)) among \(entries.count)")
        }
        return try floats(of: entry)
    }

    /// The elements of a float tensor of this file in single precision, in C order.
    /// - Throws: `FormatError.unsupported` when it does not hold floats.
    public func floats(of entry: TensorEntry) throws -> [Float] {
        guard let decode = FloatDecoding(entry.dtype) else {
            throw FormatError(
                .unsupported, path: path,
                "tensor \(FormatError.quoted(entry.name)): expected F32, F16, BF16 or F64, found \(entry.dtype.rawValue)"
            )
        }
        return withBytes(of: entry) { bytes in
            [Float](unsafeUninitializedCapacity: bytes.count / entry.dtype.byteCount) { floats, count in
                decode(bytes, into: floats)
                count = bytes.count / entry.dtype.byteCount
            }
        }
    }
}
