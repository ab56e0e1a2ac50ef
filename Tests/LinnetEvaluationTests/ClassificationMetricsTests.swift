import LinnetEvaluation
import Testing

// The expected numbers come from scikit-learn 1.9.1:
//
//     from sklearn.metrics import *
//     confusion_matrix(labels, predictions); accuracy_score(labels, predictions); matthews_corrcoef(labels, predictions)
//     for average in ("macro", "micro", "weighted", "binary"):
//         precision_recall_fscore_support(labels, predictions, average=average, zero_division=0)
//     precision_recall_fscore_support(labels, predictions, labels=range(classes), zero_division=0)

private func expectClose(
    _ found: ClassificationScores?, _ precision: Double, _ recall: Double, _ f1: Double,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard let found else {
        Issue.record("there are no scores", sourceLocation: sourceLocation)
        return
    }
    #expect(abs(found.precision - precision) < 1e-12, "precision", sourceLocation: sourceLocation)
    #expect(abs(found.recall - recall) < 1e-12, "recall", sourceLocation: sourceLocation)
    #expect(abs(found.f1 - f1) < 1e-12, "f1", sourceLocation: sourceLocation)
}

@Suite struct ClassificationMetricsTests {
    @Test func threeClassesEqualScikitLearn() throws {
        let metrics = try ClassificationMetrics(
            predictions: [0, 2, 2, 2, 1, 0, 0, 2, 1, 2, 1, 0], labels: [0, 1, 2, 2, 1, 0, 1, 2, 0, 2, 1, 1],
            classCount: 3)
        #expect(metrics.confusion.counts == [[2, 1, 0], [2, 2, 1], [0, 0, 4]])
        #expect(abs(metrics.accuracy - 0.6666666666666666) < 1e-12)
        #expect(abs(metrics.matthewsCorrelation - 0.5212765957446809) < 1e-12)
        expectClose(metrics.macro, 0.6555555555555556, 0.6888888888888888, 0.6534391534391534)
        expectClose(metrics.micro, 0.6666666666666666, 0.6666666666666666, 0.6666666666666666)
        expectClose(metrics.weighted, 0.6694444444444444, 0.6666666666666666, 0.6474867724867724)
        expectClose(metrics.perClass[1], 0.6666666666666666, 0.4, 0.5)
        #expect(metrics.perClass.map(\.support) == [3, 5, 4])
        #expect(metrics.summary["f1"] == metrics.macro.f1)
    }

    @Test func aClassThatNeverOccursDoesNotDragTheMacroAverage() throws {
        let metrics = try ClassificationMetrics(
            predictions: [0, 1, 0, 3, 1, 0, 3], labels: [0, 1, 1, 3, 0, 3, 3], classCount: 4)
        #expect(abs(metrics.matthewsCorrelation - 0.375) < 1e-12)
        expectClose(metrics.macro, 0.611111111111111, 0.5555555555555555, 0.5666666666666668)
        expectClose(metrics.weighted, 0.6666666666666666, 0.5714285714285714, 0.6)
        expectClose(metrics.perClass[2], 0, 0, 0)
        expectClose(metrics.perClass[3], 1, 0.6666666666666666, 0.8)
    }

    @Test func twoClassesScoreThePositiveOne() throws {
        let metrics = try ClassificationMetrics(
            predictions: [1, 0, 0, 1, 0, 1, 1, 1], labels: [1, 0, 1, 1, 0, 0, 1, 0], classCount: 2)
        expectClose(metrics.binary(), 0.6, 0.75, 0.6666666666666666)
        expectClose(metrics.binary(positive: 0), 0.6666666666666666, 0.5, 0.5714285714285714)
        #expect(metrics.binary(positive: 2) == nil)
        #expect(abs(metrics.matthewsCorrelation - 0.2581988897471611) < 1e-12)
        #expect(metrics.summary["f1"] == metrics.perClass[1].f1)
        #expect(metrics.summary["f1_macro"] == metrics.macro.f1)
    }

    @Test func aClassThatIsNeverPredictedCountsAsZero() throws {
        let metrics = try ClassificationMetrics(predictions: [0, 0, 0, 0], labels: [0, 1, 0, 1], classCount: 2)
        expectClose(metrics.macro, 0.25, 0.5, 0.3333333333333333)
        expectClose(metrics.binary(), 0, 0, 0)
        #expect(metrics.matthewsCorrelation == 0)
    }

    @Test func wrongInputIsRefused() {
        #expect(throws: EvaluationError.countMismatch(predictions: 1, labels: 2)) {
            try ClassificationMetrics(predictions: [0], labels: [0, 1], classCount: 2)
        }
        #expect(throws: EvaluationError.noSamples) {
            try ClassificationMetrics(predictions: [], labels: [], classCount: 2)
        }
        #expect(throws: EvaluationError.classOutOfRange(kind: "prediction", index: 1, value: 2, classCount: 2)) {
            try ClassificationMetrics(predictions: [0, 2], labels: [0, 1], classCount: 2)
        }
        #expect(throws: EvaluationError.classOutOfRange(kind: "label", index: 0, value: -1, classCount: 2)) {
            try ClassificationMetrics(predictions: [0, 1], labels: [-1, 1], classCount: 2)
        }
        #expect(throws: EvaluationError.noClasses(0)) {
            try ClassificationMetrics(predictions: [0], labels: [0], classCount: 0)
        }
    }

    @Test func countsMadeElsewhereMustBeASquareMatrix() throws {
        #expect(try ConfusionMatrix(counts: [[2, 0], [2, 0]]).predictionCounts == [4, 0])
        #expect(throws: EvaluationError.malformedMatrix(row: 1, reason: "expected 2 columns, found 1")) {
            try ConfusionMatrix(counts: [[1, 0], [0]])
        }
        #expect(throws: EvaluationError.malformedMatrix(row: 0, reason: "expected counts of 0 or more, found [-1, 0]"))
        {
            try ConfusionMatrix(counts: [[-1, 0], [0, 0]])
        }
        #expect(throws: EvaluationError.noSamples) { try ConfusionMatrix(counts: [[0]]) }
    }
}
