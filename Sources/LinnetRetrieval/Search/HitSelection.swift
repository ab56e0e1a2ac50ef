/// Chooses hits one by one in the order of a ranking, or by maximal marginal relevance (Carbonell and Goldstein 1998):
/// λ · similarity to the query − (1 − λ) · largest similarity to a hit already chosen.
struct HitSelection {
    /// One candidate, in the order of the ranking.
    struct Candidate {
        var hit: Hit
        /// What λ weighs: the similarity to the query, or the reranker's score.
        var relevance: Double
        /// The chunk's vector; empty where no diversity is asked for.
        var vector: [Float]
    }

    let topK: Int
    /// λ; nil for the plain ranking.
    let diversity: Double?
    let maximumPerSource: Int?

    /// At most `topK` of the candidates, ranked from 1.
    func hits(_ candidates: [Candidate]) -> [Hit] {
        var remaining = candidates
        // Largest similarity of each remaining candidate to a chosen one.
        var redundancy = [Double](repeating: -.infinity, count: candidates.count)
        var chosen: [Hit] = []
        var perSource: [String: Int] = [:]
        while chosen.count < topK, !remaining.isEmpty {
            let place = best(remaining, redundancy)
            let candidate = remaining.remove(at: place)
            redundancy.remove(at: place)
            let source = candidate.hit.source ?? candidate.hit.chunk.documentID
            if let maximumPerSource, perSource[source, default: 0] >= maximumPerSource { continue }
            perSource[source, default: 0] += 1
            var hit = candidate.hit
            hit.rank = chosen.count + 1
            chosen.append(hit)
            guard diversity != nil else { continue }
            for other in remaining.indices {
                redundancy[other] = max(redundancy[other], cosine(candidate.vector, remaining[other].vector))
            }
        }
        return chosen
    }

    private func best(_ candidates: [Candidate], _ redundancy: [Double]) -> Int {
        guard let diversity else { return 0 }
        var best = (place: 0, value: -Double.infinity)
        for (place, candidate) in candidates.enumerated() {
            let repeated = redundancy[place].isFinite ? redundancy[place] : 0
            let value = diversity * candidate.relevance - (1 - diversity) * repeated
            if value > best.value { best = (place, value) }
        }
        return best.place
    }
}

/// a · b / (|a| |b|); 0 when one of them is zero.
func cosine(_ a: [Float], _ b: [Float]) -> Double {
    let lengths = (innerProduct(a, a) * innerProduct(b, b)).squareRoot()
    return lengths > 0 ? innerProduct(a, b) / lengths : 0
}
