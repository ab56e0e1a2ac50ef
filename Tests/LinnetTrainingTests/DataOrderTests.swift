import Testing

@testable import LinnetTraining

@Suite struct DataOrderTests {
    @Test func everyEpochShowsEveryExampleOnce() {
        let order = DataOrder(count: 103, batchSize: 8, seed: 42)
        let batches = order.batches(epoch: 0)
        #expect(batches.count == order.batchCount)
        #expect(batches.map(\.count) == [Int](repeating: 8, count: 12) + [7])
        #expect(batches.flatMap { $0 }.sorted() == Array(0..<103))
    }

    @Test func theOrderIsAFunctionOfSeedAndEpoch() {
        let order = DataOrder(count: 50, batchSize: 4, seed: 42)
        #expect(order.indices(epoch: 3) == DataOrder(count: 50, batchSize: 4, seed: 42).indices(epoch: 3))
        #expect(order.indices(epoch: 0) != order.indices(epoch: 1))
        #expect(order.indices(epoch: 0) != DataOrder(count: 50, batchSize: 4, seed: 43).indices(epoch: 0))
        #expect(order.indices(epoch: 0) != Array(0..<50))
    }

    /// A change of these numbers breaks the resumption of runs that older releases began.
    @Test func theOrderStaysTheSameBetweenReleases() {
        #expect(DataOrder(count: 10, batchSize: 2, seed: 42).indices(epoch: 0) == [6, 7, 2, 5, 8, 1, 3, 4, 0, 9])
        #expect(DataOrder(count: 10, batchSize: 2, seed: 42).indices(epoch: 1) == [3, 7, 5, 6, 4, 1, 8, 0, 2, 9])
    }

    @Test func everyPlaceIsEquallyLikely() {
        var firsts = [Int](repeating: 0, count: 5)
        for epoch in 0..<5000 { firsts[DataOrder(count: 5, batchSize: 1, seed: 7).indices(epoch: epoch)[0]] += 1 }
        #expect(firsts.allSatisfy { (850...1150).contains($0) }, "\(firsts)")  // 1000 ± 5 standard deviations
    }

    // From transformers 5.23.0: get_length_grouped_indices(lengths, batch_size) with torch.randperm replaced by arange.
    @Test func lengthGroupsEqualTransformers() {
        let lengths = [5, 3, 9, 1, 7, 7, 2, 8, 4, 6, 3, 9, 1, 5, 2, 8, 6, 4, 10, 7]
        let identity = Array(0..<20)
        #expect(
            DataOrder.grouped(identity, lengths: lengths, batchSize: 2)
                == [18, 0, 1, 3, 7, 4, 5, 6, 11, 9, 8, 10, 15, 13, 14, 12, 2, 19, 16, 17])
        #expect(
            DataOrder.grouped(identity, lengths: lengths, batchSize: 3)
                == [18, 0, 1, 4, 5, 3, 7, 8, 6, 11, 9, 10, 13, 14, 12, 15, 16, 17, 2, 19])
    }

    @Test func groupedBatchesHoldSimilarLengths() {
        let lengths = (0..<400).map { $0 * 37 % 101 + 1 }
        let order = DataOrder(groupingByLength: lengths, batchSize: 4, seed: 1)
        let batches = order.batches(epoch: 0)
        #expect(batches.flatMap { $0 }.sorted() == Array(0..<400))
        #expect(lengths[batches[0][0]] == 101, "the longest example comes first")
        let spread = batches.dropFirst().map { batch in
            (batch.map { lengths[$0] }.max() ?? 0) - (batch.map { lengths[$0] }.min() ?? 0)
        }
        #expect(spread.filter { $0 > 10 }.count < 10, "\(spread)")
    }

    @Test func drawingShowsAsManyAsItIsAskedFrom() {
        let order = DataOrder(drawing: 10, from: 3, batchSize: 4, seed: 42)
        #expect(order.batches(epoch: 0).map(\.count) == [4, 4, 2])
        #expect(order.indices(epoch: 0).allSatisfy { (0..<3).contains($0) })
        #expect(order.indices(epoch: 0) != order.indices(epoch: 1))
    }

    @Test func noExamplesMakeNoBatches() {
        #expect(DataOrder(drawing: 4, from: 0, batchSize: 4, seed: 1).batches(epoch: 0).isEmpty)
        #expect(DataOrder(count: 0, batchSize: 4, seed: 1).batches(epoch: 0).isEmpty)
        #expect(DataOrder(groupingByLength: [], batchSize: 4, seed: 1).batches(epoch: 0).isEmpty)
    }

    // MARK: Batches without duplicates

    @Test func noBatchHoldsAKeyTwice() {
        // Eight texts for sixty examples: each occurs many times, as anchor or as positive.
        let keys = (0..<60).map { [$0 % 5, 5 + ($0 * 7) % 11] }
        let order = DataOrder(separating: keys, batchSize: 6, seed: 3)
        for epoch in 0..<4 {
            let batches = order.batches(epoch: epoch)
            #expect(batches.count == order.batchCount)
            for batch in batches {
                let held = batch.flatMap { keys[$0] }
                #expect(Set(held).count == held.count, "\(batch)")
                #expect(!batch.isEmpty && batch.count <= 6)
            }
            let shown = batches.flatMap { $0 }
            #expect(Set(shown).count == shown.count)
            #expect(order.indices(epoch: epoch) == shown)
        }
    }

    @Test func withoutDuplicatesTheOrderIsThePermutation() {
        let keys = (0..<50).map { [2 * $0, 2 * $0 + 1] }
        let plain = DataOrder(count: 50, batchSize: 8, seed: 9)
        #expect(DataOrder(separating: keys, batchSize: 8, seed: 9).batches(epoch: 2) == plain.batches(epoch: 2))
    }

    @Test func oneTextInEveryExampleLeavesOneExampleToABatch() {
        let order = DataOrder(separating: Array(repeating: [1], count: 10), batchSize: 4, seed: 1)
        #expect(order.batches(epoch: 0).map(\.count) == [1, 1, 1])
        #expect(DataOrder(separating: [], batchSize: 4, seed: 1).batches(epoch: 0).isEmpty)
    }
}
