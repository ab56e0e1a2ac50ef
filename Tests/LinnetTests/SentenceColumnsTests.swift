import Foundation
import TestSupport
import Testing

@testable import Linnet

@Suite struct SentenceColumnsTests {
    private func table(_ names: [String], _ columns: SentenceColumns = SentenceColumns()) throws -> TextTable {
        let directory = try TemporaryDirectory()
        let row = names.map { _ in "0.5" }.joined(separator: ",")
        let path = try directory.write("columns.csv", names.joined(separator: ",") + "\n\(row)\n")
        return try TextTable(path: path, isHeader: columns.isHeader)
    }

    private func names(_ names: [String], _ columns: SentenceColumns = SentenceColumns(), score: Bool = false) throws
        -> [String]
    {
        let places = try columns.places(in: table(names, columns), usesScore: score)
        return (places.texts + (places.score.map { [$0] } ?? [])).map { names[$0] }
    }

    @Test func theNamesOfSentenceTransformersAreKnown() throws {
        #expect(try names(["anchor", "positive"]) == ["anchor", "positive"])
        #expect(try names(["positive", "negative", "anchor"]) == ["anchor", "positive", "negative"])
        #expect(try names(["id", "query", "answer"]) == ["query", "answer"])
        #expect(try names(["question", "passage", "negative_1", "negative_2"]).count == 4)
        #expect(try names(["query", "positive", "url", "hard_negative"]) == ["query", "positive", "hard_negative"])
        #expect(try names(["title", "text"]) == ["title", "text"])
        #expect(
            try names(["sentence1", "sentence2", "score"], score: true) == ["sentence1", "sentence2", "score"])
        #expect(try names(["label", "premise", "hypothesis"], score: true) == ["premise", "hypothesis", "label"])
        #expect(try names(["sentence1", "sentence2", "score"]) == ["sentence1", "sentence2"])
    }

    @Test func unknownNamesAreTakenInOrder() throws {
        var columns = SentenceColumns()
        columns.negatives = ["wrong"]
        #expect(try names(["query", "this", "wrong", "positive"], columns) == ["query", "positive", "wrong"])
        #expect(try names(["question", "fits", "score"]) == ["question", "fits"])
    }

    @Test func columnsAreChosenByNameAndByNumber() throws {
        var columns = SentenceColumns()
        columns.anchor = "b"
        columns.positive = "1"
        #expect(try names(["a", "b", "c"], columns) == ["b", "a"])
        columns.positive = "nothing"
        #expect { try names(["a", "b"], columns) } throws: { "\($0)".contains("--positive-column 'nothing'") }
        columns.positive = "b"
        #expect { try names(["a", "b"], columns) } throws: { "\($0)".contains("two roles") }
    }

    @Test func aFileWithoutAHeaderIsReadInOrder() throws {
        let columns = SentenceColumns()
        let table = try table(["how high", "is the tower", "blue"])
        #expect(table.names == nil && table.rows.count == 2)
        let pairs = try columns.places(in: table, usesScore: false)
        #expect(pairs.texts == [0, 1, 2] && pairs.score == nil)
        let scored = try columns.places(in: table, usesScore: true)
        #expect(scored.texts == [0, 1] && scored.score == 2)
    }

    @Test func whatIsMissingIsNamed() {
        #expect { try names(["sentence1", "label"]) } throws: { "\($0)".contains("two columns of texts") }
        #expect { try names(["sentence1", "sentence2"], score: true) } throws: { "\($0)".contains("--score-column") }
    }
}
