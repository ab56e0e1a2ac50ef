import Foundation

/// The weights of a model directory: `model.safetensors`, or `model.safetensors.index.json` and the files it names.
public final class WeightFiles: Sendable {
    /// The directory.
    public let directory: String
    /// The tensors' names: file by file, in the order of their bytes.
    public let names: [String]
    /// The open files.
    public let files: [SafetensorsFile]

    private let table: ByteKeyTable
    private let fileOfName: [Int]

    /// Opens the files and checks them against the index.
    /// - Parameter baseName: `model`; `adapter_model` for a PEFT adapter.
    /// - Throws: `FormatError`: no weights, pickle weights only (`unsupported`), or an index that names files
    ///   outside the directory, files that are absent, or other tensors than the files hold.
    public init(directory: String, baseName: String = "model") throws {
        let single = "\(directory)/\(baseName).safetensors"
        let index = "\(single).index.json"
        let files: [SafetensorsFile]
        if FileManager.default.fileExists(atPath: single) {
            files = [try SafetensorsFile(path: single)]
        } else if FileManager.default.fileExists(atPath: index) {
            files = try WeightFiles.openShards(index: index, directory: directory)
        } else {
            throw WeightFiles.noWeights(directory, baseName: baseName)
        }
        let names = files.flatMap { $0.entries.map(\.name) }
        self.directory = directory
        self.files = files
        self.names = names
        fileOfName = files.indices.flatMap { [Int](repeating: $0, count: files[$0].entries.count) }
        table = ByteKeyTable(count: names.count) { names[$0] }
    }

    /// The tensor with this name; names are compared as bytes.
    public func entry(_ name: String) -> TensorEntry? { file(of: name)?.entry(name) }

    /// The file that holds a tensor.
    public func file(of name: String) -> SafetensorsFile? {
        table.place(of: name) { names[$0] }.map { files[fileOfName[$0]] }
    }

    /// The elements of a float tensor in single precision, in C order.
    /// - Throws: `FormatError`: `missing` or `unsupported`.
    public func floats(_ name: String) throws -> [Float] {
        try located(name).file.floats(name)
    }

    /// Gives `body` a tensor's entry and bytes, which are valid only during the call.
    /// - Throws: `FormatError.missing`, and what `body` throws.
    public func withBytes<Result>(
        of name: String, _ body: (TensorEntry, UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let (file, entry) = try located(name)
        return try file.withBytes(of: entry) { try body(entry, $0) }
    }

    private func located(_ name: String) throws -> (file: SafetensorsFile, entry: TensorEntry) {
        guard let file = file(of: name), let entry = file.entry(name) else {
            throw FormatError(
                .missing, path: directory, "the weights hold no tensor \(FormatError.quoted(name)) among \(names.count)"
            )
        }
        return (file, entry)
    }

    private static func noWeights(_ directory: String, baseName: String) -> FormatError {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory) else {
            return FormatError(.notFound, path: directory, "no such directory")
        }
        guard isDirectory.boolValue else {
            return FormatError(.unreadable, path: directory, "expected a model directory, found a file")
        }
        let pickles = [
            "pytorch_model.bin", "pytorch_model.bin.index.json", "\(baseName).bin", "model.pt", "model.ckpt",
        ]
        let pickle = pickles.first { FileManager.default.fileExists(atPath: "\(directory)/\($0)") }
        guard let pickle else {
            return FormatError(
                .notFound, path: directory,
                "not a model directory: neither \(baseName).safetensors nor \(baseName).safetensors.index.json is in it"
            )
        }
        return FormatError(
            .unsupported, path: directory,
            "only pickle weights (\(pickle)), which can run code and are never opened; convert them to safetensors first"
        )
    }

    private static func openShards(index: String, directory: String) throws -> [SafetensorsFile] {
        guard let map = try JSON.read(path: index)["weight_map"]?.objectValue, !map.isEmpty else {
            throw FormatError(.malformed, path: index, "expected an object 'weight_map' of tensor names to file names")
        }
        var tensorsOfFile = JSONObject()
        for (name, value) in map {
            guard let file = value.stringValue, isPlainName(file) else {
                throw FormatError(
                    .refused, path: index,
                    "weight_map \(FormatError.quoted(name)): expected a *.safetensors file name without directories, "
                        + "found \(FormatError.quoted(value.stringValue ?? value.kindName))")
            }
            tensorsOfFile[file] = .integer(Int64((tensorsOfFile[file]?.intValue ?? 0) + 1))
        }
        var files: [SafetensorsFile] = []
        for (name, count) in tensorsOfFile {
            let file = try SafetensorsFile(path: "\(directory)/\(name)")
            for entry in file.entries {
                guard let home = map[entry.name]?.stringValue, home.hasSameBytes(as: name) else {
                    throw FormatError(
                        .malformed, path: file.path,
                        "holds the tensor \(FormatError.quoted(entry.name)), which the index puts elsewhere or not at all"
                    )
                }
            }
            if file.entries.count != count.intValue {
                let absent = map.first { file.entry($0.key) == nil && $0.value == .string(name) }
                throw FormatError(
                    .missing, path: file.path,
                    "the index puts the tensor \(FormatError.quoted(absent?.key ?? "")) here, the file does not hold it"
                )
            }
            files.append(file)
        }
        return files
    }

    private static func isPlainName(_ name: String) -> Bool {
        name.hasSuffix(".safetensors") && !name.hasPrefix(".") && name.utf8.count <= 255
            && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 < 0x20 }
    }
}
