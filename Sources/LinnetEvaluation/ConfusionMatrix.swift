/// How often each label was predicted as each class.
///
/// `counts[label][prediction]`, as `sklearn.metrics.confusion_matrix(labels, predictions)` returns it.
public struct ConfusionMatrix: Sendable, Equatable {
    /// Rows are labels, columns are predictions; `[classCount, classCount]`.
    public let counts: [[Int]]

    /// Counts the pairs of label and prediction.
    ///
    /// - Parameters:
    ///   - predictions: the predicted class of each sample, in `0 ..< classCount`.
    ///   - labels: the true class of each sample, in `0 ..< classCount`.
    ///   - classCount: how many classes there are, whether they occur or not.
    /// - Throws: `EvaluationError` when the counts differ, nothing is given, or a class is out of range.
    public init(predictions: [Int], labels: [Int], classCount: Int) throws {
        guard classCount > 0 else { throw EvaluationError.noClasses(classCount) }
        guard predictions.count == labels.count else {
            throw EvaluationError.countMismatch(predictions: predictions.count, labels: labels.count)
        }
        guard !labels.isEmpty else { throw EvaluationError.noSamples }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: classCount)
        for (index, (label, prediction)) in zip(labels, predictions).enumerated() {
            guard (0..<classCount).contains(label) else {
                throw EvaluationError.classOutOfRange(kind: "label", index: index, value: label, classCount: classCount)
            }
            guard (0..<classCount).contains(prediction) else {
                throw EvaluationError.classOutOfRange(
                    kind: "prediction", index: index, value: prediction, classCount: classCount)
            }
            counts[label][prediction] += 1
        }
        self.counts = counts
    }

    /// Takes counts that were made elsewhere.
    ///
    /// - Parameter counts: a square matrix of non-negative counts, rows are labels.
    /// - Throws: `EvaluationError` when the matrix is empty, not square, all zero, or holds a negative count.
    public init(counts: [[Int]]) throws {
        guard !counts.isEmpty else { throw EvaluationError.noClasses(0) }
        for (row, columns) in counts.enumerated() {
            guard columns.count == counts.count else {
                throw EvaluationError.malformedMatrix(
                    row: row, reason: "expected \(counts.count) columns, found \(columns.count)")
            }
            guard columns.allSatisfy({ $0 >= 0 }) else {
                throw EvaluationError.malformedMatrix(
                    row: row, reason: "expected counts of 0 or more, found \(columns)")
            }
        }
        guard counts.contains(where: { $0.contains { $0 > 0 } }) else { throw EvaluationError.noSamples }
        self.counts = counts
    }

    /// How many classes there are.
    public var classCount: Int { counts.count }

    /// How many samples were counted.
    public var sampleCount: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    /// How many samples were predicted as their label.
    public var correctCount: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }

    /// How many samples carry each label.
    public var labelCounts: [Int] { counts.map { $0.reduce(0, +) } }

    /// How many samples were predicted as each class.
    public var predictionCounts: [Int] {
        counts.indices.map { column in counts.reduce(0) { $0 + $1[column] } }
    }
}
