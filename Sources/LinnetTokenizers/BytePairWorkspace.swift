/// The symbols of one word while they merge.
struct BytePairWorkspace {
    private var symbols: [Int32] = []
    /// The rank of the merge of each symbol with its successor.
    private var ranks: [UInt32] = []
    /// The id that this merge gives.
    private var merged: [Int32] = []
    private var next: [Int] = []
    private var previous: [Int] = []
    private var heap: [UInt64] = []
    private var endsWithUnknown = false

    /// Up to this many symbols a scan for the lowest rank is faster than a heap.
    private static let scanLimit = 48

    /// Begins a word.
    mutating func start() {
        symbols.removeAll(keepingCapacity: true)
        endsWithUnknown = false
    }

    mutating func append(_ id: Int32) {
        symbols.append(id)
        endsWithUnknown = false
    }

    /// Appends the symbol for something unknown, unless it fuses with an unknown one before it.
    mutating func append(unknown id: Int32, fusing: Bool) {
        if fusing, endsWithUnknown { return }
        symbols.append(id)
        endsWithUnknown = true
    }

    /// Gives back storage for more than `limit` symbols.
    mutating func reset(keeping limit: Int) {
        if symbols.capacity > limit { self = BytePairWorkspace() }
    }

    /// Merges until no pair is left, then hands out the symbols in order.
    mutating func merge(by table: MergeTable, _ output: (Int32) -> Void) {
        if table.results.isEmpty {
            for id in symbols { output(id) }
        } else if symbols.count <= Self.scanLimit {
            mergeByScan(table)
            for id in symbols { output(id) }
        } else {
            mergeByHeap(table, output)
        }
    }

    private mutating func mergeByScan(_ table: MergeTable) {
        guard symbols.count > 1 else { return }
        ranks.removeAll(keepingCapacity: true)
        merged.removeAll(keepingCapacity: true)
        for index in 0..<symbols.count - 1 {
            let merge = table.merge(symbols[index], symbols[index + 1])
            ranks.append(merge.rank)
            merged.append(merge.id)
        }
        while true {
            var best = MergeTable.never
            var place = 0
            for (index, rank) in ranks.enumerated() where rank < best {
                best = rank
                place = index
            }
            guard best != MergeTable.never else { return }
            symbols[place] = merged[place]
            symbols.remove(at: place + 1)
            ranks.remove(at: place)
            merged.remove(at: place)
            if place < ranks.count { update(place, symbols[place + 1], table) }
            if place > 0 { update(place - 1, symbols[place], table) }
        }
    }

    /// Looks up the merge of the symbol at `place` with `successor`.
    private mutating func update(_ place: Int, _ successor: Int32, _ table: MergeTable) {
        let merge = table.merge(symbols[place], successor)
        ranks[place] = merge.rank
        merged[place] = merge.id
    }

    /// A linked list of symbols and a heap of (rank, place). Entries that no longer hold are passed over.
    private mutating func mergeByHeap(_ table: MergeTable, _ output: (Int32) -> Void) {
        let count = symbols.count
        next = Array(1...count)
        previous = Array(-1..<count - 1)
        ranks = [UInt32](repeating: MergeTable.never, count: count)
        merged = [Int32](repeating: -1, count: count)
        heap.removeAll(keepingCapacity: true)
        for place in 0..<count - 1 {
            update(place, symbols[place + 1], table)
            if ranks[place] != MergeTable.never { heap.append(Self.key(ranks[place], place)) }
        }
        heap.sort()  // a sorted array is a heap
        while let key = popLowest() {
            let place = Int(truncatingIfNeeded: key & 0xFFFF_FFFF)
            guard UInt64(ranks[place]) == key >> 32 else { continue }
            let gone = next[place]
            symbols[place] = merged[place]
            ranks[gone] = MergeTable.never
            next[place] = next[gone]
            if next[gone] < count { previous[next[gone]] = place }
            ranks[place] = MergeTable.never
            if next[place] < count { renew(place, table) }
            if previous[place] >= 0 { renew(previous[place], table) }
        }
        var place = 0
        while place < count {
            output(symbols[place])
            place = next[place]
        }
        symbols.removeAll(keepingCapacity: true)
    }

    private mutating func renew(_ place: Int, _ table: MergeTable) {
        let before = ranks[place]
        update(place, symbols[next[place]], table)
        if ranks[place] != MergeTable.never, ranks[place] != before { push(Self.key(ranks[place], place)) }
    }

    private static func key(_ rank: UInt32, _ place: Int) -> UInt64 {
        UInt64(rank) << 32 | UInt64(UInt32(truncatingIfNeeded: place))
    }

    private mutating func push(_ key: UInt64) {
        heap.append(key)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func popLowest() -> UInt64? {
        guard let lowest = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return lowest }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            let left = parent * 2 + 1
            if left < heap.count, heap[left] < heap[least] { least = left }
            if left + 1 < heap.count, heap[left + 1] < heap[least] { least = left + 1 }
            guard least != parent else { return lowest }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
