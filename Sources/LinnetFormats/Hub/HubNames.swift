import Foundation

/// The name of a model on the hub, `organisation/name` or `name`, checked.
struct RepositoryName: Equatable {
    let text: String

    /// - Throws: `FormatError.refused` for a name the hub does not allow.
    init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isAllowed =
            (1...2).contains(parts.count) && !text.contains("--") && !text.contains("..")
            && parts.allSatisfy { part in
                (1...96).contains(part.utf8.count) && part.utf8.allSatisfy(HubNames.isPlain)
                    && !".-".contains(part.first ?? ".") && !".-".contains(part.last ?? ".") && !part.hasSuffix(".git")
            }
        guard isAllowed else {
            throw FormatError(
                .refused, path: text,
                "not the name of a model; expected 'organisation/name' of letters, digits, '-', '_', '.'")
        }
        self.text = text
    }

    /// The directory of the model in the cache.
    var cacheFolder: String { "models--" + text.replacingOccurrences(of: "/", with: "--") }
}

/// Rules for the names that a hub sends: nothing of them may lead outside the directory they are meant for.
enum HubNames {
    /// What is fetched: weights as safetensors, configuration, vocabularies, templates. Never pickle, never code.
    private static let fetchedEndings = [".safetensors", ".json", ".txt", ".model", ".jinja"]

    /// Whether a file of a repository is one to fetch.
    static func isFetched(_ name: String) -> Bool {
        name == "README.md" || fetchedEndings.contains { name.hasSuffix($0) }
    }

    /// Whether a file of a repository holds weights in a form that can run code.
    static func isPickle(_ name: String) -> Bool {
        [".bin", ".pt", ".pth", ".ckpt", ".pkl"].contains { name.hasSuffix($0) }
    }

    /// Checks the name of a file in a repository before it becomes a path.
    /// - Throws: `FormatError.refused`.
    static func check(file name: String, repository: RepositoryName) throws {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isSafe =
            name.utf8.count <= 1_024
            && parts.allSatisfy { part in
                (1...255).contains(part.utf8.count) && part != "." && part != ".." && part.lowercased() != ".git"
                    && part.first != "~" && part.last != "." && part.last != " "
                    && part.unicodeScalars.allSatisfy { scalar in
                        scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
                            && !"\\:*?\"<>|".unicodeScalars.contains(scalar)
                            && !slashLookalikes.contains(scalar.value)
                    }
            }
        guard isSafe else {
            throw FormatError(
                .refused, path: repository.text,
                "the repository lists a file under the unsafe name \(FormatError.quoted(name)); nothing was fetched")
        }
    }

    /// Characters that look like a slash or turn into one when a name is normalised.
    private static let slashLookalikes: Set<UInt32> = [0x2044, 0x2215, 0x29F8, 0xFF0F, 0xFF3C, 0x2024, 0xFE52, 0xFF0E]

    /// Checks the name of a branch, tag or commit.
    /// - Throws: `FormatError.refused`.
    static func check(revision: String, repository: RepositoryName) throws {
        let parts = revision.split(separator: "/", omittingEmptySubsequences: false)
        let isSafe =
            revision.utf8.count <= 200
            && parts.allSatisfy { part in
                !part.isEmpty && part.first != "." && part.first != "-" && !part.contains("..")
                    && part.utf8.allSatisfy(isPlain)
            }
        guard isSafe else {
            throw FormatError(
                .refused, path: repository.text,
                "\(FormatError.quoted(revision)) is not the name of a branch, tag or commit")
        }
    }

    /// Whether a text is a commit hash: 40 lower-case hexadecimal digits.
    static func isCommit(_ text: String) -> Bool { isHexadecimal(text, count: 40) }

    static func isHexadecimal(_ text: String, count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    /// Letters, digits, `-`, `_` and `.`.
    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            return true
        default: return false
        }
    }

    /// A path with everything percent-encoded that is not plain; slashes stay unless `encodingSlash`.
    static func percentEncoded(_ path: String, encodingSlash: Bool = false) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in path.utf8 {
            if isPlain(byte) || (byte == UInt8(ascii: "/") && !encodingSlash) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// What identifies a file's content on the hub: its size and the hash that the hub calls its ETag.
struct ContentIdentity: Equatable {
    /// SHA-256 of the bytes (64 digits: large files), or git's SHA-1 of the blob (40 digits: small ones).
    let hash: String
    /// Bytes, where the hub said so.
    let size: Int?

    /// Reads an ETag: `"…"` or `W/"…"` around 40 or 64 hexadecimal digits; `nil` for anything else.
    init?(entityTag: String, size: Int?) {
        var text = entityTag.trimmingSpace()
        if text.hasPrefix("W/") { text.removeFirst(2) }
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = String(text.dropFirst().dropLast()) }
        guard HubNames.isHexadecimal(text, count: 40) || HubNames.isHexadecimal(text, count: 64) else { return nil }
        hash = text
        self.size = size
    }

    /// Whether the file at `path` has this content.
    /// - Throws: `FormatError` when it cannot be read.
    func matches(file path: String) throws -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FormatError.reading(path) }
        if let size, Int(status.st_size) != size { return false }
        if hash.count == 64 { return try SHA256.hexadecimal(ofFile: path) == hash }
        var sha1 = SHA1()
        Array("blob \(status.st_size)\0".utf8).withUnsafeBytes { sha1.update($0) }
        try HashBlocks.readFile(path) { sha1.update($0) }
        return sha1.finish() == hash
    }
}
