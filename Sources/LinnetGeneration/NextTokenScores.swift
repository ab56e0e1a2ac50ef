import LinnetTensors

/// What one forward pass says of the next tokens: logits and their log-probabilities, row by row.
struct NextTokenScores {
    private let logits: Tensor
    private let logProbabilities: Tensor
    private let columns: Int

    /// - Parameter logits: `[rows, vocabulary]`, of any floating-point type; used up by ``LogitRow``.
    init(_ logits: Tensor) {
        self.logits = logits.converted(to: .float32)
        logProbabilities = self.logits.logSoftmax()
        columns = logits.shape.last ?? 0
    }

    /// Calls `body` with the scores of one row, which it may change.
    func withRow<Result>(_ row: Int, _ body: (LogitRow) throws -> Result) rethrows -> Result {
        try logits.withFloats { try body(LogitRow(slice($0, row))) }
    }

    /// The model's log-probability of a token.
    func logProbability(row: Int, of id: Int32) -> Float {
        logProbabilities.withFloats { values in
            let index = row * columns + Int(id)
            return values.indices.contains(index) ? values[index] : -.infinity
        }
    }

    /// The most probable tokens of a row, first of equal ones first.
    func mostProbable(row: Int, count: Int) -> [TokenProbability] {
        guard count > 0 else { return [] }
        return logProbabilities.withFloats { values in
            var best: [TokenProbability] = []
            for (id, value) in slice(values, row).enumerated() {
                guard best.count < count || value > (best.last?.logProbability ?? 0) else { continue }
                let place = best.firstIndex { $0.logProbability < value } ?? best.count
                best.insert(TokenProbability(id: Int32(id), logProbability: value), at: place)
                if best.count > count { best.removeLast() }
            }
            return best
        }
    }

    private func slice(_ values: UnsafeMutableBufferPointer<Float>, _ row: Int) -> UnsafeMutableBufferPointer<Float> {
        let start = row * columns
        guard start >= 0, start + columns <= values.count else {
            return UnsafeMutableBufferPointer(rebasing: values[..<0])
        }
        return UnsafeMutableBufferPointer(rebasing: values[start..<(start + columns)])
    }
}
