import Foundation

/// BLEU of a corpus (Papineni et al. 2002), as sacrebleu computes it by default.
///
/// Tokens are those of mteval-v13a, case counts. With p_n the share of the answers' n-grams that a reference has, no
/// n-gram counted more often than in the reference that has most of it:
/// BLEU = 100 · brevity penalty · exp(¼ Σ_{n=1..4} ln p_n). Orders without a match are smoothed as NIST does (`exp`):
/// 1/2, 1/4, … of a match. Without any match, or with no answer of four tokens, BLEU is 0.
public struct BLEUScore: Sendable, Equatable {
    /// BLEU, from 0 to 100.
    public let value: Double
    /// min(1, exp(1 − reference length / answer length)).
    public let brevityPenalty: Double
    /// p_1 … p_4 in percent, smoothed; 0 where nothing is defined.
    public let precisions: [Double]
    /// Tokens of all answers.
    public let length: Int
    /// Tokens of the references closest in length to each answer, of two equally close the shorter one.
    public let referenceLength: Int

    private static let orders = 4

    /// Measures answers against references.
    ///
    /// - Parameter samples: an answer with at least one reference each; samples without one are left out.
    public init(_ samples: [(prediction: String, references: [String])]) {
        var (length, referenceLength) = (0, 0)
        var matches = [Int](repeating: 0, count: Self.orders)
        var totals = [Int](repeating: 0, count: Self.orders)
        for sample in samples where !sample.references.isEmpty {
            let tokens = MTEvalTokenizer.tokens(sample.prediction)
            let references = sample.references.map(MTEvalTokenizer.tokens)
            let closest = references.map(\.count).min {
                (abs($0 - tokens.count), $0) < (abs($1 - tokens.count), $1)
            }
            length += tokens.count
            referenceLength += closest ?? 0
            for order in 1...Self.orders {
                var allowed: [[PythonText.Scalars]: Int] = [:]
                for reference in references { allowed.merge(Self.counts(reference, order), uniquingKeysWith: max) }
                for (gram, count) in Self.counts(tokens, order) { matches[order - 1] += min(count, allowed[gram] ?? 0) }
                totals[order - 1] += max(0, tokens.count - order + 1)
            }
        }
        self.length = length
        self.referenceLength = referenceLength
        brevityPenalty =
            length >= referenceLength ? 1 : length > 0 ? exp(1 - Double(referenceLength) / Double(length)) : 0
        precisions = Self.precisions(matches: matches, totals: totals)
        let isDefined = precisions.allSatisfy { $0 > 0 }
        value =
            isDefined
            ? brevityPenalty * exp(precisions.reduce(0) { $0 + log($1) } / Double(Self.orders)) : 0
    }

    private static func precisions(matches: [Int], totals: [Int]) -> [Double] {
        var result = [Double](repeating: 0, count: orders)
        guard matches.contains(where: { $0 > 0 }) else { return result }
        var smoothing = 1.0
        for order in 0..<orders {
            guard totals[order] > 0 else { break }
            if matches[order] == 0 {
                smoothing *= 2
                result[order] = 100 / (smoothing * Double(totals[order]))
            } else {
                result[order] = 100 * Double(matches[order]) / Double(totals[order])
            }
        }
        return result
    }

    private static func counts(_ tokens: [PythonText.Scalars], _ order: Int) -> [[PythonText.Scalars]: Int] {
        guard tokens.count >= order else { return [:] }
        var counts: [[PythonText.Scalars]: Int] = [:]
        for start in 0...(tokens.count - order) { counts[Array(tokens[start..<(start + order)]), default: 0] += 1 }
        return counts
    }
}
