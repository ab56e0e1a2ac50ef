/// The scores of all tokens at one place of one answer, on their way from the model's logits to a choice.
///
/// Penalties change scores in place; filters narrow the tokens that are left.
struct LogitRow {
    /// One score per token. Those of tokens outside ``candidates`` no longer count.
    let values: UnsafeMutableBufferPointer<Float>
    /// The tokens that are left, ascending; `nil` is all of them.
    private(set) var candidates: [Int32]?

    /// A row of the model's logits.
    init(_ values: UnsafeMutableBufferPointer<Float>) {
        self.values = values
    }

    /// The score of a token; `nil` for an id that the model does not have.
    subscript(id: Int32) -> Float? {
        get { values.indices.contains(Int(id)) ? values[Int(id)] : nil }
        nonmutating set {
            if let newValue, values.indices.contains(Int(id)) { values[Int(id)] = newValue }
        }
    }

    /// Narrows the tokens that are left; at least one has to be.
    mutating func keep(_ ids: [Int32]) { candidates = ids }

    /// Divides every score that is left.
    func divide(by divisor: Float) {
        if let candidates {
            for id in candidates { values[Int(id)] /= divisor }
        } else {
            for index in values.indices { values[index] /= divisor }
        }
    }

    /// The token with the highest score; of equal ones the first, as `torch.argmax` takes it.
    var best: Int32 {
        guard let candidates else { return Self.firstMaximum(values) }
        var best = candidates.first ?? 0
        for id in candidates where values[Int(id)] > values[Int(best)] { best = id }
        return best
    }

    /// The tokens that are left with their scores, ascending by id.
    var entries: [(id: Int32, score: Float)] {
        guard let candidates else { return values.enumerated().map { (Int32($0), $1) } }
        return candidates.map { ($0, values[Int($0)]) }
    }

    /// Softmax over the tokens that are left, ascending by id.
    func probabilities() -> [(id: Int32, probability: Float)] {
        let entries = entries
        let top = entries.reduce(-Float.infinity) { max($0, $1.score) }
        guard top > -.infinity else { return entries.map { ($0.id, 1 / Float(entries.count)) } }
        var weights = entries.map { (id: $0.id, probability: exponential($0.score - top)) }
        let total = Float(weights.reduce(0.0) { $0 + Double($1.probability) })
        for index in weights.indices { weights[index].probability /= total }
        return weights
    }

    /// The first of the largest values, in vectors of 16.
    private static func firstMaximum(_ values: UnsafeMutableBufferPointer<Float>) -> Int32 {
        typealias Lanes = SIMD16<Float>
        let lanes = Lanes.scalarCount
        let whole = values.count / lanes * lanes
        var maxima = Lanes(repeating: -.infinity)
        let bytes = UnsafeRawBufferPointer(values)
        for index in stride(from: 0, to: whole, by: lanes) {
            let next = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Float>.size, as: Lanes.self)
            maxima.replace(with: next, where: next .> maxima)
        }
        var largest = -Float.infinity
        for lane in 0..<lanes where maxima[lane] > largest { largest = maxima[lane] }
        for index in whole..<values.count where values[index] > largest { largest = values[index] }
        return Int32(values.firstIndex(of: largest) ?? 0)
    }
}
