/// Packs units into chunks, one after the other.
struct ChunkPacking {
    private var source: TextUnits
    private let budget: Int
    private let overlap: Int
    /// Units that are not in a finished chunk, or are repeated by the next.
    private var units: [TextUnits.Unit] = []
    private var isAtEnd = false
    /// The first unit of the next chunk.
    private var first = 0
    /// The first unit that no chunk has held yet.
    private var fresh = 0

    init(_ source: TextUnits, budget: Int, overlap: Int) {
        self.source = source
        self.budget = budget
        self.overlap = overlap
    }

    /// The range of the next chunk, or nil at the end.
    mutating func next() -> Range<Int>? {
        fill(to: fresh)
        guard fresh < units.count else { return nil }
        var stop = first
        var cost = 0
        while true {
            fill(to: stop)
            guard stop < units.count, stop == first || cost + units[stop].cost <= budget else { break }
            cost += units[stop].cost
            stop += 1
        }
        if stop < units.count { stop = bestStop(upTo: stop, cost: cost) }
        let range = units[first].range.lowerBound..<units[stop - 1].range.upperBound
        begin(after: stop)
        return range
    }

    /// Reads units until there is one at `index`, or none is left.
    private mutating func fill(to index: Int) {
        while units.count <= index, !isAtEnd {
            let more = source.next()
            isAtEnd = more.isEmpty
            units.append(contentsOf: more)
        }
    }

    /// The place to end a full chunk that could reach to `last`: the best kind of cut in its last third, and of equals
    /// the latest. At least one fresh unit stays in.
    private func bestStop(upTo last: Int, cost: Int) -> Int {
        var best = last
        var remaining = cost
        var stop = last - 1
        while stop > max(first, fresh) {
            remaining -= units[stop].cost
            guard remaining * 3 >= budget * 2 else { break }
            if units[stop].boundary > units[best].boundary { best = stop }
            stop -= 1
        }
        return best
    }

    /// Lets the next chunk begin: with whole sentences of the last one as far as the overlap allows.
    private mutating func begin(after stop: Int) {
        fresh = stop
        var start = stop
        if stop < units.count {
            let room = min(overlap, budget - units[stop].cost)
            var cost = 0
            var candidate = stop - 1
            while candidate > first {
                cost += units[candidate].cost
                guard cost <= room else { break }
                if units[candidate].boundary >= .sentence { start = candidate }
                candidate -= 1
            }
        }
        first = start
        if first > 1_024 {
            units.removeFirst(first)
            fresh -= first
            first = 0
        }
    }
}
