/// Precision, recall and F1 of one class, or an average of them over classes.
///
/// A ratio whose denominator is zero counts as 0 (`zero_division=0` in scikit-learn).
public struct ClassificationScores: Sendable, Equatable {
    /// Correct predictions of the class over all predictions of it: TP / (TP + FP).
    public let precision: Double
    /// Correct predictions of the class over all samples that carry it: TP / (TP + FN).
    public let recall: Double
    /// The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).
    public let f1: Double
    /// How many samples carry the label (for an average: all of them).
    public let support: Int

    init(precision: Double, recall: Double, f1: Double, support: Int) {
        self.precision = precision
        self.recall = recall
        self.f1 = f1
        self.support = support
    }

    init(truePositives: Int, predicted: Int, support: Int) {
        self.init(
            precision: ratio(Double(truePositives), Double(predicted)),
            recall: ratio(Double(truePositives), Double(support)),
            f1: ratio(2 * Double(truePositives), Double(predicted + support)),
            support: support)
    }
}

/// The quality of a single-label classifier on labelled samples, with the numbers of `sklearn.metrics`.
///
/// Averages are those of `precision_recall_fscore_support(labels, predictions, average: …, zero_division=0)`: like there,
/// a class that occurs neither as label nor as prediction does not take part in the macro average.
public struct ClassificationMetrics: Sendable, Equatable {
    /// How often each label was predicted as each class.
    public let confusion: ConfusionMatrix
    /// The share of samples predicted as their label.
    public let accuracy: Double
    /// The scores of each class, in class order.
    public let perClass: [ClassificationScores]
    /// The unweighted mean over the classes that occur.
    public let macro: ClassificationScores
    /// The scores over all decisions together; for single-label classification all three equal the accuracy.
    public let micro: ClassificationScores
    /// The mean over classes, weighted by how many samples carry each.
    public let weighted: ClassificationScores
    /// Matthews correlation coefficient in −1…1 (`matthews_corrcoef`, the multi-class R_K statistic of Gorodkin 2004).
    public let matthewsCorrelation: Double

    /// Measures predictions against labels.
    ///
    /// - Parameters:
    ///   - predictions: the predicted class of each sample, in `0 ..< classCount`.
    ///   - labels: the true class of each sample, in `0 ..< classCount`.
    ///   - classCount: how many classes there are, whether they occur or not.
    /// - Throws: `EvaluationError` when the counts differ, nothing is given, or a class is out of range.
    public init(predictions: [Int], labels: [Int], classCount: Int) throws {
        self.init(try ConfusionMatrix(predictions: predictions, labels: labels, classCount: classCount))
    }

    /// Measures a confusion matrix.
    public init(_ confusion: ConfusionMatrix) {
        let supports = confusion.labelCounts
        let predicted = confusion.predictionCounts
        let total = confusion.sampleCount
        let perClass = supports.indices.map {
            ClassificationScores(
                truePositives: confusion.counts[$0][$0], predicted: predicted[$0], support: supports[$0])
        }
        self.confusion = confusion
        self.perClass = perClass
        accuracy = ratio(Double(confusion.correctCount), Double(total))
        macro = Self.average(perClass, weights: zip(supports, predicted).map { $0 + $1 > 0 ? 1 : 0 }, support: total)
        weighted = Self.average(perClass, weights: supports.map(Double.init), support: total)
        micro = ClassificationScores(truePositives: confusion.correctCount, predicted: total, support: total)
        matthewsCorrelation = Self.matthews(
            correct: Double(confusion.correctCount), total: Double(total), supports: supports.map(Double.init),
            predicted: predicted.map(Double.init))
    }

    /// The scores of one class as the positive one, all others as negative (`average="binary"` for two classes).
    ///
    /// - Parameter positive: the positive class; 1 as in scikit-learn.
    /// - Returns: nil when there is no such class.
    public func binary(positive: Int = 1) -> ClassificationScores? {
        perClass.indices.contains(positive) ? perClass[positive] : nil
    }

    /// The headline numbers under the names Hugging Face's `evaluate` uses.
    ///
    /// `accuracy`, `f1`, `precision`, `recall`, `matthews_correlation`, and `f1_macro`, `f1_micro`, `f1_weighted`.
    /// As in GLUE, the plain `f1`, `precision` and `recall` are those of class 1 when there are two classes; with any
    /// other number of classes they are the macro averages.
    public var summary: [String: Double] {
        let headline = perClass.count == 2 ? perClass[1] : macro
        return [
            "accuracy": accuracy, "f1": headline.f1, "precision": headline.precision, "recall": headline.recall,
            "matthews_correlation": matthewsCorrelation, "f1_macro": macro.f1, "f1_micro": micro.f1,
            "f1_weighted": weighted.f1,
        ]
    }

    private static func average(
        _ scores: [ClassificationScores], weights: [Double], support: Int
    ) -> ClassificationScores {
        let total = weights.reduce(0, +)
        func mean(_ value: (ClassificationScores) -> Double) -> Double {
            ratio(zip(scores, weights).reduce(0) { $0 + value($1.0) * $1.1 }, total)
        }
        return ClassificationScores(
            precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1), support: support)
    }

    /// (c·s − Σ pₖtₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)), with c correct of s samples, tₖ labels and pₖ predictions of class k.
    private static func matthews(correct: Double, total: Double, supports: [Double], predicted: [Double]) -> Double {
        let covariance = correct * total - zip(supports, predicted).reduce(0) { $0 + $1.0 * $1.1 }
        let labelSpread = total * total - supports.reduce(0) { $0 + $1 * $1 }
        let predictionSpread = total * total - predicted.reduce(0) { $0 + $1 * $1 }
        return ratio(covariance, (labelSpread * predictionSpread).squareRoot())
    }
}

/// `numerator / denominator`, and 0 when the denominator is 0.
private func ratio(_ numerator: Double, _ denominator: Double) -> Double {
    denominator == 0 ? 0 : numerator / denominator
}
