import Foundation

/// What is measured of a ranking, per query, as trec_eval defines it.
///
/// A document is relevant when it was judged 1 or higher; one that was not judged counts as 0. r_i is the relevance of
/// the document at rank i, R the number of relevant documents of the query, k a cutoff.
public enum RankingMeasure: Hashable, Sendable {
    /// DCG@k / ideal DCG@k with DCG@k = Σ_{i≤k} max(0, r_i) / log2(i + 1); the gain is the judgment itself (`ndcg_cut`).
    case ndcg(Int)
    /// Relevant documents among the first k, divided by R.
    case recall(Int)
    /// Relevant documents among the first k, divided by k, also when fewer were returned (`P`).
    case precision(Int)
    /// 1 / rank of the first relevant document; 0 when it is not among the first k (`recip_rank` of the first k).
    case reciprocalRank(Int)
    /// Mean over the R relevant documents of the precision at their rank; those not returned count 0 (`map`).
    case averagePrecision
    /// 1 when a relevant document is among the first k, otherwise 0.
    case success(Int)

    /// The measures of a report, the headline first.
    public static let standard: [RankingMeasure] = [
        .ndcg(10), .ndcg(100), .recall(10), .recall(100), .reciprocalRank(10), .averagePrecision, .precision(10),
        .success(1), .success(10),
    ]

    /// The name in reports and JSON: `ndcg@10`, `recall@100`, `precision@10`, `mrr@10`, `map`, `success@1`.
    public var name: String {
        switch self {
        case .ndcg(let k): "ndcg@\(k)"
        case .recall(let k): "recall@\(k)"
        case .precision(let k): "precision@\(k)"
        case .reciprocalRank(let k): "mrr@\(k)"
        case .averagePrecision: "map"
        case .success(let k): "success@\(k)"
        }
    }

    /// The value of a ranking.
    ///
    /// - Parameters:
    ///   - ranking: relevance of the documents returned, in order of rank; 0 where there is no judgment.
    ///   - judged: all relevances of the query, in any order.
    func value(ranking: [Int], judged: [Int]) -> Double {
        switch self {
        case .ndcg(let k):
            let ideal = Self.gain(judged.sorted(by: >).prefix(k))
            return ideal > 0 ? Self.gain(ranking.prefix(k)) / ideal : 0
        case .recall(let k):
            return Self.share(Self.relevantCount(ranking.prefix(k)), of: Self.relevantCount(judged[...]))
        case .precision(let k):
            return Self.share(Self.relevantCount(ranking.prefix(k)), of: k)
        case .reciprocalRank(let k):
            return ranking.prefix(k).firstIndex { $0 > 0 }.map { 1 / Double($0 + 1) } ?? 0
        case .averagePrecision:
            var (found, sum) = (0, 0.0)
            for (index, relevance) in ranking.enumerated() where relevance > 0 {
                found += 1
                sum += Double(found) / Double(index + 1)
            }
            let relevant = Self.relevantCount(judged[...])
            return relevant > 0 ? sum / Double(relevant) : 0
        case .success(let k):
            return ranking.prefix(k).contains { $0 > 0 } ? 1 : 0
        }
    }

    private static func gain(_ relevances: ArraySlice<Int>) -> Double {
        var sum = 0.0
        for (index, relevance) in relevances.enumerated() where relevance > 0 {
            sum += Double(relevance) / log2(Double(index + 2))
        }
        return sum
    }

    private static func relevantCount(_ relevances: ArraySlice<Int>) -> Int { relevances.count { $0 > 0 } }

    private static func share(_ count: Int, of total: Int) -> Double {
        total > 0 ? Double(count) / Double(total) : 0
    }
}
