import Foundation
import LinnetFormats
import TestSupport
import Testing

@testable import LinnetRetrieval

@Suite struct DocumentReaderTests {
    private let tree: TemporaryDirectory
    private let reader = DocumentReader()

    init() throws { tree = try TemporaryDirectory() }

    private func read(_ name: String, _ bytes: [UInt8]) throws -> Document {
        let documents = try reader.documents(ofFile: try tree.write(name, bytes), source: name)
        #expect(documents.count == 1)
        return try #require(documents.first)
    }

    private func read(_ name: String, _ text: String) throws -> Document { try read(name, Array(text.utf8)) }

    /// Every section and every chunk of a document must be what stands at its span in the file.
    private func checkSpans(
        _ document: Document, _ file: [UInt8], decode: ([UInt8]) -> String = { String(decoding: $0, as: UTF8.self) }
    ) {
        var end = 0
        for section in document.sections {
            #expect(section.bytes.lowerBound == end)
            end = section.bytes.upperBound
        }
        if !document.sections.isEmpty { #expect(end == document.text.utf8.count) }
        let chunker = Chunker(maximumTokens: 16, overlapTokens: 4, countTokens: ChunkerTests.countTokens)
        let chunks = chunker.chunks(of: document)
        #expect(!chunks.isEmpty)
        for chunk in chunks {
            #expect(chunk.span.bytes.upperBound <= file.count)
            guard chunk.span.bytes.upperBound <= file.count else { return }
            #expect(Array(decode(Array(file[chunk.span.bytes])).utf8) == Array(chunk.text.utf8))
        }
    }

    private static let markdown = """
        intro

        # Title with *marks* and [a link](https://example.org) #

        Some text. More text here.

        ```sh
        # no heading
        ~~~
        ```

        ## Sub `code`

            # indented code
        text
        <!-- a comment
        # inside of it
        -->
        Underlined
        ==========
        text
        - item
        ---
        | a |
        ---
        end
        """

    @Test(arguments: ["\n", "\r\n"], [[], [0xEF, 0xBB, 0xBF]] as [[UInt8]])
    func markdownIsReadByItsHeadings(lineEnd: String, mark: [UInt8]) throws {
        let file = mark + Array(Self.markdown.replacingOccurrences(of: "\n", with: lineEnd).utf8)
        let document = try read("a.md", file)
        #expect(
            document.sections.map(\.headings) == [
                [], ["Title with marks and a link"], ["Title with marks and a link", "Sub code"], ["Underlined"],
            ])
        #expect(document.metadata["title"] == "Title with marks and a link")
        #expect(document.metadata["format"] == "markdown")
        #expect(document.metadata["hidden_text"] == true)
        #expect(document.sections.first?.origin == .offset(mark.count))
        checkSpans(document, file)
    }

    @Test func frontMatterBecomesMetadata() throws {
        let file =
            "---\n# c\ntitle: \"A: b\"\ndate: 2024-05-01\nweight: 3\ndraft: false\ntags: [a, 'b c']\nx:\n  y: 1\n---\n# H\ntext\n"
        let document = try read("a.md", file)
        #expect(
            document.metadata == [
                "title": "A: b", "date": "2024-05-01", "weight": 3, "draft": false, "tags": "a, b c",
                "format": "markdown",
            ])
        #expect(document.text == "# H\ntext\n")
        checkSpans(document, Array(file.utf8))
        #expect(try read("b.md", "+++\ntitle = \"T\"\n+++\nx").metadata["title"] == "T")
        #expect(try read("c.md", "---\n\nA rule: above\n\n---\n").text.hasPrefix("---"))
        #expect(try read("d.md", "---\ntitle: never closed\n").text.hasPrefix("---"))
    }

    @Test(arguments: [true, false])
    func utf16IsReadWithExactSpans(isLittleEndian: Bool) throws {
        let text =
            "# Über\r\n\r\nDas ist ein Satz. 😀 Noch einer!\r\n" + String(repeating: "Wörter 𝄞 und mehr. ", count: 200)
        let units = Array(("\u{FEFF}" + text).utf16)
        let file = units.flatMap { unit -> [UInt8] in
            let pair = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            return isLittleEndian ? pair : pair.reversed()
        }
        let document = try read("a.md", file)
        #expect(document.text == text)
        #expect(document.sections.allSatisfy { $0.headings == ["Über"] })
        checkSpans(document, file) { bytes in
            let units = stride(from: 0, to: bytes.count - 1, by: 2).map { place -> UInt16 in
                let pair = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
                return isLittleEndian ? pair.1 << 8 | pair.0 : pair.0 << 8 | pair.1
            }
            return String(decoding: units, as: UTF16.self)
        }
        #expect(try read("odd.txt", [0xFF, 0xFE, 0x41, 0x00, 0xD8]).text == "A\u{FFFD}")
        #expect(try read("lone.txt", [0xFE, 0xFF, 0xD8, 0x00, 0x00, 0x41]).metadata["repaired"] == true)
    }

    @Test func illFormedBytesAreReplacedAndSpansStayExact() throws {
        let words = Array(repeating: Array("plain words stand here. ".utf8), count: 20).flatMap { $0 }
        let file = words + [0xE9, 0x20] + words + [0xF0, 0x9F, 0x98, 0x20, 0xFF] + words
        let document = try read("a.txt", file)
        #expect(document.metadata["repaired"] == true)
        #expect(document.text == String(decoding: file, as: UTF8.self))
        checkSpans(document, file)
    }

    @Test func sourceCodeIsReadByBlocks() throws {
        let text = "import A\nimport B\n\nfunc a() {\n\n    b()\n}\n\n\nfunc c() {}\n"
        let document = try read("a.swift", text)
        #expect(document.sections.map { Array(document.text.utf8)[$0.bytes].count } == [19, 24, 12])
        checkSpans(document, Array(text.utf8))
    }

    @Test func theFormatIsToldByContentWhereTheNameSaysNothing() throws {
        #expect(try read("README", "plain text").metadata["format"] == "text")
        #expect(try read("Makefile", "all:\n\techo\n").metadata["format"] == "text")
        let html = try BuiltProgram.reader().documents(
            ofFile: try tree.write("page", " <!DOCTYPE html><p>text"), source: "page")
        #expect(html.first?.text == "text\n")
        for (name, bytes) in [
            ("zero", [0x61, 0, 0x62]), ("noise", (0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 197 >> 3) }),
            ("zero.txt", [0x61, 0]), ("latin.txt", [UInt8](repeating: 0xE4, count: 100)),
            ("utf32.txt", [0xFF, 0xFE, 0, 0, 0x41, 0, 0, 0]),
        ] as [(String, [UInt8])] {
            let path = try tree.write(name, bytes)
            guard case .failure = BuiltProgram.outcome(of: path, reader) else {
                Issue.record("\(name) was read")
                continue
            }
        }
    }

    @Test func invisibleCharactersAreFlagged() throws {
        for hidden in ["\u{200B}", "\u{E0041}", "\u{202E}", "\u{2060}", "x\u{FEFF}"] {
            #expect(try read("a.txt", "text \(hidden) text").metadata["hidden_text"] == true)
        }
        let scotland = "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}"
        #expect(try read("a.txt", "\u{FEFF}flag \(scotland) 👩‍👩‍👧 می‌خواهم").metadata["hidden_text"] == nil)
    }

    @Test func rowsBecomeDocumentsWithTypedMetadata() throws {
        let csv =
            "\u{FEFF}id,text,year,price,ok,zip\r\n7,\"Hello, \"\"you\"\"\",2020,3.5,TRUE,007\r\n8,\"two\nlines\",,-1e3,no,x\r\n9, ,1,1,1,1\r\n"
        let path = try tree.write("t.csv", csv)
        let documents = try reader.documents(ofFile: path, source: "t.csv")
        #expect(documents.map(\.id) == ["t.csv#1", "t.csv#2"])
        #expect(documents.map(\.text) == ["Hello, \"you\"", "two\nlines"])
        #expect(
            documents[0].metadata == [
                "id": 7, "year": 2020, "price": 3.5, "ok": true, "zip": "007", "format": "csv",
            ])
        #expect(documents[1].metadata == ["id": 8, "price": -1000, "ok": "no", "zip": "x", "format": "csv"])
        let chunker = Chunker(maximumTokens: 64, countTokens: ChunkerTests.countTokens)
        let spans = documents.flatMap { chunker.chunks(of: $0) }.map { Array(csv.utf8)[$0.span.bytes] }
        #expect(
            spans.map { String(decoding: $0, as: UTF8.self) } == [
                "7,\"Hello, \"\"you\"\"\",2020,3.5,TRUE,007", "8,\"two\nlines\",,-1e3,no,x",
            ])
    }

    @Test func theTextColumnIsTheUsersChoiceOrAllColumns() throws {
        let path = try tree.write("t.tsv", "name\tcolour\nsky\tblue\nsun\tyellow\n")
        #expect(
            try reader.documents(ofFile: path, source: "t").map(\.text) == [
                "name: sky\ncolour: blue", "name: sun\ncolour: yellow",
            ])
        var options = DocumentReader.Options()
        options.textColumns = ["colour"]
        let chosen = try DocumentReader(options: options).documents(ofFile: path, source: "t")
        #expect(chosen.map(\.text) == ["blue", "yellow"] && chosen[0].metadata["name"] == "sky")
        options.textColumns = ["color"]
        #expect(throws: RetrievalError.self) {
            try DocumentReader(options: options).documents(ofFile: path, source: "t")
        }
        #expect(
            try reader.documents(ofFile: try tree.write("n.csv", "1,2\n3,4\n"), source: "n").map(\.text) == [
                "column 1: 1\ncolumn 2: 2", "column 1: 3\ncolumn 2: 4",
            ])
    }

    @Test func jsonLinesOfBEIRAreRecognised() throws {
        let lines =
            #"{"_id": "d1", "title": "T", "text": "body", "metadata": {"url": "u", "n": 2}}"# + "\n\n"
            + #"{"_id": "d2", "title": "", "text": "more", "tags": ["a"], "nothing": null}"# + "\r\n"
        let path = try tree.write("corpus.jsonl", lines)
        let documents = try reader.documents(ofFile: path, source: "corpus.jsonl")
        #expect(documents.map(\.id) == ["corpus.jsonl#1", "corpus.jsonl#2"])
        #expect(documents.map(\.text) == ["body", "more"])
        #expect(documents.map { $0.sections[0].headings } == [["T"], []])
        #expect(
            documents[0].metadata == [
                "_id": "d1", "title": "T", "metadata.url": "u", "metadata.n": 2, "format": "json",
            ])
        #expect(documents[1].metadata == ["_id": "d2", "tags": "[\"a\"]", "format": "json"])
        let array = try tree.write(
            "a.json", "[ " + lines.split(separator: "\n").map(String.init).joined(separator: ",") + "]")
        #expect(try reader.documents(ofFile: array, source: "a").map(\.text) == ["body", "more"])
        #expect(try read("config.json", "{\n \"a\": 1\n}\n").metadata["format"] == "text")
        let broken = try tree.write("b.jsonl", "{\"text\": \"a\"}\n{\"text\": ")
        var count = 0
        #expect(throws: RetrievalError.self) { try reader.read(file: broken, source: "b") { _ in count += 1 } }
        #expect(count == 1)
    }

    @Test func whatTheCallerThrowsComesBack() throws {
        struct Stop: Error {}
        for (name, text) in [("a.txt", "x"), ("a.csv", "text\nx\n")] {
            let path = try tree.write(name, text)
            #expect(throws: Stop.self) { try reader.read(file: path, source: "a") { _ in throw Stop() } }
        }
        #expect(throws: FormatError.self) {
            try reader.read(file: try tree.write("b.csv", "text\nx\n"), source: "b") { _ in
                throw FormatError(.missing, path: "p", "m")
            }
        }
    }
}
