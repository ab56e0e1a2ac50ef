import Foundation
import TestSupport
import Testing

@testable import LinnetFormats

@Suite("DataSource")
struct DataSourceTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Writes a file and reads its rows.
    private func rows(
        _ name: String, _ content: String, text: String? = nil, pair: String? = nil, label: String? = nil,
        header: Bool? = nil, format: DataSource.Format? = nil, requiresLabel: Bool = true
    ) throws -> [DataRow] {
        try DataSource(
            path: directory.write(name, content), format: format, textColumn: text, pairColumn: pair,
            labelColumn: label,
            hasHeader: header, requiresLabel: requiresLabel
        ).readRows()
    }

    // MARK: CSV

    @Test func readsQuotedFieldsWithCommasQuotesAndLineBreaks() throws {
        let rows = try rows(
            "a.csv", "text,label\n\"a, \"\"b\"\"\nc\",pos\r\n\r\nplain \"x\" y, neg \n\"\",pos\n\"last\",neg")
        #expect(
            rows == [
                DataRow(text: "a, \"b\"\nc", label: "pos", line: 2),
                DataRow(text: "plain \"x\" y", label: "neg", line: 5),
                DataRow(text: "", label: "pos", line: 6), DataRow(text: "last", label: "neg", line: 7),
            ])
    }

    @Test func readsACarriageReturnAfterAQuotedField() throws {
        #expect(try rows("a.csv", "text,label\r\n\"a\",\"pos\"\r\n\"b\",\"neg\"\r").map(\.label) == ["pos", "neg"])
    }

    @Test func dropsAByteOrderMark() throws {
        #expect(try rows("a.csv", "\u{FEFF}text,label\na,1\n") == [DataRow(text: "a", label: "1", line: 2)])
    }

    @Test func malformedCSVNamesTheLine() throws {
        expectFailure(.malformed, "a.csv: line 3: expected 2 columns", "found 3") {
            _ = try rows("a.csv", "text,label\na,1\nb,c,1\n")
        }
        expectFailure(.malformed, "line 2: expected 2 columns", "found 1") { _ = try rows("a.csv", "text,label\na\n") }
        expectFailure(.malformed, "line 3: a quoted field is never closed") {
            _ = try rows("a.csv", "text,label\na,1\n\"b,1\nc,0\n")
        }
        expectFailure(.malformed, "line 2: text after the closing quote") {
            _ = try rows("a.csv", "text,label\n\"a\"b,1\n")
        }
        expectFailure(.malformed, "line 3: the label is empty") { _ = try rows("a.csv", "text,label\na,1\nb,  \n") }
        let path = try directory.write("b.csv", Array("text,label\na,1\n".utf8) + [0xFF, 0x2C, 0x31, 0x0A])
        expectFailure(.malformed, "b.csv: line 3: not valid UTF-8") { _ = try DataSource(path: path).readRows() }
    }

    // MARK: TSV

    @Test func takesUnbalancedQuotesOfTSVLiterally() throws {
        let lines = [
            "\"whole\"", "\"open", "5\" wide", "\"a\" and \"b\"", "\"say \"\"hi\"\"\"", "\"", "\"\"", "it's \"x\"",
        ]
        let rows = try rows("a.tsv", lines.map { "\($0)\t1\n" }.joined())
        #expect(
            rows.map(\.text) == [
                "whole", "\"open", "5\" wide", "\"a\" and \"b\"", "say \"hi\"", "\"", "", "it's \"x\"",
            ])
        #expect(rows.map(\.line) == Array(1...8))
    }

    @Test func readsTSVWithWindowsLineEnds() throws {
        #expect(
            try rows("a.tsv", "good film\t1\r\nbad film\t0\r\n") == [
                DataRow(text: "good film", label: "1", line: 1), DataRow(text: "bad film", label: "0", line: 2),
            ])
    }

    @Test func malformedTSVNamesTheLine() throws {
        expectFailure(.malformed, "a.tsv: line 2: expected 2 columns", "found 3") {
            _ = try rows("a.tsv", "a\t1\nb\tc\t1\n")
        }
    }

    // MARK: Header and columns

    @Test(arguments: [
        ("text,label", true), ("Text , LABEL", true), ("sentence,label", true), ("id,text", true),
        ("review,sentiment", true),
        ("text,category", true), ("headline,topic", true), ("text", true), ("question1,question2,label", true),
        ("x,label", true),
        ("a good film,1", false), ("what is this,question", false), ("great,positive", false), ("1,2", false),
    ])
    func detectsAHeader(_ first: String, _ isHeader: Bool) throws {
        #expect(ColumnNames.isHeader(first.components(separatedBy: ",")) == isHeader)
    }

    @Test func choosesColumnsOfAHeader() throws {
        func choice(_ header: String, requiresLabel: Bool = true) throws -> ColumnChoice {
            let names = header.components(separatedBy: ",")
            let source = DataSource(path: "x", requiresLabel: requiresLabel)
            return try ColumnNames.choose(names: names, count: names.count, source: source)
        }
        #expect(try choice("id,text,label") == ColumnChoice(text: 1, pair: nil, label: 2))
        #expect(try choice("label,text") == ColumnChoice(text: 1, pair: nil, label: 0))
        #expect(try choice("sentence1,sentence2,label,idx") == ColumnChoice(text: 0, pair: 1, label: 2))
        #expect(try choice("gold_label,premise,hypothesis") == ColumnChoice(text: 1, pair: 2, label: 0))
        #expect(try choice("text,stars") == ColumnChoice(text: 0, pair: nil, label: 1))
        #expect(try choice("text,verdict") == ColumnChoice(text: 0, pair: nil, label: 1))
        #expect(try choice("post,label") == ColumnChoice(text: 0, pair: nil, label: 1))
        #expect(try choice("id,text", requiresLabel: false) == ColumnChoice(text: 1, pair: nil, label: nil))
        #expect(try choice("text,verdict", requiresLabel: false) == ColumnChoice(text: 0, pair: nil, label: nil))
        expectFailure(.missing, "'id', 'text'", "--label-column") { _ = try choice("id,text") }
    }

    @Test func takesColumnsByNameOrNumber() throws {
        let content = "a,b,c\n1,2,3\n"
        #expect(try rows("a.csv", content, text: "b", label: "c") == [DataRow(text: "2", label: "3", line: 2)])
        #expect(try rows("a.csv", content, text: "3", label: "a") == [DataRow(text: "3", label: "1", line: 2)])
        #expect(
            try rows("a.csv", content, text: "2", pair: "3", label: "1") == [
                DataRow(text: "b", pair: "c", label: "a", line: 1), DataRow(text: "2", pair: "3", label: "1", line: 2),
            ])
        #expect(try rows("a.csv", content, header: true) == [DataRow(text: "1", label: "3", line: 2)])
        #expect(try rows("a.csv", content, header: false).count == 2)
        #expect(try rows("a.csv", "text,label\na,b\n", header: false).first?.text == "text")
        expectFailure(.missing, "--text-column 'd'", "'a', 'b', 'c'") { _ = try rows("a.csv", content, text: "d") }
        expectFailure(.missing, "--label-column '4'", "1 to 3") { _ = try rows("a.csv", content, label: "4") }
        expectFailure(.missing, "--label-column '0'") { _ = try rows("a.csv", content, label: "0") }
        expectFailure(.missing, "one column") { _ = try rows("a.csv", content, text: "a", label: "a") }
        expectFailure(.missing, "by number", "'b'") { _ = try rows("a.csv", content, text: "b", header: false) }
        expectFailure(.malformed, "two columns") { _ = try rows("a.csv", "a,a,b\n1,2,3\n", text: "a") }
    }

    @Test func readsSentencePairs() throws {
        #expect(
            try rows("a.tsv", "sentence1\tsentence2\tlabel\nA\tB\tyes\n") == [
                DataRow(text: "A", pair: "B", label: "yes", line: 2)
            ])
        #expect(try rows("a.tsv", "A\tB\tyes\n", pair: "2") == [DataRow(text: "A", pair: "B", label: "yes", line: 1)])
    }

    @Test func needsNoLabelWhereNoneIsRequired() throws {
        #expect(try rows("a.csv", "one text\nanother\n", requiresLabel: false).map(\.text) == ["one text", "another"])
        #expect(
            try rows("a.csv", "text,label\na,\n", requiresLabel: false) == [DataRow(text: "a", label: nil, line: 2)])
        expectFailure(.missing, "--label-column") { _ = try rows("a.csv", "one text\nanother\n") }
    }

    // MARK: JSON

    @Test func readsJSONLines() throws {
        let content = """
            {"text": "a\\n", "label": "pos"}

            {"label": 1, "text": "b"}
            {"text": "c", "label": true, "x": {}}
            {"text": "d", "label": 4.5}
            """
        #expect(
            try rows("a.jsonl", content) == [
                DataRow(text: "a\n", label: "pos", line: 1), DataRow(text: "b", label: "1", line: 3),
                DataRow(text: "c", label: "true", line: 4), DataRow(text: "d", label: "4.5", line: 5),
            ])
        #expect(try rows("a", "{\"premise\":\"a\",\"hypothesis\":\"b\",\"label\":0}").first?.pair == "b")
        #expect(
            try rows("a.json", "[{\"text\":\"a\",\"label\":0},{\"text\":\"b\",\"label\":1}]").map(\.line) == [1, 2])
        #expect(
            try rows("a.jsonl", "{\"q\":\"a\",\"l\":0}", text: "q", label: "l") == [
                DataRow(text: "a", label: "0", line: 1)
            ])
    }

    @Test func malformedJSONLinesNameTheLine() throws {
        let good = "{\"text\":\"a\",\"label\":0}\n"
        expectFailure(.malformed, "a.jsonl: line 2, column 9") { _ = try rows("a.jsonl", good + "{\"text\":}\n") }
        expectFailure(.malformed, "line 2: expected an object", "an array") { _ = try rows("a.jsonl", good + "[1]\n") }
        expectFailure(.malformed, "line 2: expected a text under 'text', found none") {
            _ = try rows("a.jsonl", good + "{\"label\":1}\n")
        }
        expectFailure(.malformed, "line 2: expected a text under 'text', found a number") {
            _ = try rows("a.jsonl", good + "{\"text\":1,\"label\":1}\n")
        }
        expectFailure(.malformed, "line 2: expected a label under 'label', found none") {
            _ = try rows("a.jsonl", good + "{\"text\":\"b\",\"label\":null}\n")
        }
        expectFailure(.malformed, "an array of 2") { _ = try rows("a.jsonl", "{\"text\":\"b\",\"label\":[1,2]}\n") }
        expectFailure(.malformed, "line 2, column 24") {
            _ = try rows("a.jsonl", good + "{\"text\":\"b\",\"label\":1} x\n")
        }
        expectFailure(.missing, "--text-column 'body'", "'text', 'label'") {
            _ = try rows("a.jsonl", good, text: "body")
        }
    }

    // MARK: Folders

    @Test func readsAFolderPerLabel() throws {
        for (name, text) in [
            ("pos/0_9.txt", "good\n"), ("pos/1_8.txt", "fine"), ("neg/0_1.txt", "bad"), ("unsup/0_0.txt", "?"),
            ("urls_pos.txt", "http"),
            ("neg/.hidden.txt", "x"), ("neg/notes.md", "x"),
        ] { _ = try directory.write("train/\(name)", text) }
        #expect(
            try DataSource(path: directory.file("train")).readRows() == [
                DataRow(text: "bad", label: "neg", line: 1), DataRow(text: "good", label: "pos", line: 2),
                DataRow(text: "fine", label: "pos", line: 3),
            ])
        expectFailure(.malformed, "the label folder 'train' holds the folder 'neg'") {
            _ = try DataSource(path: directory.path).readRows()
        }
        let empty = try TemporaryDirectory()
        expectFailure(.missing, "a folder per label") { _ = try DataSource(path: empty.path).readRows() }
        _ = try directory.write("train/neg/2_2.txt", [0xFF, 0xFE])
        expectFailure(.malformed, "neg/2_2.txt", "UTF-8") {
            _ = try DataSource(path: directory.file("train")).readRows()
        }
    }

    // MARK: Whole files

    @Test func readsATextPerLine() throws {
        #expect(
            try rows("a.txt", "one\n\nthree, four\r\n", requiresLabel: false) == [
                DataRow(text: "one", line: 1), DataRow(text: "", line: 2), DataRow(text: "three, four", line: 3),
            ])
        expectFailure(.missing, "no labels") { _ = try rows("a.txt", "one\n", format: .lines) }
    }

    @Test func guessesTheFormatOfOtherNames() throws {
        #expect(try rows("data", "a\t1\n").first?.label == "1")
        #expect(try rows("data", "a,1\n").first?.label == "1")
        #expect(try rows("a.txt", "a\t1\n").first?.label == "1")
        #expect(try rows("a.txt", "a,1\n", format: .csv).first?.label == "1")
    }

    @Test(arguments: ["a.csv", "a.tsv", "a.jsonl", "a.json", "a", "a.txt"])
    func refusesFilesWithoutRows(_ name: String) throws {
        for content in ["", "\u{FEFF}", "\n\n", "text,label\n"] where content != "text,label\n" || name == "a.csv" {
            expectFailure(.missing, "\(name): ", label: "\(name) \(content)") { _ = try rows(name, content) }
        }
    }

    @Test func refusesOtherEncodingsAndAbsentFiles() throws {
        let path = try directory.write("a.csv", [0xFF, 0xFE, 0x61, 0x00])
        expectFailure(.unsupported, "UTF-16") { _ = try DataSource(path: path).readRows() }
        expectFailure(.notFound, "absent.csv") { _ = try DataSource(path: directory.file("absent.csv")).readRows() }
        expectFailure(.unreadable, "folders") { _ = try rows("a.csv", "a,b", format: .folders) }
    }

    @Test func survivesRandomBytes() throws {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("\"\",\t\r\n{}[]:a1 ".utf8) + [0xC3, 0xA9, 0xFF, 0x00]
        for round in 0..<1_000 {
            let bytes = (0..<Int.random(in: 0..<60, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            let format = DataSource.Format.allCases[round % DataSource.Format.allCases.count]
            let source = DataSource(
                path: try directory.write("random", bytes), format: format, requiresLabel: round % 2 == 0)
            do {
                #expect(try !source.readRows().isEmpty)
            } catch {
                #expect(error is FormatError)
            }
        }
    }
}
