/// What can be wrong with the numbers given to a metric. Each description is one line.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
    /// There are not as many predictions as labels.
    case countMismatch(predictions: Int, labels: Int)
    /// There is nothing to measure.
    case noSamples
    /// The number of classes is below one.
    case noClasses(Int)
    /// A label or a prediction is not one of `0 ..< classCount`.
    case classOutOfRange(kind: String, index: Int, value: Int, classCount: Int)
    /// A confusion matrix is not square, or holds a negative count.
    case malformedMatrix(row: Int, reason: String)

    /// The error in one line: what was expected, what was found.
    public var description: String {
        switch self {
        case .countMismatch(let predictions, let labels):
            "metrics: expected one prediction per label, found \(predictions) predictions for \(labels) labels"
        case .noSamples:
            "metrics: expected at least one sample, found none"
        case .noClasses(let count):
            "metrics: expected at least one class, found classCount \(count)"
        case .classOutOfRange(let kind, let index, let value, let classCount):
            "metrics: \(kind) \(index): expected a class in 0..<\(classCount), found \(value)"
        case .malformedMatrix(let row, let reason):
            "confusion matrix: row \(row): \(reason)"
        }
    }
}
