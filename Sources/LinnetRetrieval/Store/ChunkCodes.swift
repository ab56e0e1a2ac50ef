import LinnetTensors

/// The int8 codes of a store's vectors in memory, with the chunk that each row belongs to.
final class ChunkCodes {
    private let codes: VectorCodes
    /// Chunk of each row.
    private(set) var chunks: [ChunkID] = []
    /// Row of each chunk; made when it is first asked for, because most searches never need it.
    private var rows: [ChunkID: Int]?
    /// Largest id that was ever appended; ids grow and are never used again.
    private(set) var lastChunk: ChunkID = 0

    init(dimension: Int) { codes = VectorCodes(dimension: dimension) }

    /// Number of vectors.
    var count: Int { chunks.count }

    /// Adds the code of a chunk.
    func append(_ chunk: ChunkID, _ code: UnsafeBufferPointer<Int8>, scale: Float) {
        codes.append(codes: code, scale: scale)
        rows?[chunk] = chunks.count
        chunks.append(chunk)
        lastChunk = max(lastChunk, chunk)
    }

    /// Removes those of the chunks that are there; the last row moves into the place of each.
    func remove(_ removed: [ChunkID]) {
        guard !removed.isEmpty else { return }
        var places = places()
        rows = nil
        for chunk in removed {
            guard let row = places.removeValue(forKey: chunk), let last = chunks.popLast() else { continue }
            codes.removeRow(row)
            if row < chunks.count {
                chunks[row] = last
                places[last] = row
            }
        }
        rows = places
    }

    /// For every query the chunks with the largest approximate inner products; of `allowed` ones only, if given.
    func nearest(to queries: [[Float]], count: Int, allowed: [ChunkID]?) -> [[ChunkID]] {
        var flags: [Bool]?
        if let allowed {
            let places = places()
            var marked = [Bool](repeating: false, count: chunks.count)
            for chunk in allowed { if let row = places[chunk] { marked[row] = true } }
            flags = marked
        }
        return codes.nearest(to: queries, count: min(count, chunks.count), allowed: flags).map { found in
            found.map { chunks[$0.row] }
        }
    }

    /// Row of each chunk.
    private func places() -> [ChunkID: Int] {
        if let known = rows { return known }
        let made = Dictionary(zip(chunks, chunks.indices)) { first, _ in first }
        rows = made
        return made
    }
}
