import Foundation
import Linnet

/// What `linnet evaluate retrieval` prints.
struct RetrievalTable {
    let report: RetrievalEvaluation.Report
    let evaluation: RetrievalEvaluation

    private static let headline = RankingMeasure.ndcg(10)
    private static let columns: [RankingMeasure] = [
        .ndcg(10), .recall(10), .recall(100), .reciprocalRank(10), .averagePrecision, .success(1),
    ]

    func lines(json: Bool, perQuery: Bool) throws -> [String] {
        let queries = perQuery ? report.results.flatMap { json ? objects($0) : rows($0) } : []
        return try queries + (json ? report.results.map(object) : table() + differences())
    }

    // MARK: For people

    private func table() throws -> [String] {
        let header = ["mode"] + Self.columns.map(\.name) + ["95 % of \(Self.headline.name)", "queries/s"]
        let rows = try report.results.map { result in
            let interval = try MeanInterval(of: result.metrics.values(of: Self.headline) ?? [])
            return [result.mode.rawValue]
                + Self.columns.map { result.metrics.mean(of: $0).map(Self.shown) ?? "" }
                + ["\(Self.shown(interval.lower)) – \(Self.shown(interval.upper))", rate(result)]
        }
        let queryCount = report.results.first?.metrics.queries.count ?? 0
        let model = evaluation.modes == [.bm25] ? "" : ", \(evaluation.model ?? "")"
        return Self.aligned([header] + rows)
            + ["\(queryCount) queries, \(report.documents) documents, the first \(evaluation.retrieval.topK)\(model)"]
    }

    /// How each mode differs from those before it.
    private func differences() throws -> [String] {
        var lines: [String] = []
        for (place, result) in report.results.enumerated() {
            for other in report.results[..<place] {
                let test = try PairedRandomization(
                    of: result.metrics.values(of: Self.headline) ?? [],
                    over: other.metrics.values(of: Self.headline) ?? [])
                let difference = String(format: "%+.4f", test.difference)
                let chance = test.probability < 0.001 ? "p < 0.001" : String(format: "p = %.3f", test.probability)
                lines.append(
                    "\(Self.headline.name), \(result.mode.rawValue) over \(other.mode.rawValue): \(difference) (\(chance))"
                )
            }
        }
        return lines
    }

    private func rows(_ result: RetrievalEvaluation.Result) -> [String] {
        let header = ["mode", "query"] + result.metrics.measures.map(\.name)
        let rows = result.metrics.queries.map { [result.mode.rawValue, $0.query] + $0.values.map(Self.shown) }
        return Self.aligned([header] + rows) + [""]
    }

    private func rate(_ result: RetrievalEvaluation.Result) -> String {
        result.seconds > 0 ? String(format: "%.0f", Double(result.run.rankings.count) / result.seconds) : ""
    }

    private static func shown(_ value: Double) -> String { String(format: "%.4f", value) }

    /// Cells under each other, two spaces between columns.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
            return cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }
    }

    // MARK: For programs

    private func object(_ result: RetrievalEvaluation.Result) throws -> String {
        var object: JSONObject = ["mode": .string(result.mode.rawValue)]
        if result.mode != .bm25 { object["model"] = evaluation.model.map(JSON.string) }
        var intervals = JSONObject()
        for measure in result.metrics.measures {
            let interval = try MeanInterval(of: result.metrics.values(of: measure) ?? [])
            object[measure.name] = .number(interval.mean)
            intervals[measure.name] = [.number(interval.lower), .number(interval.upper)]
        }
        object["interval_95"] = .object(intervals)
        object["queries"] = JSON(result.metrics.queries.count)
        object["documents"] = JSON(report.documents)
        object["top_k"] = JSON(evaluation.retrieval.topK)
        object["search_seconds"] = .number(result.seconds)
        object["indexing_seconds"] = .number(report.indexingSeconds)
        return JSON.object(object).text()
    }

    private func objects(_ result: RetrievalEvaluation.Result) -> [String] {
        result.metrics.queries.map { scores in
            var object: JSONObject = ["mode": .string(result.mode.rawValue), "query": .string(scores.query)]
            for (measure, value) in zip(result.metrics.measures, scores.values) {
                object[measure.name] = .number(value)
            }
            return JSON.object(object).text()
        }
    }
}
