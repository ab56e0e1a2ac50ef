/// Stand-in until LinnetTensors has it.
final class VectorCodes {
    private let dimension: Int
    private(set) var count = 0
    private var codes: [Int8] = []
    private var scales: [Float] = []

    init(dimension: Int) { self.dimension = dimension }

    static func encode(_ vector: [Float]) -> (codes: [Int8], scale: Float) {
        let scale = (vector.map(abs).max() ?? 0) / 127
        return (vector.map { Int8(max(-127, min(127, ($0 / scale).rounded()))) }, scale)
    }

    func append(codes code: UnsafeBufferPointer<Int8>, scale: Float) {
        codes.append(contentsOf: code)
        scales.append(scale)
        count += 1
    }

    func removeRow(_ row: Int) {
        let last = count - 1
        for i in 0..<dimension { codes[row * dimension + i] = codes[last * dimension + i] }
        scales[row] = scales[last]
        codes.removeLast(dimension)
        scales.removeLast()
        count = last
    }

    func nearest(to queries: [[Float]], count: Int, allowed: [Bool]? = nil) -> [[(row: Int, score: Float)]] {
        queries.map { query in
            var found: [(row: Int, score: Float)] = []
            codes.withUnsafeBufferPointer { codes in
                for row in 0..<self.count where allowed?[row] ?? true {
                    var sum: Float = 0
                    for i in 0..<dimension { sum += query[i] * Float(codes[row * dimension + i]) }
                    found.append((row, sum * scales[row]))
                }
            }
            return Array(found.sorted { ($0.score, $1.row) > ($1.score, $0.row) }.prefix(count))
        }
    }
}
