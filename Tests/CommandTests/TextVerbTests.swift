import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `embed`, `classify`, `inspect` and `merge` on tiny models.
@Suite struct TextVerbTests {
    private static let texts = ["good film", "", "the food was awful"]
    private let folder: TemporaryDirectory
    private let model: String

    init() throws {
        folder = try TemporaryDirectory()
        model = try TinyModel.write(into: folder)
    }

    @Test func everySourceOfTextsGivesTheSameVectorsInOrder() throws {
        let lines = Self.texts.joined(separator: "\n")
        let file = try folder.write("texts.txt", lines + "\n")
        let fromFile = try BuiltCommand.run("embed", "--model", model, "--input", file)
        #expect(fromFile.status == 0)
        #expect(fromFile.outputLines.count == 3)
        for line in fromFile.outputLines {
            let vector = try JSON.parse(Array(line.utf8), path: "line")["embedding"]?.arrayValue
            #expect(vector?.count == 16)
        }
        #expect(Set(fromFile.outputLines).count == 3)
        for outcome in [
            try BuiltCommand.run("embed", "--model", model, input: lines),
            try BuiltCommand.run("embed", "--model", model, "-", input: lines),
            try BuiltCommand.run("embed", "--model", model, "--input", "-", input: lines + "\n"),
            try BuiltCommand.run("embed", "--model", model, input: lines.replacingOccurrences(of: "\n", with: "\r\n")),
            try BuiltCommand.run(["embed", "--model", model] + Self.texts),
        ] {
            #expect(outcome.status == 0)
            #expect(outcome.output == fromFile.output)
        }
    }

    @Test(arguments: [("", "GOMP_SPINCOUNT=6000"), ("GOMP_SPINCOUNT=7", "GOMP_SPINCOUNT=7")])
    func threadsWaitAsTheEnvironmentSaysAndNotLongOtherwise(setting: String, expected: String) throws {
        let outcome = try BuiltCommand.shell(
            """
            unset GOMP_SPINCOUNT OMP_WAIT_POLICY OMP_NUM_THREADS
            sleep 1 | \(setting) "$LINNET" embed --model \(model) &
            sleep 0.5; tr '\\0' '\\n' < /proc/$!/environ | grep GOMP; wait
            """)
        #expect(outcome.output == expected + "\n")
    }

    @Test func noInputIsNoOutput() throws {
        let outcome = try BuiltCommand.run("embed", "--model", model)
        #expect(outcome.status == 0)
        #expect(outcome.output.isEmpty)
    }

    @Test func textsFromTwoPlacesAreAUsageError() throws {
        let outcome = try BuiltCommand.run("embed", "--model", model, "--input", "x.txt", "text")
        #expect(outcome.status == 2)
    }

    @Test func vectorsGoIntoANumpyArray() throws {
        let array = "\(folder.path)/vectors.npy"
        let outcome = try BuiltCommand.run(
            "embed", "--model", model, "--output", array, input: Self.texts.joined(separator: "\n"))
        #expect(outcome.status == 0)
        #expect(outcome.output.isEmpty)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: array))
        #expect(bytes.prefix(6) == Data([0x93]) + Data("NUMPY".utf8))
        #expect(String(decoding: bytes.prefix(128), as: UTF8.self).contains("(3, 16)"))
        #expect(bytes.suffix(3 * 16 * 4).count == 192 && bytes.count % 64 == 0)
    }

    @Test func aLineIsAnsweredBeforeTheNextOneIsWritten() throws {
        let outcome = try BuiltCommand.shell(
            """
            coproc "$LINNET" embed --model '\(model)'
            echo 'good film' >&"${COPROC[1]}"
            read -r -t 60 first <&"${COPROC[0]}" && echo answered
            """)
        #expect(outcome.output == "answered\n")
    }

    @Test func inspectionListsTheTensors() throws {
        let outcome = try BuiltCommand.run("inspect", model, "--json")
        #expect(outcome.status == 0)
        let object = try JSON.parse(Array(outcome.output.utf8), path: "output")
        #expect(object["kind"]?.stringValue == "bert")
        #expect(object["non_finite"]?.intValue == 0)
        let names = object["tensors"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        #expect(names.contains("encoder.layer.0.attention.self.query.weight"))
        let text = try BuiltCommand.run("inspect", model)
        #expect(text.output.contains("encoder.layer.0.attention.self.query.weight"))
    }

    @Test func anEncoderIsNoClassifier() throws {
        let outcome = try BuiltCommand.run("classify", "--model", model, "good")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.messageLines.count == 1)
    }
}
