import Foundation
import LinnetEvaluation
import LinnetFormats
import Testing

/// BEIR's files, TREC's judgments, and files of answers, right and wrong.
@Suite final class CollectionFilesTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("linnet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func write(_ name: String, _ text: String) throws -> String {
        let path = folder.appendingPathComponent(name).path
        try FileBytes.write(text: text, to: path)
        return path
    }

    private static let corpus = """
        {"_id": "d1", "title": " On wings ", "text": "lift and drag"}

        {"_id": "d2", "text": "heat", "metadata": {}}
        {"_id": 3, "title": null, "text": ""}

        """
    private static let queries = "{\"_id\": \"q1\", \"text\": \"lift\"}\r\n{\"_id\": \"q2\", \"text\": \"nothing\"}\n"
    private static let header = "query-id\tcorpus-id\tscore\n"

    private func collection(
        corpus: String = corpus, queries: String = queries, qrels: String = header + "q1\td1\t2\nq1\tgone\t1\r\n"
    ) throws -> RetrievalCollection {
        try RetrievalCollection(
            corpus: write("corpus.jsonl", corpus), queries: write("queries.jsonl", queries),
            qrels: write("test.tsv", qrels))
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)".replacing(folder.path + "/", with: "")
        }
    }

    @Test func aCollectionIsDocumentsJudgedQueriesAndJudgments() throws {
        let collection = try collection()
        #expect(collection.documents.map(\.id) == ["d1", "d2", "3"])
        #expect(collection.documents.map(\.content) == ["On wings  lift and drag", "heat", ""])
        #expect(collection.queries.map(\.id) == ["q1"])
        #expect(collection.missingDocuments == 1)
        #expect(collection.judgments.relevance(of: "d1", to: "q1") == 2)
        #expect(collection.judgments.relevance(of: "d2", to: "q1") == nil)
        #expect(collection.judgments.judgments(of: "q1").map(\.document) == ["d1", "gone"])
    }

    @Test func judgmentsInTRECsFormAreRead() throws {
        let judgments = try RelevanceJudgments(path: write("qrels.txt", "1 0 d1  1\n1\t0\td2\t0\n2 Q0 d1 -1\n"))
        #expect(judgments.queries == ["1", "2"] && judgments.count == 3)
        #expect(judgments.relevance(of: "d1", to: "2") == -1)
    }

    @Test func idsAreComparedByTheirBytes() throws {
        let corpus = "{\"_id\": \"\u{e9}\", \"text\": \"a\"}\n{\"_id\": \"e\u{301}\", \"text\": \"b\"}\n"
        let qrels = Self.header + "q1\t\u{e9}\t1\nq1\te\u{301}\t2\n"
        let collection = try collection(corpus: corpus, qrels: qrels)
        #expect(collection.documents.count == 2 && collection.judgments.count == 2)
        #expect(collection.judgments.relevance(of: "e\u{301}", to: "q1") == 2)
    }

    @Test func whatIsWrongIsSaidWithFileAndLine() {
        let wrong: [(String, () throws -> Void)] = [
            (
                "corpus.jsonl: line 2: the id 'd1' stands in line 1 already",
                { _ = try self.collection(corpus: "{\"_id\":\"d1\",\"text\":\"\"}\n{\"_id\":\"d1\",\"text\":\"\"}") }
            ),
            (
                "corpus.jsonl: line 1: expected a text under 'text', found no such key",
                { _ = try self.collection(corpus: "{\"_id\": \"d1\"}") }
            ),
            (
                "corpus.jsonl: line 1: expected a text under '_id', found an array",
                { _ = try self.collection(corpus: "{\"_id\": [], \"text\": \"\"}") }
            ),
            (
                "corpus.jsonl: line 1: expected a text under 'title', found a number",
                { _ = try self.collection(corpus: "{\"_id\": \"d\", \"text\": \"\", \"title\": 1}") }
            ),
            (
                "corpus.jsonl: line 2: expected an object, found an array",
                { _ = try self.collection(corpus: "{\"_id\": \"d1\", \"text\": \"\"}\n[]") }
            ),
            ("corpus.jsonl: expected at least one line, found none", { _ = try self.collection(corpus: "\n") }),
            ("queries.jsonl: line 1, column 2: expected", { _ = try self.collection(queries: "{_id: 1}") }),
            ("test.tsv: expected at least one judgment, found none", { _ = try self.collection(qrels: Self.header) }),
            (
                "test.tsv: line 2: expected a whole number as score, found '1.5'",
                { _ = try self.collection(qrels: Self.header + "q1\td1\t1.5\n") }
            ),
            (
                "test.tsv: line 3: expected 3 columns (query, document, score), found 2",
                { _ = try self.collection(qrels: Self.header + "q1\td1\t1\nq1\td2\n") }
            ),
            (
                "test.tsv: line 3: query 'q1' and document 'd1' were judged before",
                { _ = try self.collection(qrels: Self.header + "q1\td1\t1\nq1\td1\t0\n") }
            ),
            ("test.tsv: line 1: expected a header", { _ = try self.collection(qrels: "q1\td1\t1\n") }),
            (
                "test.tsv: the query 'q9' has judgments and is not in queries.jsonl",
                { _ = try self.collection(qrels: Self.header + "q9\td1\t1\n") }
            ),
        ]
        for (expected, body) in wrong { #expect(message(body).hasPrefix(expected)) }
    }

    @Test func answersAndReferencesBelongTogetherByIDOrOrder() throws {
        let byID = try AnswerFiles.samples(
            predictions: write(
                "p.jsonl", "{\"id\":1,\"answer\":\"a\",\"hits\":[{\"text\":\"s\"}]}\n{\"id\":2,\"answer\":\"b\"}"),
            references: write("r.jsonl", "{\"id\":2,\"answers\":{\"text\":[]}}\n{\"id\":1,\"reference\":\"x\"}"))
        #expect(byID.map(\.references) == [["x"], []] && byID.map(\.sources) == [["s"], nil])
        let byOrder = try AnswerFiles.samples(
            predictions: write("p.jsonl", "{\"prediction\":\"a\"}"),
            references: write("r.jsonl", "{\"answers\":[\"x\",\"y\"]}"))
        #expect(byOrder == [.init(id: "1", prediction: "a", references: ["x", "y"])])
    }

    @Test func numbersOfAnAnswerStandForTheHitsThatItsCitationsName() throws {
        func sources(_ citations: String) throws -> [String]? {
            try AnswerFiles.samples(
                predictions: write(
                    "p.jsonl",
                    "{\"answer\":\"b [1]\",\"hits\":[{\"text\":\"a\"},{\"text\":\"b\"}],\"citations\":\(citations)}"),
                references: nil)[0].sources
        }
        #expect(try sources("[{\"number\":1,\"hit\":2}]")?.first == "b")
        #expect(try sources("[]") == ["a", "b"])
        #expect(throws: FormatError.self) { try sources("[{\"number\":1,\"hit\":3}]") }
        #expect(throws: FormatError.self) { try sources("[{\"number\":0,\"hit\":1}]") }
    }

    @Test func wrongAnswerFilesAreRefused() throws {
        func message(_ predictions: String, _ references: String) -> String {
            self.message {
                _ = try AnswerFiles.samples(
                    predictions: self.write("p.jsonl", predictions), references: self.write("r.jsonl", references))
            }
        }
        #expect(message("{}", "{}").hasPrefix("p.jsonl: line 1: expected the answer under one of answer,"))
        #expect(message("{\"answer\":\"\"}", "{}").hasPrefix("r.jsonl: line 1: expected references under one of"))
        #expect(
            message("{\"answer\":\"\"}", "{\"answer\":\"\"}\n{\"answer\":\"\"}").contains(
                "each of the 1 answers, found 2"))
        #expect(
            message("{\"id\":1,\"answer\":\"\"}", "{\"id\":2,\"answer\":\"\"}").hasPrefix("p.jsonl: line 1: the id '1'")
        )
        #expect(
            message("{\"answer\":\"\"}", "{\"answers\":[1]}")
                == "r.jsonl: line 1: expected texts under 'answers', found a number")
    }
}
