import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `bench tokenize` on a tiny model's tokenizer.
@Suite struct BenchTokenizeVerbTests {
    private let folder: TemporaryDirectory
    private let model: String

    init() throws {
        folder = try TemporaryDirectory()
        model = try TinyModel.write(into: folder)
    }

    @Test func oneObjectHoldsTheMeasurement() throws {
        let text = "good film\nthe food was awful\n"
        let file = try folder.write("text.txt", text)
        let outcome = try BuiltCommand.run("bench", "tokenize", "--model", model, "--input", file, "--json")
        #expect(outcome.status == 0)
        try #require(outcome.outputLines.count == 1)
        let object = try JSON.parse(Array(outcome.output.utf8), path: "output")
        #expect(object["bytes"]?.intValue == text.utf8.count)
        #expect((object["tokens"]?.intValue ?? 0) >= 6)
        #expect((object["mib_per_second"]?.doubleValue ?? 0) > 0)
        #expect(object["digest"]?.stringValue?.count == 64)
        let again = try BuiltCommand.run("bench", "tokenize", "--model", model, "--input", file, "--json")
        let other = try JSON.parse(Array(again.output.utf8), path: "output")
        #expect(other["digest"]?.stringValue == object["digest"]?.stringValue)
    }

    @Test func whatIsMissingIsNamedInOneLine() throws {
        let noText = try BuiltCommand.run("bench", "tokenize", "--model", model, "--input", "/nonexistent/text")
        #expect(noText.status == 1 && noText.messageLines.count == 1 && noText.messages.contains("/nonexistent/text"))
        let noModel = try BuiltCommand.run("bench", "tokenize", "--model", "/nonexistent/model", "--input", "x")
        #expect(noModel.status == 1 && noModel.messageLines.count == 1)
    }
}
