/// The header of a safetensors file, read and checked against the real size of the file.
///
/// Layout: an unsigned 64-bit length N (little endian), N bytes of JSON, then the tensors' bytes. The JSON maps each
/// tensor's name to `{"dtype", "shape", "data_offsets": [begin, end]}` with offsets counted from the end of the header,
/// and `__metadata__` to texts. The tensors must cover the rest of the file exactly: no hole, no overlap, no rest.
/// Nothing is allocated that the size of the file does not bound.
struct SafetensorsHeader {
    /// Longest header the format allows, in bytes.
    static let longest = 100_000_000
    /// Most dimensions a tensor may have here.
    static let mostDimensions = 64

    /// The tensors in the order of their bytes.
    var entries: [TensorEntry] = []
    /// The texts of `__metadata__`, in order, keys compared as bytes.
    var metadata = JSONObject()
    /// Place in `entries` by name.
    var table: ByteKeyTable

    private let path: String
    private let fileSize: Int
    private let dataStart: Int

    init(_ file: UnsafeRawBufferPointer, path: String) throws {
        self.path = path
        fileSize = file.count
        guard file.count >= 8 else {
            throw FormatError(
                .malformed, path: path, "expected a safetensors file, found \(file.count) bytes, too few for its header"
            )
        }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(SafetensorsHeader.longest), let count = Int(exactly: length) else {
            throw FormatError(
                .malformed, path: path,
                "header length \(length) at offset 0 exceeds \(SafetensorsHeader.longest); not a safetensors file")
        }
        guard count <= file.count - 8 else {
            throw FormatError(
                .malformed, path: path,
                "header of \(count) bytes expected after offset 8, found \(file.count - 8); the file is truncated")
        }
        dataStart = 8 + count
        table = ByteKeyTable(count: 0) { _ in "" }
        let header = UnsafeRawBufferPointer(rebasing: file[8..<dataStart])
        guard header.first == UInt8(ascii: "{") else {
            throw FormatError(
                .malformed, path: path, "the header at offset 8 must begin with '{'; not a safetensors file")
        }
        do {
            try read(header)
        } catch let error as FormatError {
            throw FormatError(error.kind, path: path, "safetensors header, \(error.message)")
        }
        try checkLayout()
        let sorted = entries
        table = ByteKeyTable(count: sorted.count) { sorted[$0].name }
    }

    private mutating func read(_ header: UnsafeRawBufferPointer) throws {
        var scanner = JSONScanner(header, path: path, maxDepth: 16)
        var names = ByteKeyTable(count: 0) { _ in "" }
        var hasMetadata = false
        try scanner.members { scanner, name, start in
            if name == "__metadata__" {
                guard !hasMetadata else { throw scanner.duplicateKey(name, at: start) }
                hasMetadata = true
                try readMetadata(&scanner)
                return
            }
            guard names.place(of: name, keyAt: { entries[$0].name }) == nil else {
                throw scanner.duplicateKey(name, at: start)
            }
            entries.append(try readEntry(name, &scanner))
            names.insert(place: entries.count - 1) { entries[$0].name }
        }
        try scanner.expectEnd()
    }

    private mutating func readMetadata(_ scanner: inout JSONScanner) throws {
        scanner.skipSpace()
        if scanner.peek == UInt8(ascii: "n") {
            _ = try scanner.value()
            return
        }
        try scanner.members { scanner, key, start in
            scanner.skipSpace()
            guard scanner.peek == UInt8(ascii: "\"") else {
                throw scanner.failure("a text for '__metadata__' \(FormatError.quoted(key))")
            }
            guard metadata.append(key, .string(try scanner.string())) else {
                throw scanner.duplicateKey(key, at: start)
            }
        }
    }

    private func readEntry(_ name: String, _ scanner: inout JSONScanner) throws -> TensorEntry {
        var typeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        var tensor: String { "tensor \(FormatError.quoted(name))" }
        try scanner.members { scanner, key, start in
            let isRepeated: Bool
            switch key {
            case "dtype":
                isRepeated = typeName != nil
                scanner.skipSpace()
                guard scanner.peek == UInt8(ascii: "\"") else { throw scanner.failure("\(tensor): a text for 'dtype'") }
                typeName = try scanner.string()
            case "shape":
                isRepeated = shape != nil
                shape = try readSizes(&scanner, most: SafetensorsHeader.mostDimensions, "\(tensor): 'shape'")
            case "data_offsets":
                isRepeated = offsets != nil
                offsets = try readSizes(&scanner, most: 2, "\(tensor): 'data_offsets'")
            default:
                isRepeated = false
                _ = try scanner.value(depth: 2)
            }
            if isRepeated { throw scanner.duplicateKey(key, at: start) }
        }
        guard let typeName, let shape, let offsets else {
            throw FormatError(.malformed, path: path, "\(tensor): expected 'dtype', 'shape' and 'data_offsets'")
        }
        return try entry(name, typeName: typeName, shape: shape, offsets: offsets)
    }

    /// Reads an array of non-negative integers.
    private func readSizes(_ scanner: inout JSONScanner, most: Int, _ what: @autoclosure () -> String) throws -> [Int] {
        try scanner.expect(UInt8(ascii: "["), "\(what()): an array")
        var sizes: [Int] = []
        scanner.skipSpace()
        if scanner.take(UInt8(ascii: "]")) { return sizes }
        while true {
            scanner.skipSpace()
            let start = scanner.position
            guard case .integer(let number)? = try? scanner.number(), let size = Int(exactly: number), size >= 0 else {
                throw scanner.failure("\(what()): expected whole numbers from 0 to \(Int.max)", at: start)
            }
            guard sizes.count < most else {
                throw scanner.failure("\(what()): more than \(most) numbers", at: start)
            }
            sizes.append(size)
            scanner.skipSpace()
            if scanner.take(UInt8(ascii: "]")) { return sizes }
            try scanner.expect(UInt8(ascii: ","), "\(what()): ',' or ']'")
        }
    }

    private func entry(_ name: String, typeName: String, shape: [Int], offsets: [Int]) throws -> TensorEntry {
        var tensor: String { "tensor \(FormatError.quoted(name))" }
        guard let dtype = SafetensorsType(rawValue: typeName) else {
            let isKnown = SafetensorsType.unreadNames.contains(typeName)
            let found = FormatError.quoted(typeName)
            throw FormatError(
                isKnown ? .unsupported : .malformed, path: path,
                isKnown
                    ? "\(tensor): dtype \(found) is not supported; convert it to F32, F16 or BF16"
                    : "\(tensor): expected a dtype such as F32 or BF16, found \(found)")
        }
        guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= fileSize - dataStart else {
            throw FormatError(
                .malformed, path: path,
                "\(tensor): expected data_offsets [begin, end] within the file's \(fileSize - dataStart) data bytes, "
                    + "found \(offsets)")
        }
        var expected = dtype.byteCount
        for size in shape {
            let (product, overflow) = expected.multipliedReportingOverflow(by: size)
            guard !overflow else {
                throw FormatError(.malformed, path: path, "\(tensor): shape \(shape) is larger than any file")
            }
            expected = product
        }
        guard expected == offsets[1] - offsets[0] else {
            throw FormatError(
                .malformed, path: path,
                "\(tensor): shape \(shape) of \(typeName) needs \(expected) bytes, data_offsets \(offsets) span "
                    + "\(offsets[1] - offsets[0])")
        }
        return TensorEntry(
            name: name, dtype: dtype, shape: shape, byteRange: (dataStart + offsets[0])..<(dataStart + offsets[1]))
    }

    /// Sorts the tensors by place and checks that they touch each other from the end of the header to the end of the file.
    private mutating func checkLayout() throws {
        entries.sort { left, right in
            (left.byteRange.lowerBound, left.byteRange.upperBound) < (
                right.byteRange.lowerBound, right.byteRange.upperBound
            )
        }
        var end = dataStart
        for entry in entries {
            guard entry.byteRange.lowerBound == end else {
                let kind =
                    entry.byteRange.lowerBound < end ? "overlaps the tensor before it" : "leaves a hole before it"
                throw FormatError(
                    .malformed, path: path,
                    "tensor \(FormatError.quoted(entry.name)) at file offset \(entry.byteRange.lowerBound) \(kind), "
                        + "expected offset \(end)")
            }
            end = entry.byteRange.upperBound
        }
        guard end == fileSize else {
            throw FormatError(
                .malformed, path: path,
                "the tensors end at offset \(end), the file at \(fileSize); it is truncated or has bytes appended")
        }
    }
}
