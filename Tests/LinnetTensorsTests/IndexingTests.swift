import LinnetTensors
import TestSupport
import Testing

@Suite struct IndexingTests {
    @Test func gatheredRowsMatchPyTorchsEmbedding() throws {
        let golden = try OperationCase("embedding")
        let index = try golden.index()
        try golden.expectMatches { $0[0].gatheredRows(index) }
    }

    @Test func embeddingGradientSumsTheRowsThatAreReadTwice() throws {
        let golden = try Golden("operations.safetensors")
        let table = Parameter(name: "table", values: try golden.tensor("embedding.input0"))
        let output = embeddingSum(word: table, ids: try golden.integers("embedding.index"), dtype: .float32)
        output.backward(gradient: try golden.tensor("embedding.upstream"))
        expectClose(output, try golden.tensor("embedding.output"), "output")
        expectClose(table.gradient, try golden.tensor("embedding.gradient0"), "gradient")
    }

    @Test func maskedFillMatchesPyTorch() throws {
        let golden = try OperationCase("masked_fill")
        let mask = try golden.index().map { $0 == 1 }
        try golden.expectMatches { $0[0].maskedFill(mask, -3) }
    }

    @Test func segmentMeansMatchPyTorch() throws {
        let golden = try OperationCase("segment_mean")
        let offsets = try golden.index()
        try golden.expectMatches { $0[0].segmentMeans(offsets: offsets) }
    }

    @Test func normalizedRowsMatchPyTorch() throws {
        try OperationCase("normalize").expectMatches { $0[0].l2Normalized() }
    }
}
