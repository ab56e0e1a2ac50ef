import Foundation
import LinnetFormats
import LinnetRetrieval

extension TextEmbedder {
    /// What the vectors of this embedder depend on.
    ///
    /// - Throws: `FormatError` when a file of the model cannot be read.
    public func identity() throws -> EmbedderIdentity {
        EmbedderIdentity(
            name: name, revision: EmbedderFiles.revision(of: directory),
            digest: try EmbedderFiles(directory: directory).digest(), pooling: pooling == .mean ? "mean" : "cls",
            dimension: dimension)
    }
}

/// The files of a model directory that decide its vectors.
struct EmbedderFiles {
    /// Paths relative to the directory, in order.
    let names: [String]
    private let directory: String

    private static let known: Set<String> = [
        "config.json", "modules.json", "sentence_bert_config.json", "1_Pooling/config.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt", "vocab.json",
        "merges.txt", "model.safetensors.index.json", "adapter_config.json",
    ]
    private static let weightEndings = [".safetensors", ".gguf"]

    /// Lists the files; README, images and other formats of the same weights do not count.
    init(directory: String) throws {
        self.directory = directory
        let found = try FileManager.default.contentsOfDirectory(atPath: directory)
        var names = found.filter { name in
            Self.known.contains(name) || Self.weightEndings.contains { name.hasSuffix($0) }
        }
        names += Self.known.filter {
            $0.contains("/") && FileManager.default.fileExists(atPath: "\(directory)/\($0)")
        }
        self.names = names.sorted()
    }

    /// SHA-256 over the names and the SHA-256 of every file.
    func digest() throws -> String {
        let lines = try names.map { "\($0) \(try SHA256.hexadecimal(ofFile: "\(directory)/\($0)"))\n" }
        return SHA256.hexadecimal(of: Array(lines.joined().utf8))
    }

    /// Names, sizes, times of change and identities of the files: while this stays the same, so does the digest.
    func stamp() throws -> String {
        try names.map { name in
            var status = stat()
            guard stat("\(directory)/\(name)", &status) == 0 else {
                throw FormatError(.unreadable, path: "\(directory)/\(name)", "cannot be read")
            }
            let time = status.st_mtim
            return "\(name) \(status.st_size) \(time.tv_sec).\(time.tv_nsec) \(status.st_dev) \(status.st_ino)"
        }.joined(separator: "\n")
    }

    /// The commit that a snapshot in the hub's cache is of.
    static func revision(of directory: String) -> String? {
        let parts = URL(fileURLWithPath: directory).standardizedFileURL.pathComponents
        let commit = parts.last ?? ""
        let isCommit = commit.count == 40 && commit.allSatisfy(\.isHexDigit)
        return isCommit && parts.dropLast().last == "snapshots" ? commit : nil
    }
}
