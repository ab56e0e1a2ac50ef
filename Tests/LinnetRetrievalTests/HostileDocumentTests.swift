import Foundation
import TestSupport
import Testing

@testable import LinnetRetrieval

/// Files made to harm their reader: each ends in a document or in one error, in bounded time, and the next file is read.
@Suite(.serialized) struct HostileDocumentTests {
    private let tree: TemporaryDirectory
    private let chunker = Chunker(maximumTokens: 254, countTokens: ChunkerTests.countTokens)

    init() throws { tree = try TemporaryDirectory() }

    /// Reads and cuts a file; how long that took is checked.
    @discardableResult
    private func outcome(
        _ name: String, _ bytes: [UInt8], seconds: Double = 45, reader: DocumentReader? = nil
    ) throws -> Result<[Document], RetrievalError> {
        let path = try tree.write(name, bytes)
        let start = Date()
        let outcome = BuiltProgram.outcome(of: path, try reader ?? BuiltProgram.reader(cpuSeconds: 2))
        for document in (try? outcome.get()) ?? [] { _ = chunker.chunks(of: document) }
        let spent = Date().timeIntervalSince(start)
        #expect(spent < seconds, "\(name) took too long")
        try FileManager.default.removeItem(atPath: path)
        return outcome
    }

    private static func html(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func soundPagesAreReadPageByPage() throws {
        let document = try outcome("a.pdf", SmallPDF.pages(["Page one.", "", "Page three."])).get()[0]
        #expect(document.sections.map(\.page) == [1, 3])
        #expect(document.metadata["pages"] == 3)
        let chunks = chunker.chunks(of: document)
        #expect(chunks.map(\.text) == ["Page one.", "Page three."])
        #expect(chunks.map(\.span) == [SourceSpan(page: 1, bytes: 0..<9), SourceSpan(page: 3, bytes: 0..<11)])
    }

    @Test func hostilePDFsEndInADocumentOrAnError() throws {
        for (name, bytes) in SmallPDF.hostile { try outcome("\(name.prefix(8))-hostile.pdf", bytes) }
        let sound = SmallPDF.pages(["Some text.", "More text."])
        for cut in stride(from: 0, to: sound.count, by: max(1, sound.count / 25)) {
            try outcome("cut-\(cut).pdf", Array(sound[..<cut]))
        }
    }

    @Test func aBombIsStopped() throws {
        let bomb = SmallPDF.flateBomb(size: 2 << 30)
        #expect(bomb.count < 16 << 20)
        try outcome("bomb.pdf", bomb)
        let many = SmallPDF.pages((0..<200).map { "page \($0) " + String(repeating: "word ", count: 20) })
        let limited = try BuiltProgram.reader(outputBytes: 10_000)
        let outcome = try outcome("long.pdf", many, reader: limited)
        #expect(try outcome.get()[0].metadata["truncated"] == true)
        #expect(try outcome.get()[0].text.utf8.count <= 10_000)
    }

    @Test func pagesThatHideTextAreFlagged() throws {
        let hidden = [
            "<p hidden>x</p>", "<p style='DISPLAY : none'>x</p>", "<i aria-hidden=true>x</i>", "a\u{E0041}b",
            "a&#x200B;b",
            "<p style=\"font-size:0px\">x</p>", "<p style='opacity:0;'>x</p>", "<div hidden><p>a<p>x</div>",
            "<p style='visibility:hidden'>x</p>",
        ]
        for part in hidden {
            let document = try outcome("a.html", Self.html("<p>seen</p>\(part)<p>end</p>")).get()[0]
            #expect(document.metadata["hidden_text"] == true, "\(part)")
            #expect(!document.text.contains("x"), "\(part)")
            #expect(document.text.hasSuffix("end\n"))
        }
        let plain = "<p style='opacity:0.5;font-size:0.8em'>x<!-- c --><script>s</script></p><svg><text>t</text></svg>"
        let document = try outcome("a.html", Self.html(plain)).get()[0]
        #expect(document.metadata["hidden_text"] == nil && document.text == "x\n")
    }

    @Test func pagesAreReadByTheirHeadings() throws {
        let page =
            "<title> T &amp; t </title><h1>A</h1>one<h3>B <b>b</b></h3><pre>\n x\n  y</pre><h2>C</h2><td>1<td>2<ul><li>i<li>j</ul>"
        let document = try outcome("a.html", Self.html(page)).get()[0]
        #expect(document.text == "A\n\none\n\nB b\n\n x\n  y\n\nC\n\n1 | 2\n- i\n- j\n")
        #expect(document.sections.map(\.headings) == [["A"], ["A", "B b"], ["A", "C"]])
        #expect(document.metadata["title"] == "T & t")
        for chunk in chunker.chunks(of: document) {
            #expect(Array(chunk.text.utf8) == Array(Array(document.text.utf8)[chunk.span.bytes]))
        }
    }

    @Test func encodingsOfPagesAreTheirOwn() throws {
        let cases: [(String, [UInt8])] = [
            ("größe", Array("<meta charset=iso-8859-1><p>größe".utf8)),
            ("größe", [0xEF, 0xBB, 0xBF] + Array("größe".utf8)),
            ("größe", Array("<p>gr".utf8) + [0xF6, 0xDF] + Array("e".utf8)),
            ("größe", [0xFF, 0xFE] + "<p>größe".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
            ("日本", Array("<meta charset=\"Shift_JIS\"><p>".utf8) + [0x93, 0xFA, 0x96, 0x7B]),
            ("+AGE-", Array("<meta charset=utf-7><p>+AGE-".utf8)),
            ("größe", Array("<meta charset=utf-16><p>größe".utf8)),
        ]
        for (text, bytes) in cases {
            #expect(try outcome("a.html", bytes).get().first?.text == text + "\n")
        }
        guard case .failure = try outcome("a.html", [0x3C, 0, 0x70, 0, 0x3E, 0, 0x61, 0]) else {
            Issue.record("UTF-16 without a mark was read")
            return
        }
    }

    @Test func hostilePagesEndInADocumentOrAnError() throws {
        let many = 100_000
        func nested(_ tag: String) -> String { String(repeating: "<\(tag)>", count: many) + "deep text" }
        let pages: [(String, String)] = [
            ("div", nested("div")), ("b", nested("b")), ("p", nested("p")), ("table", nested("table")),
            ("h1", nested("h1")),
            ("unclosed", "<p>seen<!-- " + String(repeating: "x", count: 1_000_000)),
            ("plaintext", "seen<plaintext><p>" + String(repeating: "</p>", count: many)),
            ("attributes", "<p " + (0..<many).map { "a\($0)=x" }.joined(separator: " ") + ">text"),
            ("attribute", "<p title='" + String(repeating: "x", count: 5_000_000) + "'>text"),
            ("closing", "text" + String(repeating: "</div>", count: many)),
            ("entities", String(repeating: "&amp;&lt;&#x10FFFF;&#0;&nosuch;&", count: many / 4)),
            (
                "laughs",
                "<!DOCTYPE html [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>"
                    + "<p>text &b;&b; &c;</p>"
            ), ("zeros", "<p>te\0xt\0</p>"), ("doctype", "<!DOCTYPE " + String(repeating: "<", count: many)),
            ("nothing", ""), ("brackets", String(repeating: "<", count: many)), ("cdata", "<![CDATA[" + nested("x")),
            ("image", "<img src='data:image/png;base64," + String(repeating: "A", count: 3_000_000) + "'>text"),
            (
                "refresh",
                "<meta http-equiv=refresh content='0;url=http://localhost:1/'><base href=http://localhost:1/>text"
            ),
        ]
        for (name, page) in pages {
            let outcome = try outcome("\(name)-hostile.html", Self.html(page))
            if let document = try? outcome.get().first {
                #expect(!document.text.contains("root:"))
                if ["div", "b", "unclosed", "laughs"].contains(name) { #expect(document.text.count > 3, "\(name)") }
            }
        }
    }

    @Test func aPageLongerThanTheLimitIsTruncatedAndSaysSo() throws {
        let page = Self.html("<p>" + String(repeating: "größe ", count: 50_000))
        let document = try outcome("a.html", page, reader: try BuiltProgram.reader(outputBytes: 10_001)).get()[0]
        #expect(document.metadata["truncated"] == true)
        #expect((9_980...10_002).contains(document.text.utf8.count))
        #expect(document.text.allSatisfy { "größe \n".contains($0) })
    }

    @Test func hostileTextsAreReadInLinearTime() throws {
        let count = 100_000
        func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
        let texts: [(String, String)] = [
            ("quotes.md", times("> ", count) + "x"), ("lists.md", times("- ", count) + "x"),
            ("nested.md", (0..<2_000).map { times(" ", $0) + "- x" }.joined(separator: "\n")),
            ("brackets.md", times("[", count)), ("links.md", "# " + times("[a](", count)),
            ("ticks.md", times("`", count)),
            ("fences.md", times("```\n", count)), ("emphasis.md", "# " + times("*a_ ", count)),
            ("references.md", "[a]: b\n[b]: a\n" + times("[a][b]", count)), ("headings.md", times("# h\n", count * 2)),
            ("underlines.md", times("a\n=\n", count)), ("empty.md", times("#\n", count)),
            ("matter.md", "---\n" + times("a: b\n", count)), ("comment.md", times("<!--\n", count)),
            ("line.txt", times("word ", 1_000_000)), ("word.txt", times("x", 20_000_000)),
            ("rows.csv", "text\n" + times("a\n", count)), ("quote.csv", "a,b\n\"" + times("x,", count)),
            ("columns.csv", times("a,", count)), ("deep.jsonl", times("[", count)),
            ("object.jsonl", times("{\"a\":", count)),
            ("blank.jsonl", times("\n", count)), ("blocks.swift", times("a\n\n", count)),
            ("stops.txt", times(". ", count)), ("spaces.txt", times(" ", 5_000_000) + "x"),
        ]
        for (name, text) in texts { try outcome(name, Array(text.utf8), seconds: 60) }
    }

    @Test func aChildThatCannotRunIsOneError() throws {
        let page = try tree.write("a.html", "<p>text")
        for program in ["/nowhere/linnet", "/bin/false", "/bin/true", "/bin/echo", tree.path] {
            var options = DocumentReader.Options()
            options.extraction = ChildExtraction(program: program)
            guard case .failure = BuiltProgram.outcome(of: page, DocumentReader(options: options)) else {
                Issue.record("\(program) gave a document")
                continue
            }
        }
        var none = DocumentReader.Options()
        none.extraction = nil
        guard case .failure = BuiltProgram.outcome(of: page, DocumentReader(options: none)) else {
            Issue.record("a page was read without a child")
            return
        }
    }

    @Test func aChildThatHangsIsKilledWithItsGroup() throws {
        let script = try tree.write("hang", "#!/bin/sh\nsleep 300 &\necho $! > \(tree.path)/sleeper\nwait\n")
        chmod(script, 0o700)
        var extraction = ChildExtraction(program: script)
        extraction.limits.wallSeconds = 1
        var options = DocumentReader.Options()
        options.extraction = extraction
        let page = try tree.write("a.html", "<p>text")
        let start = Date()
        guard case .failure(let error) = BuiltProgram.outcome(of: page, DocumentReader(options: options)) else {
            Issue.record("a hanging child gave a document")
            return
        }
        #expect(error.description.contains("within 1 s"))
        #expect(Date().timeIntervalSince(start) < 10)
        let sleeper = try String(contentsOfFile: "\(tree.path)/sleeper", encoding: .utf8)
        let identifier = try #require(Int32(sleeper.trimmingCharacters(in: .whitespacesAndNewlines)))
        usleep(100_000)
        let state = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)
        #expect(state == nil || state?.contains(") Z ") == true, "the child's child lives on")
    }

    @Test func aChildInheritsNothing() throws {
        let kept = open("/dev/null", O_RDONLY)
        defer { close(kept) }
        let script = try tree.write(
            "look", "#!/bin/sh\nls /proc/self/fd > \(tree.path)/descriptors\nenv > \(tree.path)/environment\nexit 3\n")
        chmod(script, 0o700)
        setenv("LINNET_TEST_SECRET", "secret", 1)
        var options = DocumentReader.Options()
        options.extraction = ChildExtraction(program: script)
        _ = BuiltProgram.outcome(of: try tree.write("a.html", "<p>text"), DocumentReader(options: options))
        let descriptors = try String(contentsOfFile: "\(tree.path)/descriptors", encoding: .utf8)
        #expect(descriptors.split(separator: "\n").compactMap { Int($0) }.filter { $0 > 3 }.isEmpty, "\(descriptors)")
        #expect(!(try String(contentsOfFile: "\(tree.path)/environment", encoding: .utf8)).contains("secret"))
    }

    @Test func whatAChildSaysIsChecked() {
        for bytes in [
            "", "x", "{}\n", "[1]\n", "{\"headings\":[[5,1,\"h\"]]}\nabc",
            "{\"headings\":[[1,1,\"h\"],[0,1,\"h\"]]}\nabc",
            "{\"headings\":[[1,9,\"h\"]]}\nabc", "{\"headings\":[[-1,1,\"h\"]]}\nabc", "{\"headings\":[1]}\nabc",
        ] {
            let answer = try? ExtractedText(encoded: Array(bytes.utf8), path: "p")
            #expect(answer == nil || answer?.headings.isEmpty == true)
        }
        #expect((try? ExtractedText(encoded: [0x7B, 0x7D, 0x0A, 0xFF], path: "p")) == nil)
        var text = ExtractedText()
        text.text = Array("a\nb".utf8)
        text.headings = [ExtractedText.Heading(offset: 2, level: 1, text: "b\n\u{1}")]
        #expect((try? ExtractedText(encoded: text.encoded(), path: "p")) == text)
        #expect(ExtractionLimits.read("html:1:2") == nil && ExtractionLimits.read("html:0:1:1") == nil)
        #expect(ExtractionLimits.read("exe:1:1:1") == nil)
        #expect(PDFPages([0x0C, 0x61, 0xFF, 0x0C, 0, 0x0C], mostBytes: 100).sections.map(\.page) == [2])
    }
}
