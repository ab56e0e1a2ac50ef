import Foundation
import Testing

@testable import LinnetFormats

/// A directory that goes away with the object.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "linnet-formats-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in here.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file in here, and the directories it needs, and gives its path.
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let target = file(name)
        let directory = (target as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: target))
        return target
    }

    /// Writes a text file in here and gives its path.
    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    /// The names in here or in a directory in here, hidden ones too, sorted.
    func names(_ directory: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: file(directory)).sorted()
    }

    func text(_ name: String) throws -> String { String(decoding: try FileBytes.read(file(name)), as: UTF8.self) }
}

/// The path of a file in Tests/Fixtures/formats.
func fixture(_ name: String, from file: String = #filePath) -> String {
    let tests = ((file as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent
    return "\(tests)/Fixtures/formats/\(name)"
}

/// Runs `body`, which must throw a `FormatError` of this kind whose one-line description contains every one of `words`.
func expectFailure(
    _ kind: FormatError.Kind, _ words: String..., label: String = "", location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("\(label): expected an error of kind \(kind)", sourceLocation: location)
    } catch let error as FormatError {
        #expect(error.kind == kind, "\(label): \(error)", sourceLocation: location)
        for word in words { #expect(error.description.contains(word), "\(label): \(error)", sourceLocation: location) }
        #expect(!error.description.contains("\n"), "\(label): \(error)", sourceLocation: location)
    } catch {
        Issue.record("\(label): expected a FormatError, found \(error)", sourceLocation: location)
    }
}
