import Testing

@testable import LinnetEvaluation

@Suite struct CorrelationTests {
    // From scipy 1.17.1: pearsonr and spearmanr.
    private let x = [1.0, 4.0, 2.0, 2.0, 9.0, -3.0]
    private let y = [0.5, 0.1, 2.0, 2.0, 3.0, -1.0]

    @Test func coefficientsEqualSciPy() throws {
        #expect(abs(try Correlation.pearson(x, y) - 0.7671862746808308) < 1e-12)
        #expect(abs(try Correlation.spearman(x, y) - 0.6470588235294118) < 1e-12)
    }

    @Test func equalNumbersShareTheMeanOfTheirRanks() {
        #expect(Correlation.ranks([3, 1, 3, 2]) == [3.5, 1, 3.5, 2])
        #expect(Correlation.ranks([]) == [])
    }

    @Test func aListThatDoesNotVaryCorrelatesWithNothing() throws {
        #expect(try Correlation.pearson([1, 1, 1], [1, 2, 3]) == 0)
        #expect(try Correlation.spearman([1, 2, 3], [5, 5, 5]) == 0)
        #expect(try Correlation.pearson([], []) == 0)
    }

    @Test func aPerfectOrderIsOne() throws {
        #expect(try Correlation.spearman([1, 2, 3], [1, 10, 1000]) == 1)
        #expect(try Correlation.pearson([1, 2, 3], [-2, -4, -6]) == -1)
    }

    @Test func listsOfDifferentLengthAreRefused() {
        #expect(throws: EvaluationError.self) { try Correlation.pearson([1], [1, 2]) }
    }
}
