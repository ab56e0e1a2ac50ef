import LinnetLayers
import Testing

@Suite struct TokenBatchTests {
    @Test func sequencesStandOneAfterAnother() {
        let batch = TokenBatch([[5, 6, 7], [], [8]], typeIds: [[0, 0, 1], [], [0]])
        #expect(batch.offsets == [0, 3, 3, 4])
        #expect(batch.tokenCount == 4)
        #expect(batch.ids.count % 16 == 0)
        #expect(Array(batch.ids.prefix(5)) == [5, 6, 7, 8, -1])
        #expect(Array(batch.typeIds.prefix(5)) == [0, 0, 1, 0, -1])
        #expect(Array(batch.positions.prefix(5)) == [0, 1, 2, 0, -1])
        #expect(batch.firstRows == [0, -1, 3])
    }
}
