/// Pairs of symbols with the rank of their merge and the symbol it gives.
final class MergeTable: Sendable {
    struct Merge {
        var rank: UInt32
        var id: Int32
    }

    /// The rank of pairs that do not merge.
    static let never = UInt32.max

    private struct Slot {
        /// -1 for a free slot.
        var first: Int32
        var second: Int32
        var merge: Merge
    }

    /// The symbols that merges give.
    let results: [Int32]
    private let mask: Int
    private let seed: UInt64
    nonisolated(unsafe) private let slots: UnsafeMutablePointer<Slot>

    /// - Parameter pairs: in order of rank. Of equal pairs the last one counts.
    init(_ pairs: [(first: Int32, second: Int32, id: Int32)]) {
        results = pairs.map(\.id)
        var slotCount = 64
        while slotCount < pairs.count * 2 { slotCount *= 2 }
        mask = slotCount - 1
        seed = UInt64.random(in: 1...UInt64.max)
        slots = .allocate(capacity: slotCount)
        let free = Slot(first: -1, second: -1, merge: Merge(rank: Self.never, id: -1))
        slots.initialize(repeating: free, count: slotCount)
        for (rank, pair) in pairs.enumerated() {
            var index = place(pair.first, pair.second)
            while slots[index].first >= 0, slots[index].first != pair.first || slots[index].second != pair.second {
                index = (index + 1) & mask
            }
            let merge = Merge(rank: UInt32(truncatingIfNeeded: rank), id: pair.id)
            slots[index] = Slot(first: pair.first, second: pair.second, merge: merge)
        }
    }

    deinit { slots.deallocate() }

    @inline(__always)
    private func place(_ first: Int32, _ second: Int32) -> Int {
        let key = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
        let mixed = (key ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: (mixed.high ^ mixed.low) >> 1) & mask
    }

    /// The merge of two neighbours; its rank is `never` when there is none.
    @inline(__always)
    func merge(_ first: Int32, _ second: Int32) -> Merge {
        var index = place(first, second)
        while slots[index].first >= 0 {
            if slots[index].first == first, slots[index].second == second { return slots[index].merge }
            index = (index + 1) & mask
        }
        return Merge(rank: Self.never, id: -1)
    }
}
