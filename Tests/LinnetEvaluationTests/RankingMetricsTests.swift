import Foundation
import LinnetEvaluation
import LinnetFormats
import TestSupport
import Testing

/// Values of pytrec_eval on random runs with ties (`Tests/Fixtures/evaluation`).
@Suite struct RankingMetricsTests {
    private static let measures: [RankingMeasure] =
        [1, 3, 5, 10, 100].flatMap {
            [.ndcg($0), .recall($0), .precision($0), .reciprocalRank($0), .success($0)]
        } + [.averagePrecision]

    private let goldens: JSON
    private let judgments: RelevanceJudgments
    private let run: RankedRun

    init() throws {
        goldens = try JSON.read(path: Fixtures.path("evaluation/retrieval.json"))
        let qrels = try #require(goldens["qrels"]?.objectValue)
        judgments = try RelevanceJudgments(
            qrels.flatMap { query, documents in
                (documents.objectValue ?? [:]).map {
                    RelevanceJudgments.Judgment(
                        query: query, document: $0.key, relevance: $0.value.intValue ?? .min)
                }
            })
        var run = RankedRun()
        for (query, documents) in try #require(goldens["run"]?.objectValue) {
            let entries = (documents.objectValue ?? [:]).map {
                RankedRun.Entry(document: $0.key, score: $0.value.doubleValue ?? .nan)
            }
            try run.add(query: query, entries: entries)
        }
        self.run = run
    }

    @Test func everyQueryHasTheValuesOfTrecEval() throws {
        let expected = try #require(goldens["values"]?.objectValue)
        let metrics = try RankingMetrics(run: run, judgments: judgments, measures: Self.measures)
        #expect(metrics.queries.count == expected.count + 1)
        for scores in metrics.queries where scores.query != "nobody-answered" {
            let values = try #require(expected[scores.query])
            for (measure, value) in zip(Self.measures, scores.values) {
                let golden = try #require(values[measure.name]?.doubleValue)
                #expect(abs(value - golden) < 1e-6, "\(scores.query) \(measure.name)")
            }
        }
    }

    @Test func aJudgedQueryWithoutResultCountsZero() throws {
        let metrics = try RankingMetrics(run: run, judgments: judgments, measures: [.ndcg(10), .averagePrecision])
        #expect(metrics.queries.first { $0.query == "nobody-answered" }?.values == [0, 0])
        #expect(!metrics.queries.contains { $0.query == "nobody-judged" })
        let values = try #require(metrics.values(of: .averagePrecision))
        #expect(metrics.mean(of: .averagePrecision) == values.reduce(0, +) / Double(metrics.queries.count))
        #expect(metrics.mean(of: .recall(7)) == nil)
    }

    @Test func tiesAreBrokenByTheLargerID() throws {
        var run = RankedRun()
        try run.add(
            query: "q", entries: ["1", "10", "é", "z", "2"].map { RankedRun.Entry(document: $0, score: 0.5) })
        #expect(run.ranking(of: "q")?.entries.map(\.document) == ["é", "z", "2", "10", "1"])
        try run.add(
            query: "close", entries: [.init(document: "a", score: 0.5 + 1e-12), .init(document: "b", score: 0.5)])
        #expect(run.ranking(of: "close")?.entries.map(\.document) == ["b", "a"])
    }

    @Test func aDocumentWithTheIDOfTheQueryIsIgnoredWhenAskedFor() throws {
        var run = RankedRun()
        try run.add(query: "7", entries: [.init(document: "7", score: 2), .init(document: "8", score: 1)])
        let judgments = try RelevanceJudgments([.init(query: "7", document: "8", relevance: 1)])
        let plain = try RankingMetrics(run: run, judgments: judgments, measures: [.reciprocalRank(10)])
        #expect(plain.mean(of: .reciprocalRank(10)) == 0.5)
        let ignoring = try RankingMetrics(
            run: run, judgments: judgments, measures: [.reciprocalRank(10)], ignoresIdenticalIDs: true)
        #expect(ignoring.mean(of: .reciprocalRank(10)) == 1)
    }

    @Test func wrongInputIsRefused() throws {
        var run = RankedRun()
        try run.add(query: "q", entries: [])
        #expect(throws: EvaluationError.self) { try run.add(query: "q", entries: []) }
        #expect(throws: EvaluationError.self) {
            try run.add(query: "r", entries: [.init(document: "a", score: .nan)])
        }
        #expect(throws: EvaluationError.self) {
            try run.add(query: "r", entries: [.init(document: "a", score: 1), .init(document: "a", score: 2)])
        }
        #expect(throws: EvaluationError.badCutoff("ndcg@0")) {
            try RankingMetrics(run: run, judgments: judgments, measures: [.ndcg(0)])
        }
        #expect(throws: EvaluationError.noSamples) {
            try RankingMetrics(run: run, judgments: RelevanceJudgments([]), measures: [.ndcg(1)])
        }
    }

    @Test func aRunIsWrittenInTRECFormat() throws {
        var run = RankedRun()
        try run.add(query: "q1", entries: [.init(document: "a", score: 0.25), .init(document: "b", score: 1)])
        #expect(try run.trecText(tag: "x") == "q1 Q0 b 1 1.0 x\nq1 Q0 a 2 0.25 x\n")
        try run.add(query: "q2", entries: [.init(document: "a b", score: 1)])
        #expect(throws: EvaluationError.self) { try run.trecText(tag: "x") }
    }
}
