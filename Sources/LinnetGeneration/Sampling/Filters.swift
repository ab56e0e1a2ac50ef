/// `TemperatureLogitsWarper`: divides scores, which sharpens (below 1) or flattens (above) the distribution.
struct Temperature: LogitProcessor {
    let temperature: Float

    func process(_ row: inout LogitRow, _ history: TokenHistory) { row.divide(by: temperature) }
}

/// `TopKLogitsWarper`: keeps the tokens whose score is at least the k-th highest; ties at the edge all stay.
struct TopK: LogitProcessor {
    let count: Int

    func process(_ row: inout LogitRow, _ history: TokenHistory) {
        let entries = row.candidates?.count ?? row.values.count
        guard count < entries else { return }
        let edge = edge(row)
        if let candidates = row.candidates {
            row.keep(candidates.filter { row.values[Int($0)] >= edge })
        } else {
            var kept: [Int32] = []
            for index in row.values.indices where row.values[index] >= edge { kept.append(Int32(index)) }
            row.keep(kept)
        }
    }

    /// The k-th highest score, from a heap of the k highest so far with the lowest on top.
    private func edge(_ row: LogitRow) -> Float {
        var heap: [Float] = []
        heap.reserveCapacity(count)
        func offer(_ score: Float) {
            if heap.count < count {
                heap.append(score)
                if heap.count == count { heap.sort() }  // An ascending array is a heap.
            } else if score > heap[0] {
                heap[0] = score
                siftDown(&heap)
            }
        }
        if let candidates = row.candidates {
            for id in candidates { offer(row.values[Int(id)]) }
        } else {
            for score in row.values { offer(score) }
        }
        return heap[0]
    }

    private func siftDown(_ heap: inout [Float]) {
        var parent = 0
        while 2 * parent + 1 < heap.count {
            var child = 2 * parent + 1
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}

/// `TopPLogitsWarper` (Holtzman et al. 2020): keeps the most probable tokens until together they reach the probability;
/// at least one stays.
struct TopP: LogitProcessor {
    let probability: Double

    func process(_ row: inout LogitRow, _ history: TokenHistory) {
        let all = row.probabilities()
        // Sorting a whole vocabulary takes longer than a small model's step, and the nucleus is rarely a part of it.
        var threshold: Float = all.count > 4096 ? 1e-4 : 0
        while true {
            let likely = all.filter { $0.probability >= threshold }.sorted { left, right in
                left.probability != right.probability ? left.probability > right.probability : left.id > right.id
            }
            var mass = 0.0
            var kept: [Int32] = []
            for entry in likely {
                if mass >= probability, !kept.isEmpty { break }
                kept.append(entry.id)
                mass += Double(entry.probability)
            }
            if mass >= probability || threshold == 0 {
                row.keep(kept.sorted())
                return
            }
            threshold = threshold > 1e-9 ? threshold / 64 : 0
        }
    }
}

/// `MinPLogitsWarper`: keeps the tokens at least a share as probable as the most probable one.
struct MinP: LogitProcessor {
    let share: Double

    func process(_ row: inout LogitRow, _ history: TokenHistory) {
        let all = row.probabilities()
        let top = all.reduce(0) { max($0, $1.probability) }
        let edge = Float(share) * top
        row.keep(all.filter { $0.probability >= edge || $0.probability == top }.map(\.id))
    }
}
