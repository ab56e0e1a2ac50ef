import LinnetFormats

/// The similarity below which a store's best hit is no better than what any question finds there.
///
/// **Calibration.** The similarity of an unrelated question to its nearest chunk depends on the embedder and on the
/// store: the more chunks, the nearer the nearest one. So the questions of `UnrelatedQuestions` (everyday matters of
/// many kinds, of which any one collection answers few) are asked once after each indexing, and the threshold is the
/// median of the similarities of their best hits plus 2.5 robust standard deviations (1.4826 × the median absolute
/// deviation). Median and deviation do not move when a part of the questions, fewer than half, happens to be answered by
/// the store. Documentation/Benchmarks.md has what this gave on a real collection.
public struct AnswerThreshold: Sendable, Equatable {
    /// Best hits with a smaller cosine similarity count as 'not in the documents'.
    public var similarity: Double
    /// Median similarity of the best hits of unrelated questions.
    public var median: Double
    /// Robust standard deviation of those.
    public var deviation: Double

    /// Robust standard deviations above the median.
    static let deviations = 2.5

    /// The threshold that the best hits of unrelated questions give; `nil` for fewer than eight.
    public init?(unrelated similarities: [Double]) {
        let fewest = 8
        let finite = similarities.filter(\.isFinite)
        guard finite.count >= fewest else { return nil }
        let median = Self.median(finite)
        let spread = Self.median(finite.map { abs($0 - median) })
        self.median = median
        deviation = 1.4826 * spread
        similarity = min(max(median + Self.deviations * deviation, 0), 1)
    }

    /// A threshold set by hand.
    public init(similarity: Double) {
        self.similarity = similarity
        median = similarity
        deviation = 0
    }

    /// Asks the unrelated questions of a store.
    ///
    /// - Parameter embed: Vectors of texts, of length 1, as the store's embedder computes them.
    /// - Returns: `nil` for an empty store.
    public static func calibrated(
        on store: any VectorStore, embed: ([String]) throws -> [[Float]]
    ) throws -> AnswerThreshold? {
        guard try store.counts().chunks > 0 else { return nil }
        let best = try store.nearest(to: try embed(UnrelatedQuestions.all), count: 1, where: nil)
        return AnswerThreshold(unrelated: best.compactMap { $0.first?.score })
    }

    /// Whether what was found is near enough to answer from; so is a hit whose similarity is not known.
    public func accepts(_ hits: [Hit]) -> Bool {
        guard let best = hits.compactMap(\.similarity).max() else { return !hits.isEmpty }
        return best >= similarity
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

extension AnswerThreshold {
    /// As it is kept in a store.
    public var json: JSON {
        .object(["similarity": JSON(similarity), "median": JSON(median), "deviation": JSON(deviation)])
    }

    /// What ``json`` was; `nil` for anything else.
    public init?(json: JSON) {
        guard let similarity = json["similarity"]?.doubleValue, let median = json["median"]?.doubleValue,
            let deviation = json["deviation"]?.doubleValue
        else { return nil }
        self.similarity = similarity
        self.median = median
        self.deviation = deviation
    }
}
