import LinnetTensors
import TestSupport
import Testing

@Suite struct ReductionTests {
    @Test func sumMatchesPyTorch() throws { try OperationCase("sum").expectMatches { $0[0].sum() } }

    @Test func sumOverTheLastDimensionMatchesPyTorch() throws {
        try OperationCase("sum_last").expectMatches { $0[0].sum(axis: -1) }
    }

    @Test func sumOverAMiddleDimensionKeepsItWhenAsked() throws {
        try OperationCase("sum_middle_kept").expectMatches { $0[0].sum(axis: 1, keepingDimension: true) }
    }

    @Test func meanMatchesPyTorch() throws { try OperationCase("mean").expectMatches { $0[0].mean() } }

    @Test func meanOverTheFirstDimensionMatchesPyTorch() throws {
        try OperationCase("mean_first").expectMatches { $0[0].mean(axis: 0) }
    }

    @Test func meanOverTheLastDimensionKeepsItWhenAsked() throws {
        try OperationCase("mean_last_kept").expectMatches { $0[0].mean(axis: -1, keepingDimension: true) }
    }

    @Test(arguments: [1, 15, 16, 17, 1000, 50257])
    func argmaxFindsTheGreatestOfALargeVocabulary(columns: Int) {
        // bf16 keeps the integers up to 256, so equal greatest elements occur.
        let values = (0..<(3 * columns)).map { Float(($0 * 7919) % 251) }
        let expected = (0..<3).map { row in
            (0..<columns).max { values[row * columns + $0] < values[row * columns + $1] } ?? -1
        }
        let logits = Tensor(values, shape: [3, columns])
        #expect(logits.argmax() == expected)
        #expect(logits.converted(to: .bfloat16).argmax() == expected)
    }

    @Test func argmaxOfNothingFiniteIsTheFirst() {
        let infinity = -Float.infinity
        #expect(Tensor([infinity, infinity, .nan, 1], shape: [2, 2]).argmax() == [0, 1])
    }

    @Test func argmaxFindsTheLargestOfEachRow() {
        #expect(Tensor([1, 5, 2, -3, -4, -1], shape: [2, 3]).argmax() == [1, 2])
    }
}
