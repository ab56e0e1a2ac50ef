/// How good rankings are, per query and on average: the numbers of trec_eval, pytrec_eval and BEIR.
///
/// Every query with judgments counts. One for which the run has nothing counts 0 (as `trec_eval -c`); one without a
/// relevant document counts 0, too. Queries of the run that nobody judged are left out.
public struct RankingMetrics: Sendable {
    /// The values of one query.
    public struct QueryScores: Sendable, Equatable {
        /// The query's id.
        public let query: String
        /// A value for each of ``RankingMetrics/measures``.
        public let values: [Double]
    }

    /// What was measured.
    public let measures: [RankingMeasure]
    /// The values of every judged query, in the order of the judgments.
    public let queries: [QueryScores]

    /// Measures a run.
    ///
    /// - Parameters:
    ///   - run: what a system returned.
    ///   - judgments: what it should have returned.
    ///   - measures: what to measure.
    ///   - ignoresIdenticalIDs: leave out a document whose id is the query's, as BEIR does for collections whose queries
    ///     are documents (`ignore_identical_ids`). Wrong for collections that number both from 1.
    /// - Throws: `EvaluationError.noSamples` when nothing was judged, `EvaluationError.badCutoff` for a cutoff below 1.
    public init(
        run: RankedRun, judgments: RelevanceJudgments, measures: [RankingMeasure] = RankingMeasure.standard,
        ignoresIdenticalIDs: Bool = false
    ) throws {
        guard !judgments.queries.isEmpty else { throw EvaluationError.noSamples }
        for measure in measures { try measure.check() }
        self.measures = measures
        queries = judgments.queries.map { query in
            let entries = run.ranking(of: query)?.entries ?? []
            let ranking = entries.filter { !ignoresIdenticalIDs || Identifier($0.document) != Identifier(query) }
                .map { judgments.relevance(of: $0.document, to: query) ?? 0 }
            let judged = judgments.relevances(of: query)
            return QueryScores(query: query, values: measures.map { $0.value(ranking: ranking, judged: judged) })
        }
    }

    /// The values of all queries under one measure; nil when it was not measured.
    public func values(of measure: RankingMeasure) -> [Double]? {
        measures.firstIndex(of: measure).map { place in queries.map { $0.values[place] } }
    }

    /// The mean over all queries; nil when it was not measured.
    public func mean(of measure: RankingMeasure) -> Double? {
        values(of: measure).map { $0.reduce(0, +) / Double($0.count) }
    }

    /// The means by name, in the order of ``measures``.
    public var summary: [(name: String, value: Double)] {
        measures.map { ($0.name, mean(of: $0) ?? 0) }
    }
}

extension RankingMeasure {
    /// Throws when the cutoff is below 1.
    func check() throws {
        switch self {
        case .ndcg(let k), .recall(let k), .precision(let k), .reciprocalRank(let k), .success(let k):
            guard k >= 1 else { throw EvaluationError.badCutoff(name) }
        case .averagePrecision: break
        }
    }
}
