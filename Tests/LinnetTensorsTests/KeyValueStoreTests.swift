import LinnetTensors
import TestSupport
import Testing

@Suite struct KeyValueStoreTests {
    private let heads = 4
    private let keyValueHeads = 2
    private let headDim = 8
    private let capacity = 300

    private func numbers(_ rows: Int, _ columns: Int, seed: UInt64) -> Tensor {
        var generator = RandomNumbers(seed: seed)
        return Tensor((0..<(rows * columns)).map { _ in Float(generator.normal()) }, shape: [rows, columns])
    }

    /// Two sequences, the second in an earlier slot, computed in pieces of different length.
    @Test(arguments: [nil, 40], [DType.float32, .bfloat16])
    func piecesThroughTheStoreEqualTheWhole(window: Int?, dtype: DType) {
        let lengths = [210, 290]
        let total = lengths.reduce(0, +)
        let q = numbers(total, heads * headDim, seed: 1).converted(to: dtype)
        let k = numbers(total, keyValueHeads * headDim, seed: 2).converted(to: dtype)
        let v = numbers(total, keyValueHeads * headDim, seed: 3).converted(to: dtype)
        let offsets = [0, Int32(lengths[0]), Int32(total)]
        let whole = groupedAttention(
            q, k, v, heads: heads, keyValueHeads: keyValueHeads,
            segments: AttentionSegments(queryOffsets: offsets, keyOffsets: offsets), slidingWindow: window)

        let store = KeyValueStore(slots: 3, capacity: capacity, width: keyValueHeads * headDim, dtype: dtype)
        let slots = [2, 0]
        var held = [0, 0]
        for pieces in [[130, 200], [1, 1], [7, 3], [1, 0], [71, 86]] {
            let rows = (0..<2).flatMap { sequence -> [Int32] in
                let start = Int(offsets[sequence]) + held[sequence]
                return (start..<(start + pieces[sequence])).map { Int32($0) }
            }
            let pieceOffsets = [0, Int32(pieces[0]), Int32(pieces[0] + pieces[1])]
            store.append(
                k.gatheredRows(rows), v.gatheredRows(rows), offsets: pieceOffsets, slots: slots, at: held)
            for sequence in 0..<2 { held[sequence] += pieces[sequence] }
            let output = groupedAttention(
                q.gatheredRows(rows), store.keys, store.values, heads: heads, keyValueHeads: keyValueHeads,
                segments: AttentionSegments(
                    queryOffsets: pieceOffsets, keyStarts: slots.map { Int32($0 * capacity) },
                    keyCounts: held.map { Int32($0) }),
                slidingWindow: window)
            let tolerance = dtype == .float32 ? Tolerance.float32 : .bfloat16
            expectClose(output, whole.gatheredRows(rows), tolerance: tolerance, "pieces of \(pieces)")
        }
        #expect(held == lengths)
    }

    @Test func aCopiedPrefixIsThatOfTheOtherSlot() {
        let store = KeyValueStore(slots: 2, capacity: 4, width: 2, dtype: .float32)
        let fresh = numbers(3, 2, seed: 4)
        store.append(fresh, fresh * 2, offsets: [0, 3], slots: [0], at: [0])
        store.copyPrefix(from: 0, to: 1, length: 2)
        #expect(store.keys.slice(4..<6).floats() == fresh.slice(0..<2).floats())
        #expect(store.values.slice(4..<6).floats() == (fresh * 2).slice(0..<2).floats())
    }
}
