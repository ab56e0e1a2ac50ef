import Foundation
import LinnetFormats

/// The files of a tokenizer as they lie in a directory, kept so that they can be written again byte for byte.
struct TokenizerFiles: Sendable {
    /// Every file that belongs to a tokenizer, by its name on the hub.
    static let names = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt",
        "vocab.json", "merges.txt", "chat_template.jinja",
    ]

    let directory: String
    private(set) var contents: [String: [UInt8]] = [:]

    /// Files that exist in memory; `directory` stands for them in errors.
    init(directory: String, contents: [String: [UInt8]]) {
        self.directory = directory
        self.contents = contents
    }

    /// Reads all files of a tokenizer that `directory` has.
    init(directory: String) throws {
        self.directory = directory
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw TokenizerError(.missing, path: directory, "expected a directory with a tokenizer, found none")
        }
        for name in Self.names where FileManager.default.fileExists(atPath: path(of: name)) {
            do {
                contents[name] = try FileBytes.read(path(of: name), limit: JSON.largestFile)
            } catch let error as FormatError {
                throw TokenizerError(.inputOutput, path: error.path, error.message)
            }
        }
    }

    func path(of name: String) -> String { directory + "/" + name }

    /// The parsed file `name`, or `nil` when it does not exist.
    func json(_ name: String) throws -> FileValue? {
        guard let bytes = contents[name] else { return nil }
        return try FileValue.read(bytes, path: path(of: name))
    }

    /// The lines of the text file `name`; a line ends with LF, CR LF or CR.
    func lines(_ name: String) throws -> [String]? {
        guard let bytes = contents[name] else { return nil }
        var lines: [String] = []
        var start = 0
        func close(_ end: Int) throws {
            guard let line = String(validating: bytes[start..<end], as: UTF8.self) else {
                throw TokenizerError.malformed(
                    path(of: name), "line \(lines.count + 1)", "expected UTF-8, found other bytes")
            }
            lines.append(line)
        }
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x0A || bytes[index] == 0x0D {
                try close(index)
                if bytes[index] == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
                start = index + 1
            }
            index += 1
        }
        if start < bytes.count { try close(bytes.count) }
        return lines
    }

    /// Writes the files into an existing directory, with `extra` ones that the original lacks.
    func write(to target: String, adding extra: [String: [UInt8]]) throws {
        for (name, bytes) in contents.merging(extra, uniquingKeysWith: { original, _ in original }) {
            do {
                try FileBytes.write(bytes, to: target + "/" + name)
            } catch let error as FormatError {
                throw TokenizerError(.inputOutput, path: error.path, error.message)
            }
        }
    }
}
