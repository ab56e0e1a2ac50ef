/// What is wrong with a vector that cannot be searched: the end of a sentence that begins "the vector".
struct VectorProblem: CustomStringConvertible {
    let description: String

    /// The problem of a vector; nil if there is none.
    ///
    /// The largest magnitude must lie between 1e-15 and 1e15: outside of that inner products in fp32 vanish or overflow.
    init?(_ vector: [Float]) {
        var largest: Float = 0
        for (place, value) in vector.enumerated() {
            guard value.isFinite else {
                description = "has \(value) at place \(place + 1); expected finite numbers"
                return
            }
            largest = max(largest, abs(value))
        }
        switch largest {
        case 0: description = "is zero: it points nowhere"
        case ..<1e-15, 1e15...:
            description = "has \(largest) as its largest number; expected one between 1e-15 and 1e15"
        default: return nil
        }
    }
}
