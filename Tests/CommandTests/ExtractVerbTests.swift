import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `extract`: the text of documents as an index sees it.
@Suite struct ExtractVerbTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    @Test func aPageIsPrintedAsText() throws {
        let page = try folder.write("a.html", "<title>T</title><h1>Head</h1><p>Some <b>text</b>.<script>x()</script>")
        let outcome = try BuiltCommand.run("extract", page)
        #expect(outcome.status == 0 && outcome.messages.isEmpty)
        #expect(outcome.output == "Head\n\nSome text.\n")
    }

    @Test func documentsArePrintedAsJSON() throws {
        let notes = try folder.write("a.md", "---\nyear: 2020\n---\n# Head\ntext\n")
        let table = try folder.write("t.csv", "text,n\nfirst,1\nsecond,2\n")
        let outcome = try BuiltCommand.run("extract", notes, table, "--json")
        #expect(outcome.status == 0 && outcome.outputLines.count == 3)
        let objects = try outcome.outputLines.map { try JSON.parse($0, path: "line") }
        #expect(objects.map { $0["text"] } == ["# Head\ntext\n", "first", "second"])
        #expect(objects.map { $0["id"] } == [.string(notes), .string("\(table)#1"), .string("\(table)#2")])
        #expect(objects[0]["metadata"] == ["format": "markdown", "title": "Head", "year": 2020])
        #expect(
            objects[0]["sections"] == [["bytes": [0, 12], "headings": ["Head"], "page": nil, "source": [19, 31]]])
        #expect(objects[1]["metadata"]?["n"] == 1)
    }

    @Test func oneBadFileIsOneLineAndTheOthersAreRead() throws {
        let good = try folder.write("good.txt", "text")
        let bad = try folder.write("bad.pdf", "no PDF")
        let outcome = try BuiltCommand.run("extract", bad, "\(folder.path)/none.txt", good)
        #expect(outcome.status == 1)
        #expect(outcome.output == "text\n")
        #expect(outcome.messageLines.count == 2)
        #expect(outcome.messageLines.allSatisfy { $0.hasPrefix("linnet: \(folder.path)/") })
    }

    @Test func theFormatCanBeSaid() throws {
        let page = try folder.write("page.txt", "<p>text")
        #expect(try BuiltCommand.run("extract", page, "--format", "html").output == "text\n")
        #expect(try BuiltCommand.run("extract", page, "--format", "docx").status == 2)
        #expect(try BuiltCommand.run("extract").status == 2)
        #expect(try BuiltCommand.run("extract", "--limited", "html").status == 1)
    }
}
