/// Reciprocal rank fusion: Σ over rankings of 1 / (constant + rank), ranks from 1 (Cormack, Clarke and Büttcher 2009).
struct ReciprocalRankFusion {
    /// Dampens the difference between the first ranks; 60 in the paper.
    let constant: Double

    /// All chunks of the rankings, best first; ties go to the smaller id.
    func fused(_ rankings: [[ScoredChunk]]) -> [ScoredChunk] {
        var scores: [ChunkID: Double] = [:]
        for ranking in rankings {
            for (place, chunk) in ranking.enumerated() {
                scores[chunk.id, default: 0] += 1 / (constant + Double(place + 1))
            }
        }
        return scores.map { ScoredChunk(id: $0.key, score: $0.value) }
            .sorted { ($0.score, $1.id) > ($1.score, $0.id) }
    }
}
