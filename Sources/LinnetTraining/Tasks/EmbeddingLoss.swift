import LinnetTensors

/// What an encoder of sentences learns from, as sentence-transformers 6 computes it.
///
/// The vectors of a batch come column by column: those of the anchors, of the positives, and of each column of
/// negatives, each `[examples, dimension]` in `float32`.
public enum EmbeddingLoss: Sendable, Equatable {
    /// How far apart two vectors are, for ``triplet(margin:distance:)``.
    public enum Distance: String, Sendable, CaseIterable {
        /// `‖a − b‖`.
        case euclidean
        /// `1 − cos(a, b)`.
        case cosine
    }

    /// `MultipleNegativesRankingLoss` (Henderson et al., 2017; InfoNCE): the cross-entropy of finding an anchor's
    /// positive among the positives and negatives of the whole batch, scored by `scale · cos`.
    case multipleNegativesRanking(scale: Float = 20)
    /// `CosineSimilarityLoss`: `(cos(a, b) − score)²`.
    case cosineSimilarity
    /// `TripletLoss`: `max(0, d(anchor, positive) − d(anchor, negative) + margin)`.
    case triplet(margin: Float = 5, distance: Distance = .euclidean)

    /// The sum of the losses of a batch over `divisor`, a scalar.
    ///
    /// - Parameters:
    ///   - columns: The vectors of each column, anchors first: two or more for ranking, two for cosine similarity,
    ///     three for triplets.
    ///   - scores: The score of each example, for cosine similarity.
    ///   - divisor: What the sum is divided by: the number of examples for the mean.
    public func callAsFunction(_ columns: [Tensor], scores: [Float] = [], divisor: Int) -> Tensor {
        switch self {
        case .multipleNegativesRanking(let scale):
            let documents = Tensor.concatenated(Array(columns.dropFirst())).l2Normalized()
            let similarities = columns[0].l2Normalized().linear(documents)  // [examples, documents]
            let own = (0..<Int32(columns[0].shape[0])).map { $0 }
            return (similarities * scale).crossEntropy(own, divisor: divisor)
        case .cosineSimilarity:
            let error = Self.cosines(columns[0], columns[1]) - Tensor(scores, shape: [scores.count])
            return error.squared().sum() / Float(divisor)
        case .triplet(let margin, let distance):
            let toPositive = distance.between(columns[0], columns[1])
            let toNegative = distance.between(columns[0], columns[2])
            return (toPositive - toNegative + margin).relu().sum() / Float(divisor)
        }
    }

    /// The cosine of each row of one matrix with the row of the other at the same place: `[rows]`.
    static func cosines(_ a: Tensor, _ b: Tensor) -> Tensor {
        a.l2Normalized().rowDots(b.l2Normalized())
    }
}

extension EmbeddingLoss.Distance {
    fileprivate func between(_ a: Tensor, _ b: Tensor) -> Tensor {
        switch self {
        case .euclidean: a.rowDistances(to: b)
        case .cosine: EmbeddingLoss.cosines(a, b) * -1 + 1
        }
    }
}
