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
    /// A run holds a query or a document twice, a score that is no number, or an id that cannot be written.
    case malformedRun(query: String, reason: String)
    /// A measure is asked for at a rank below 1.
    case badCutoff(String)
    /// Two judgments are about the same query and document.
    case judgedTwice(query: String, document: String)
    /// A setting makes no sense.
    case badSetting(name: String, expected: String, found: String)

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
        case .malformedRun(let query, let reason):
            "run: query \(query): \(reason)"
        case .badCutoff(let measure):
            "metrics: \(measure): expected a rank of 1 or more after @"
        case .judgedTwice(let query, let document):
            "judgments: query \(query), document \(document): expected one judgment, found a second one"
        case .badSetting(let name, let expected, let found):
            "\(name): expected \(expected), found \(found)"
        }
    }
}
