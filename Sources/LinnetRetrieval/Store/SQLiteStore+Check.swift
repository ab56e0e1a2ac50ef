extension SQLiteStore {
    /// Proves that the file is whole: SQLite's own check of every page, and that every chunk has its document, its
    /// vector, the code of that vector, its length and its place in the keyword index, and that nothing else is there.
    ///
    /// Reads the whole file. The keyword index is compared with the texts, for which the file must be writable.
    /// - Returns: numbers of documents and chunks.
    /// - Throws: ``RetrievalError`` `corrupt` with the first contradiction.
    @discardableResult
    public func check() throws -> (documents: Int, chunks: Int) {
        let counts = try connection.reading {
            try synchronise()
            try checkStructure()
            try checkRows()
            try checkVectors()
            return try self.counts()
        }
        try connection.writing {
            try connection.run("INSERT INTO keywords (keywords, rank) VALUES ('integrity-check', 1)")
        }
        return counts
    }

    private func checkStructure() throws {
        let found = try connection.temporary("PRAGMA integrity_check(1)").rows { try $0.text(0) }
        guard found == ["ok"] else { throw connection.contradiction(found.first ?? "the check found nothing to check") }
    }

    /// Each query counts what must not be.
    private func checkRows() throws {
        let contradictions = [
            (
                "chunks without a document",
                "SELECT count(*) FROM chunks WHERE document NOT IN (SELECT number FROM documents)"
            ),
            (
                "metadata without a document",
                "SELECT count(*) FROM metadata WHERE document NOT IN (SELECT number FROM documents)"
            ),
            (
                "documents with gaps between their chunks",
                """
                SELECT count(*) FROM (SELECT 1 FROM chunks GROUP BY document
                HAVING min(ordinal) <> 0 OR max(ordinal) <> count(*) - 1)
                """
            ),
            ("chunks that end before they begin", "SELECT count(*) FROM chunks WHERE start < 0 OR stop < start"),
        ]
        for (what, sql) in contradictions {
            let count = try connection.integer(sql)
            guard count == 0 else { throw connection.contradiction("\(count) \(what)") }
        }
        for table in ["codes", "vectors", "lengths"] {
            let missing = try connection.integer(
                "SELECT count(*) FROM chunks WHERE id NOT IN (SELECT chunk FROM \(table))")
            let extra = try connection.integer(
                "SELECT count(*) FROM \(table) WHERE chunk NOT IN (SELECT id FROM chunks)")
            guard missing == 0, extra == 0 else {
                throw connection.contradiction("\(table): \(missing) missing, \(extra) without a chunk")
            }
        }
    }

    private func checkVectors() throws {
        guard let dimension = identity?.dimension else { return }
        let sql = "SELECT v.chunk, v.vector, c.scale, c.code FROM vectors AS v JOIN codes AS c ON c.chunk = v.chunk"
        try connection.temporary(sql).forEachRow { row in
            let stored = try vector(row, 1, dimension)
            if let problem = VectorProblem(stored) {
                throw connection.contradiction("chunk \(try row.integer(0)): its vector \(problem)")
            }
            guard try isCode(row.bytes(3), scale: Float(row.real(2)), of: stored) else {
                throw connection.contradiction("chunk \(try row.integer(0)): the code is not that of its vector")
            }
            return true
        }
    }

    /// Whether a code stands for a vector, wherever it was made: processors may round a number in the middle either way.
    private func isCode(_ code: UnsafeRawBufferPointer, scale: Float, of vector: [Float]) -> Bool {
        let largest = vector.reduce(0) { max($0, abs($1)) }
        guard code.count == vector.count, abs(scale * 127 - largest) <= largest * 1e-5 else { return false }
        return zip(code, vector).allSatisfy { abs(Float(Int8(bitPattern: $0)) * scale - $1) <= scale * 0.51 }
    }
}
