import LinnetFormats
import TestSupport
import Testing

@Suite struct TextTableTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func table(_ name: String, _ content: String) throws -> TextTable {
        let path = directory.path + "/" + name
        try FileBytes.write(text: content, to: path)
        return try TextTable(path: path) { $0.contains("query") }
    }

    @Test func everyColumnIsRead() throws {
        let csv = try table("a.csv", "query,positive,url\n\"one, two\",b,c\n\"line\nbreak\",e,f\n")
        #expect(csv.names == ["query", "positive", "url"])
        #expect(csv.rows.map(\.cells) == [["one, two", "b", "c"], ["line\nbreak", "e", "f"]])
        #expect(csv.rows.map(\.line) == [2, 3])
        let tsv = try table("a.tsv", "1\t2\n3\t4\n")
        #expect(tsv.names == nil)
        #expect(tsv.columnCount == 2 && tsv.rows.count == 2)
    }

    @Test func columnsOfJSONAreTheKeysOfTheFirstObject() throws {
        let lines = try table(
            "a.jsonl", "{\"query\": \"a\", \"score\": 0.5, \"n\": 3}\n\n{\"score\": null, \"query\": \"b\"}\n")
        #expect(lines.names == ["query", "score", "n"])
        #expect(lines.rows.map(\.cells) == [["a", "0.5", "3"], ["b", nil, nil]])
        #expect(lines.rows.map(\.line) == [1, 3])
        let array = try table("a.json", "[{\"x\": \"a\"}, {\"x\": [1]}]")
        #expect(array.rows.map(\.cells) == [["a"], [nil]])
    }

    @Test(arguments: [
        ("empty.csv", ""), ("header.csv", "query,positive\n"), ("ragged.tsv", "a\tb\nc\n"), ("list.jsonl", "[]\n"),
        ("number.jsonl", "{\"a\": \"b\"}\n3\n"), ("open.csv", "a,\"b\n"), ("none.jsonl", "{}\n"),
    ])
    func whatCannotBeReadIsNamed(name: String, content: String) {
        #expect { try table(name, content) } throws: { error in
            (error as? FormatError)?.description.contains(name) == true
        }
    }

    @Test func aFileThatIsNotThereIsNamed() {
        #expect(throws: FormatError.self) { try TextTable(path: directory.path + "/none.csv") { _ in true } }
    }
}
