import LinnetTensors

/// The rows with the largest inner products in single precision, by computing all of them: what a search is compared with.
enum ExactNeighbors {
    /// Products that are held at a time.
    private static let mostProducts = 1 << 24

    /// For each query the `count` best rows, best first, ties by smaller row.
    static func rows(of vectors: SampleVectors, nearestTo queries: SampleVectors, count: Int) -> [[Int]] {
        let asked = Tensor(queries.withFloats { Array($0) }, shape: [queries.count, queries.dimension])
        var best = [BestRows](repeating: BestRows(capacity: count), count: queries.count)
        let portion = min(8192, max(64, mostProducts / queries.count))
        for first in stride(from: 0, to: vectors.count, by: portion) {
            let rows = first..<min(first + portion, vectors.count)
            let block = Tensor(vectors.withRows(rows) { Array($0) }, shape: [rows.count, vectors.dimension])
            withoutGradient { asked.linear(block) }.withFloats { products in
                for query in best.indices {
                    let start = query * rows.count
                    best[query].offer(UnsafeBufferPointer(rebasing: products[start..<start + rows.count]), from: first)
                }
            }
        }
        return best.map(\.rows)
    }
}

/// The best rows so far, best first.
private struct BestRows {
    let capacity: Int
    private(set) var rows: [Int] = []
    private var scores: [Float] = []

    init(capacity: Int) { self.capacity = capacity }

    /// Takes in the scores of rows from `first` on, which are later than those before.
    mutating func offer(_ products: UnsafeBufferPointer<Float>, from first: Int) {
        var threshold = scores.count < capacity ? -Float.infinity : scores.last ?? .infinity
        for (place, score) in products.enumerated() where score > threshold {
            let rank = scores.firstIndex { $0 < score } ?? scores.count
            scores.insert(score, at: rank)
            rows.insert(first + place, at: rank)
            if scores.count > capacity {
                scores.removeLast()
                rows.removeLast()
            }
            if scores.count == capacity { threshold = scores[capacity - 1] }
        }
    }
}
