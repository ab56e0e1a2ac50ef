import LinnetTensors

extension SQLiteStore {
    /// For every query the chunks with the largest inner products, best first; ties go to the chunk stored first.
    ///
    /// All codes are scanned; the best of them, at least four times as many as asked for, are compared again with their
    /// fp32 vectors. With a filter the chunks it allows are found first.
    /// - Throws: ``RetrievalError``: `invalid` for a query that is no vector of the store's dimension.
    public func nearest(to queries: [[Float]], count: Int, where filter: MetadataFilter?) throws -> [[ScoredChunk]] {
        try connection.reading {
            try synchronise()
            try check(queries)
            guard count > 0, let identity, let codes = try loadedCodes(), codes.count > 0 else {
                return queries.map { _ in [] }
            }
            let allowed = try filter.map { try allowedChunks($0) }
            let (wanted, overflow) = count.multipliedReportingOverflow(by: 4)
            let candidates = codes.nearest(to: queries, count: overflow ? count : max(wanted, 64), allowed: allowed)
            return try rescored(queries, candidates, count: count, dimension: identity.dimension)
        }
    }

    private func check(_ queries: [[Float]]) throws {
        for (place, query) in queries.enumerated() {
            if let dimension = identity?.dimension, query.count != dimension {
                throw RetrievalError(
                    .invalid, path: path,
                    "query \(place + 1) has \(query.count) numbers; the store's vectors have \(dimension)")
            }
            if let problem = VectorProblem(query) {
                throw RetrievalError(.invalid, "query \(place + 1): the vector \(problem)")
            }
        }
    }

    /// Inner products with the stored vectors. Each vector is read once, in the order of the file.
    private func rescored(
        _ queries: [[Float]], _ candidates: [[ChunkID]], count: Int, dimension: Int
    ) throws -> [[ScoredChunk]] {
        var askers: [ChunkID: [Int]] = [:]
        for (query, chunks) in candidates.enumerated() {
            for chunk in chunks { askers[chunk, default: []].append(query) }
        }
        var scored = [[ScoredChunk]](repeating: [], count: queries.count)
        let statement = try connection.statement("SELECT vector FROM vectors WHERE chunk = ?")
        for (chunk, asking) in askers.sorted(by: { $0.key < $1.key }) {
            guard let vector = try statement.first([.integer(chunk)], { try vector($0, 0, dimension) }) else {
                throw connection.contradiction("chunk \(chunk) has a code and no vector")
            }
            for query in asking {
                scored[query].append(ScoredChunk(id: chunk, score: innerProduct(queries[query], vector)))
            }
        }
        return scored.map { Array($0.sorted { ($0.score, $1.id) > ($1.score, $0.id) }.prefix(count)) }
    }

    /// The codes of the store, read when they are first needed.
    private func loadedCodes() throws -> ChunkCodes? {
        if let codes { return codes }
        guard let dimension = identity?.dimension else { return nil }
        let loaded = ChunkCodes(dimension: dimension)
        try catchUp(loaded)
        codes = loaded
        return loaded
    }

    /// Adds the codes of new chunks and removes those of chunks that are gone. Ids only grow, so the new ones are those
    /// above the largest known.
    func catchUp(_ codes: ChunkCodes) throws {
        guard let dimension = identity?.dimension else { return }
        let sql = "SELECT chunk, scale, code FROM codes WHERE chunk > ? ORDER BY chunk"
        try connection.statement(sql).forEachRow([.integer(codes.lastChunk)]) { row in
            let bytes = try row.bytes(2)
            let scale = Float(try row.real(1))
            guard bytes.count == dimension, scale.isFinite, scale > 0 else {
                throw connection.contradiction("chunk \(try row.integer(0)) has a code that is none")
            }
            codes.append(try row.integer(0), bytes.bindMemory(to: Int8.self), scale: scale)
            return true
        }
        let total = Int(try connection.integer("SELECT count(*) FROM chunks"))
        guard codes.count != total else { return }
        let present = Set(try connection.statement("SELECT id FROM chunks").rows { try $0.integer(0) })
        codes.remove(codes.chunks.filter { !present.contains($0) })
        guard codes.count == total else {
            throw connection.contradiction("\(total) chunks with \(codes.count) codes")
        }
    }
}

/// Σ aᵢ bᵢ in double precision.
func innerProduct(_ a: [Float], _ b: [Float]) -> Double {
    var sum = 0.0
    for place in 0..<min(a.count, b.count) { sum += Double(a[place]) * Double(b[place]) }
    return sum
}
