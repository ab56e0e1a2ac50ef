import Foundation
import TestSupport
import Testing

@testable import LinnetCommand

@Suite struct TextLinesTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    @Test(arguments: [
        ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]),
        ("a\n\nb\n", ["a", "", "b"]), ("a\rb\n", ["a\rb"]), ("é\u{2028}x\n", ["é\u{2028}x"]),
    ])
    func linesEndWithLineFeedsOnly(content: String, expected: [String]) throws {
        #expect(try lines(of: Data(content.utf8)) == expected)
    }

    @Test func bytesThatAreNoTextBecomeReplacementCharacters() throws {
        #expect(try lines(of: Data([0x61, 0xFF, 0x0A, 0x62])) == ["a\u{FFFD}", "b"])
    }

    @Test func batchesKeepOrderAndLimit() throws {
        let content = (0..<5000).map { "line \($0)" }
        let file = try folder.write("many.txt", content.joined(separator: "\n"))
        let reader = try TextLines(path: file)
        var found: [String] = []
        while case let batch = try reader.next(limit: 7), !batch.isEmpty {
            #expect(batch.count <= 7)
            found += batch
        }
        #expect(found == content)
    }

    @Test func aLineWithoutEndIsAnErrorThatCountsLines() throws {
        let file = "\(folder.path)/long.txt"
        try (Data("short\n".utf8) + Data(repeating: 0x61, count: TextLines.longestLine + (1 << 17)))
            .write(to: URL(fileURLWithPath: file))
        let reader = try TextLines(path: file)
        #expect(try reader.next(limit: 10) == ["short"])
        #expect(throws: CommandError("\(file): line 2 is longer than 16 MiB; expected one text per line")) {
            try reader.next(limit: 10)
        }
    }

    @Test func aFileThatCannotBeReadIsNamed() {
        #expect(throws: CommandError("/nowhere/texts.txt: cannot read: No such file or directory")) {
            try TextLines(path: "/nowhere/texts.txt")
        }
        #expect(throws: CommandError("/: cannot read: Is a directory")) { try TextLines(path: "/").next(limit: 1) }
    }

    private func lines(of content: Data) throws -> [String] {
        let file = "\(folder.path)/lines.txt"
        try content.write(to: URL(fileURLWithPath: file))
        let reader = try TextLines(path: file)
        var found: [String] = []
        while case let batch = try reader.next(limit: 3), !batch.isEmpty { found += batch }
        return found
    }
}
