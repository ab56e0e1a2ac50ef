import Foundation
import Linnet
import TestSupport
import Testing

/// What is measured is what the store and its retriever find, on a tiny collection and a tiny encoder.
@Suite final class RetrievalEvaluationTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("linnet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func evaluation() throws -> RetrievalEvaluation {
        let documents = [("d1", "", "good film"), ("d2", "Food", "the food was awful"), ("d3", "", "")]
        let lines = documents.map { "{\"_id\":\"\($0.0)\",\"title\":\"\($0.1)\",\"text\":\"\($0.2)\"}" }
        let queries = "{\"_id\":\"q1\",\"text\":\"the awful food\"}\n{\"_id\":\"q2\",\"text\":\"film\"}\n"
        let files = [
            ("corpus.jsonl", lines.joined(separator: "\n")), ("queries.jsonl", queries),
            ("test.tsv", "query-id\tcorpus-id\tscore\nq1\td2\t1\nq2\td1\t2\n"),
        ]
        for (name, text) in files { try FileBytes.write(text: text, to: folder.appendingPathComponent(name).path) }
        return RetrievalEvaluation(
            corpus: folder.appendingPathComponent("corpus.jsonl").path,
            queries: folder.appendingPathComponent("queries.jsonl").path,
            qrels: folder.appendingPathComponent("test.tsv").path, model: Fixtures.path("models/bert-embedding"))
    }

    @Test func everyModeRanksDocumentsByTheirIDs() throws {
        var evaluation = try evaluation()
        evaluation.modes = [.dense, .bm25, .hybrid]
        var progress: [Int] = []
        let report = try evaluation.run { done, total in progress += [done, total] }
        #expect(report.documents == 3 && report.missingDocuments == 0 && progress == [3, 3])
        #expect(report.results.map(\.mode) == [.dense, .bm25, .hybrid])
        let words = report.results[1]
        #expect(words.run.ranking(of: "q1")?.entries.map(\.document) == ["d2"])
        #expect(words.metrics.mean(of: .ndcg(10)) == 1)
        let dense = try #require(report.results[0].run.ranking(of: "q1"))
        #expect(Set(dense.entries.map(\.document)) == ["d1", "d2", "d3"])
    }

    /// The cosine similarities of the encoder itself, of title and text as one text.
    @Test func denseScoresAreCosinesOfTitleAndText() throws {
        var evaluation = try evaluation()
        evaluation.modes = [.dense]
        let ranking = try #require(try evaluation.run().results[0].run.ranking(of: "q1"))
        let embedder = try TextEmbedder(directory: Fixtures.path("models/bert-embedding"), precision: .float32)
        let vectors = embedder.embed(["the awful food", "Food the food was awful"]).map { $0.map(Double.init) }
        let norms = vectors.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let cosine = zip(vectors[0], vectors[1]).reduce(0) { $0 + $1.0 * $1.1 } / (norms[0] * norms[1])
        let found = try #require(ranking.entries.first { $0.document == "d2" })
        #expect(abs(found.score - cosine) < 1e-5)
    }

    @Test func wordsAreSearchedWithoutAnEncoder() throws {
        var evaluation = try evaluation()
        evaluation.modes = [.bm25]
        evaluation.model = "/nonexistent/model"
        #expect(try evaluation.run().results[0].metrics.mean(of: .averagePrecision) == 1)
        evaluation.modes = [.hybrid]
        #expect(throws: (any Error).self) { try evaluation.run() }
    }
}
