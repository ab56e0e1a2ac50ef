import LinnetTensors
import TestSupport
import Testing

@Suite struct LayoutTests {
    @Test func transposeMatchesPyTorch() throws {
        try OperationCase("transpose").expectMatches { $0[0].transposed() }
    }

    @Test func transposeOfMiddleDimensionsMatchesPyTorch() throws {
        try OperationCase("transpose_middle").expectMatches { $0[0].transposed(1, 2) }
    }

    @Test func aPermutationThatIsNotItsOwnInverseMatchesPyTorch() throws {
        try OperationCase("permute").expectMatches { $0[0].permuted([2, 0, 1]) }
    }

    @Test func concatenationMatchesPyTorch() throws {
        try OperationCase("concatenate_rows").expectMatches { Tensor.concatenated($0) }
        try OperationCase("concatenate_columns").expectMatches { Tensor.concatenated($0, axis: 1) }
    }

    @Test func slicesMatchPyTorch() throws {
        try OperationCase("slice_rows").expectMatches { $0[0].slice(1..<4) }
        try OperationCase("slice_columns").expectMatches { $0[0].slice(2..<5, axis: 1) }
    }
}
