import Foundation
import LinnetFormats
import LinnetTokenizers

/// The files beside these tests.
enum TokenizerFixture {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/tokenizers").path

    static func goldens() throws -> JSON {
        try JSON.read(path: directory + "/goldens.json")
    }

    static func tokenizer(_ name: String) throws -> Tokenizer {
        try Tokenizer(directory: directory + "/" + name)
    }

    /// Runs `body` with a directory that holds `files` and is removed afterwards.
    static func withDirectory<Result>(
        _ files: [String: String] = [:], _ body: (String) throws -> Result
    ) throws -> Result {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("linnet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        for (name, text) in files {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        }
        return try body(path)
    }
}

extension JSON {
    /// An array of integers.
    var ids: [Int32] { (arrayValue ?? []).compactMap { $0.intValue.map { Int32(truncatingIfNeeded: $0) } } }
    var list: [JSON] { arrayValue ?? [] }
}
