/// The symbols of one word while they merge.
///
/// Short words are scanned for the merge of lowest rank again and again; long ones keep a heap of merges and a linked list
/// of symbols, so that time is n log n.
final class BytePairWorkspace {
    /// A symbol with the merge with its successor.
    private struct Symbol {
        var id: Int32
        /// What the merge gives.
        var merged: Int32
        var rank: UInt32
    }

    /// Up to this many symbols a scan for the lowest rank is faster than a heap.
    private static let scanLimit = 48

    private var symbols: UnsafeMutablePointer<Symbol>
    private var capacity = 256
    private var count = 0
    private var endsWithUnknown = false
    private var next: [Int] = []
    private var previous: [Int] = []
    private var heap: [UInt64] = []

    init() {
        symbols = .allocate(capacity: 256)
    }

    deinit { symbols.deallocate() }

    /// Begins a word of at most `limit` symbols.
    func start(limit: Int) {
        count = 0
        endsWithUnknown = false
        guard limit > capacity else { return }
        symbols.deallocate()
        capacity = limit
        symbols = .allocate(capacity: limit)
    }

    /// Appends a symbol of the word.
    @inline(__always)
    func append(_ id: Int32) {
        guard count < capacity else { return }
        symbols[count] = Symbol(id: id, merged: -1, rank: MergeTable.never)
        count += 1
        endsWithUnknown = false
    }

    /// Appends the symbol for something unknown, unless it fuses with an unknown one before it.
    func append(unknown id: Int32, fusing: Bool) {
        if fusing, endsWithUnknown { return }
        append(id)
        endsWithUnknown = true
    }

    /// Gives back storage for more than `limit` symbols.
    func reset(keeping limit: Int) {
        if next.capacity > limit {
            next = []
            previous = []
            heap = []
        }
        guard capacity > limit else { return }
        symbols.deallocate()
        capacity = 256
        symbols = .allocate(capacity: capacity)
    }

    /// Merges until no pair is left, then hands out the symbols in order.
    @inline(__always)
    func merge(by table: MergeTable, _ output: (Int32) -> Void) {
        guard count > Self.scanLimit, !table.results.isEmpty else {
            if count > 1, !table.results.isEmpty { mergeByScan(table) }
            for place in 0..<count { output(symbols[place].id) }
            return
        }
        mergeByHeap(table)
        var place = 0
        while place < count {
            output(symbols[place].id)
            place = next[place]
        }
    }

    /// Looks up the merge of the symbol at `place` with the one at `successor`.
    @inline(__always)
    private func update(_ place: Int, _ successor: Int, _ table: MergeTable) {
        let merge = table.merge(symbols[place].id, symbols[successor].id)
        symbols[place].rank = merge.rank
        symbols[place].merged = merge.id
    }

    private func mergeByScan(_ table: MergeTable) {
        let symbols = symbols
        for place in 0..<count - 1 { update(place, place + 1, table) }
        while true {
            var best = MergeTable.never
            var place = 0
            for index in 0..<count - 1 where symbols[index].rank < best {
                best = symbols[index].rank
                place = index
            }
            guard best != MergeTable.never else { return }
            symbols[place] = Symbol(id: symbols[place].merged, merged: -1, rank: MergeTable.never)
            for index in place + 1..<count - 1 { symbols[index] = symbols[index + 1] }
            count -= 1
            if place + 1 < count { update(place, place + 1, table) }
            if place > 0 { update(place - 1, place, table) }
        }
    }

    /// A linked list of symbols and a heap of (rank, place). Entries that no longer hold are passed over.
    private func mergeByHeap(_ table: MergeTable) {
        next = Array(1...count)
        previous = Array(-1..<count - 1)
        heap.removeAll(keepingCapacity: true)
        for place in 0..<count - 1 {
            update(place, place + 1, table)
            if symbols[place].rank != MergeTable.never { heap.append(Self.key(symbols[place].rank, place)) }
        }
        heap.sort()  // a sorted array is a heap
        while let key = popLowest() {
            let place = Int(truncatingIfNeeded: key & 0xFFFF_FFFF)
            guard UInt64(symbols[place].rank) == key >> 32 else { continue }
            let gone = next[place]
            symbols[place] = Symbol(id: symbols[place].merged, merged: -1, rank: MergeTable.never)
            symbols[gone].rank = MergeTable.never
            next[place] = next[gone]
            if next[gone] < count { previous[next[gone]] = place }
            if next[place] < count { renew(place, table) }
            if previous[place] >= 0 { renew(previous[place], table) }
        }
    }

    private func renew(_ place: Int, _ table: MergeTable) {
        let before = symbols[place].rank
        update(place, next[place], table)
        let rank = symbols[place].rank
        if rank != MergeTable.never, rank != before { push(Self.key(rank, place)) }
    }

    private static func key(_ rank: UInt32, _ place: Int) -> UInt64 {
        UInt64(rank) << 32 | UInt64(UInt32(truncatingIfNeeded: place))
    }

    private func push(_ key: UInt64) {
        heap.append(key)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private func popLowest() -> UInt64? {
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
