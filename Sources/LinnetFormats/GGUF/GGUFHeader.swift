/// What stands before the tensors' bytes in a GGUF file, checked as a whole: magic, version, metadata, and for every
/// tensor that its name is new, its rows divide into blocks, its bytes begin right after the tensor before and lie in
/// the file.
struct GGUFHeader {
    /// The four bytes a GGUF file begins with.
    static let magic = Array("GGUF".utf8)
    /// The key that moves tensors to multiples of another number than 32.
    static let alignmentKey = "general.alignment"
    /// What tensors' offsets are multiples of unless metadata say otherwise.
    static let standardAlignment = 32
    /// The most dimensions a tensor has.
    static let mostDimensions = 4

    let version: Int
    let metadata: GGUFMetadata
    let entries: [GGUFEntry]
    let table: ByteKeyTable

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
        var cursor = GGUFCursor(bytes, path: path)
        version = try GGUFHeader.version(&cursor)
        // A tensor takes 24 bytes and a pair 13 at least.
        let tensorCount = try cursor.count("tensors", smallest: 24)
        let pairCount = try cursor.count("pairs of metadata", smallest: 13)
        metadata = try GGUFHeader.metadata(&cursor, count: pairCount)
        let alignment = try GGUFHeader.alignment(metadata, path: path)
        (entries, table) = try GGUFHeader.entries(&cursor, count: tensorCount, alignment: alignment)
    }

    private static func version(_ cursor: inout GGUFCursor) throws -> Int {
        guard cursor.bytes.starts(with: magic) else {
            throw FormatError(.malformed, path: cursor.path, "not a GGUF file: it does not begin with 'GGUF'")
        }
        _ = try cursor.integer(UInt32.self, "the magic number")
        let version = try cursor.integer(UInt32.self, "the version")
        switch version {
        case 2, 3: return Int(version)
        case 1:
            throw FormatError(
                .unsupported, path: cursor.path, "GGUF version 1; convert it anew with a current llama.cpp")
        case _ where version != 0 && version & 0xFFFF == 0:
            throw FormatError(
                .unsupported, path: cursor.path, "a big-endian GGUF file; only little-endian ones are read")
        default:
            throw FormatError(.unsupported, path: cursor.path, "GGUF version \(version); 2 and 3 are read")
        }
    }

    private static func metadata(_ cursor: inout GGUFCursor, count: Int) throws -> GGUFMetadata {
        var metadata = GGUFMetadata()
        for index in 0..<count {
            let key = try cursor.text("the key of pair \(index)", longest: GGUFCursor.longestKey)
            guard !key.isEmpty else { throw cursor.failure("the key of pair \(index) is empty") }
            let type = try cursor.valueType("the value of \(FormatError.quoted(key))")
            let value = try cursor.value(of: type, key: key)
            guard metadata.append(key, value) else {
                throw cursor.failure("the key \(FormatError.quoted(key)) occurs twice")
            }
        }
        return metadata
    }

    private static func alignment(_ metadata: GGUFMetadata, path: String) throws -> Int {
        guard let value = metadata[alignmentKey] else { return standardAlignment }
        guard case .uint32(let number) = value, number.nonzeroBitCount == 1, let alignment = Int(exactly: number) else {
            throw FormatError(
                .malformed, path: path,
                "\(alignmentKey): expected a 32-bit power of two, found \(value.intValue.map(String.init) ?? "another type")"
            )
        }
        return alignment
    }

    /// Reads the list of tensors; the cursor stands at its first byte.
    private static func entries(
        _ cursor: inout GGUFCursor, count: Int, alignment: Int
    ) throws -> ([GGUFEntry], ByteKeyTable) {
        var listed: [(name: String, type: GGUFType, shape: [Int], offset: UInt64)] = []
        var table = ByteKeyTable(count: 0) { _ in "" }
        for index in 0..<count {
            let name = try cursor.text("the name of tensor \(index)", longest: GGUFCursor.longestName)
            guard table.place(of: name, keyAt: { listed[$0].name }) == nil else {
                throw cursor.failure("two tensors are named \(FormatError.quoted(name))")
            }
            let shape = try shape(&cursor, name: name)
            let type = try type(&cursor, name: name)
            let offset = try cursor.integer(UInt64.self, "the offset of tensor \(FormatError.quoted(name))")
            listed.append((name, type, shape, offset))
            table.insert(place: index) { listed[$0].name }
        }
        guard count > 0 else { return ([], table) }
        let entries = try place(listed, after: cursor.position, alignment: alignment, cursor)
        return (entries, table)
    }

    /// Reads the dimensions, which the file has innermost first, and gives them outermost first.
    private static func shape(_ cursor: inout GGUFCursor, name: String) throws -> [Int] {
        let what = "the dimensions of tensor \(FormatError.quoted(name))"
        let dimensions = try cursor.integer(UInt32.self, what)
        guard dimensions <= mostDimensions else {
            throw cursor.failure("\(what): expected at most \(mostDimensions), found \(dimensions)")
        }
        var shape: [Int] = []
        for _ in 0..<dimensions {
            let size = try cursor.integer(UInt64.self, what)
            guard let fitting = Int(exactly: size) else { throw cursor.failure("\(what): \(size) is too large") }
            shape.append(fitting)
        }
        return shape.reversed()
    }

    private static func type(_ cursor: inout GGUFCursor, name: String) throws -> GGUFType {
        let number = try cursor.integer(UInt32.self, "the type of tensor \(FormatError.quoted(name))")
        guard let type = GGUFType(number: number) else {
            throw cursor.failure(
                "tensor \(FormatError.quoted(name)): the element type \(number) is not known", kind: .unsupported)
        }
        return type
    }

    /// Checks that the tensors lie one after the other, each at the next multiple of `alignment`, inside the file.
    private static func place(
        _ listed: [(name: String, type: GGUFType, shape: [Int], offset: UInt64)], after end: Int, alignment: Int,
        _ cursor: GGUFCursor
    ) throws -> [GGUFEntry] {
        let size = cursor.bytes.count
        guard let start = aligned(end, to: alignment), start <= size else {
            throw FormatError(
                .malformed, path: cursor.path,
                "ends at byte \(size), before the tensors, which the header at \(end) announces")
        }
        var next = start
        return try listed.map { tensor in
            let name = "tensor \(FormatError.quoted(tensor.name))"
            guard let bytes = tensor.type.byteCount(shape: tensor.shape) else {
                throw FormatError(
                    .malformed, path: cursor.path, "\(name): impossible shape \(tensor.shape) of \(tensor.type.name)")
            }
            guard let offset = Int(exactly: tensor.offset), offset == next - start else {
                throw FormatError(
                    .malformed, path: cursor.path,
                    "\(name): expected at offset \(next - start), right after the tensor before, found \(tensor.offset)"
                )
            }
            guard next <= size, bytes <= size - next else {
                throw FormatError(
                    .malformed, path: cursor.path,
                    "\(name): \(bytes) bytes from byte \(next) on, the file has \(size); it is cut short, fetch it again"
                )
            }
            defer { next = aligned(next + bytes, to: alignment) ?? .max }
            return GGUFEntry(
                name: tensor.name, type: tensor.type, shape: tensor.shape, byteRange: next..<(next + bytes))
        }
    }

    /// The next multiple of a power of two, or `nil` when it does not fit.
    private static func aligned(_ position: Int, to alignment: Int) -> Int? {
        let (sum, overflow) = position.addingReportingOverflow(alignment - 1)
        return overflow ? nil : sum & ~(alignment - 1)
    }
}
