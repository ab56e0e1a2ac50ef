/// How well two lists of numbers go together, as `scipy.stats` computes it.
public enum Correlation {
    /// Pearson's r: `cov(x, y) / (σₓ σᵧ)`; 0 where one of the lists does not vary.
    ///
    /// - Throws: ``EvaluationError`` for lists of different length.
    public static func pearson(_ x: [Double], _ y: [Double]) throws -> Double {
        guard x.count == y.count else {
            throw EvaluationError.countMismatch(predictions: x.count, labels: y.count)
        }
        let count = Double(max(x.count, 1))
        let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
        var (products, squaresX, squaresY) = (0.0, 0.0, 0.0)
        for (a, b) in zip(x, y) {
            products += (a - meanX) * (b - meanY)
            squaresX += (a - meanX) * (a - meanX)
            squaresY += (b - meanY) * (b - meanY)
        }
        let scale = (squaresX * squaresY).squareRoot()
        return scale > 0 ? max(-1, min(1, products / scale)) : 0
    }

    /// Spearman's ρ: Pearson's r of the ranks; equal numbers share the mean of their ranks.
    ///
    /// - Throws: ``EvaluationError`` for lists of different length.
    public static func spearman(_ x: [Double], _ y: [Double]) throws -> Double {
        try pearson(ranks(x), ranks(y))
    }

    /// The rank of each number from 1; equal numbers share the mean of theirs.
    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
            start = end
        }
        return ranks
    }
}
