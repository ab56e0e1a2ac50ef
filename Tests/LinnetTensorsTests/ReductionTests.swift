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

    @Test func argmaxFindsTheLargestOfEachRow() {
        #expect(Tensor([1, 5, 2, -3, -4, -1], shape: [2, 3]).argmax() == [1, 2])
    }
}
