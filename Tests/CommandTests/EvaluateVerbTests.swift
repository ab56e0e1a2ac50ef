import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `evaluate retrieval` and `evaluate answers`, end to end on tiny files.
@Suite struct EvaluateVerbTests {
    private let folder: TemporaryDirectory
    private let files: [String]

    init() throws {
        folder = try TemporaryDirectory()
        let corpus =
            "{\"_id\":\"a\",\"text\":\"good film\"}\n{\"_id\":\"b\",\"title\":\"Food\",\"text\":\"was awful\"}\n"
        let queries = "{\"_id\":\"1\",\"text\":\"awful food\"}\n{\"_id\":\"2\",\"text\":\"film\"}\n"
        let qrels = "query-id\tcorpus-id\tscore\n1\tb\t2\n2\ta\t1\n2\tgone\t1\n"
        files = [
            "--corpus", try folder.write("corpus.jsonl", corpus), "--queries",
            try folder.write("queries.jsonl", queries), "--qrels", try folder.write("test.tsv", qrels),
        ]
    }

    private func evaluate(_ words: String...) throws -> BuiltCommand.Outcome {
        try BuiltCommand.run(["evaluate", "retrieval"] + files + words)
    }

    @Test func oneObjectPerModeHoldsTheMeasures() throws {
        let model = try TinyModel.write(into: folder)
        let run = "\(folder.path)/run.trec"
        let outcome = try evaluate(
            "--mode", "dense,bm25,hybrid", "--model", model, "--json", "--run-output", run, "--quiet")
        #expect(outcome.status == 0, "\(outcome.messages)")
        let rows = try outcome.outputLines.map { try JSON.parse(Array($0.utf8), path: "output") }
        #expect(rows.map { $0["mode"]?.stringValue } == ["dense", "bm25", "hybrid"])
        let words = try #require(rows.dropFirst().first)
        for (name, value) in [("ndcg@10", 0.8065735963827292), ("recall@10", 0.75), ("mrr@10", 1), ("map", 0.75)] {
            #expect(abs((words[name]?.doubleValue ?? 0) - value) < 1e-9, "\(name)")
        }
        #expect(words["recall@100"]?.doubleValue == 0.75)
        #expect(words["interval_95"]?["map"]?.arrayValue?.count == 2)
        #expect(outcome.messageLines.count == 1 && outcome.messages.contains("1 judgments are about documents"))
        let text = try String(contentsOfFile: "\(run)-bm25", encoding: .utf8)
        #expect(
            text.split(separator: "\n").map { $0.split(separator: " ").prefix(4).joined(separator: " ") } == [
                "1 Q0 b 1", "2 Q0 a 1",
            ])
    }

    @Test func aTableIsPrintedForPeople() throws {
        let outcome = try evaluate("--mode", "bm25", "--per-query", "--quiet")
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.output.contains("mode  query  ndcg@10"))
        #expect(outcome.output.contains("2 queries, 2 documents, the first 100"))
    }

    @Test func whatIsWrongIsOneLine() throws {
        let missing = try BuiltCommand.run(
            "evaluate", "retrieval", "--corpus", "/nonexistent/corpus", "--queries", files[3], "--qrels", files[5])
        #expect(
            missing.status == 1 && missing.messageLines.count == 1 && missing.messages.contains("/nonexistent/corpus"))
        #expect(try evaluate("--mode", "sparse").status == 2)
        let noModel = try evaluate("--mode", "dense", "--model", "/nonexistent/model", "--quiet")
        #expect(noModel.status == 1 && noModel.messageLines.count == 1)
    }

    @Test func answersAreMeasured() throws {
        let predictions = try folder.write(
            "p.jsonl",
            "{\"answer\":\"The sky is blue [1].\",\"hits\":[{\"text\":\"a blue sky\"}]}\n{\"answer\":\"Paris\"}\n")
        let references = try folder.write("r.jsonl", "{\"answer\":\"green\"}\n{\"answer\":[\"paris\",\"Rome\"]}\n")
        let outcome = try BuiltCommand.run(
            "evaluate", "answers", "--predictions", predictions, "--references", references, "--json")
        #expect(outcome.status == 0, "\(outcome.messages)")
        let object = try JSON.parse(Array(outcome.output.utf8), path: "output")
        #expect(object["exact_match"]?.doubleValue == 0.5 && object["f1"]?.doubleValue == 0.5)
        #expect(object["rougeL"]?.doubleValue == 0.5 && object["faithfulness"]?.doubleValue == 1)
        #expect(object["bleu"]?.doubleValue == 0 && object["answers"]?.intValue == 2)
        let text = try BuiltCommand.run("evaluate", "answers", "--predictions", predictions, "--per-answer")
        #expect(text.output == "1\tfaithfulness 1.0000\n2\nfaithfulness  1.0000\n2 answers\n")
        let plain = try folder.write("plain.jsonl", "{\"answer\":\"Paris\"}\n")
        let nothing = try BuiltCommand.run("evaluate", "answers", "--predictions", plain)
        #expect(nothing.status == 1 && nothing.messages.contains("nothing to measure"))
    }
}
