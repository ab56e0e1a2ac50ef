import LinnetFormats

extension SQLiteStore {
    /// Chunks by identity, in the order asked for.
    /// - Throws: ``RetrievalError`` `invalid` for a chunk that is not in the store (any more).
    public func chunks(_ ids: [ChunkID]) throws -> [StoredChunk] {
        try connection.reading {
            let statement = try connection.statement(
                """
                SELECT c.document, d.id, d.source, c.text, c.headings, c.page, c.start, c.stop
                FROM chunks AS c JOIN documents AS d ON d.number = c.document WHERE c.id = ?
                """)
            var metadata: [Int64: [String: MetadataValue]] = [:]
            return try ids.map { id in
                let found = try statement.first([.integer(id)]) { (try $0.integer(0), try storedChunk(id, $0)) }
                guard let (document, bare) = found else { throw missing(id) }
                let values = try metadata[document] ?? self.metadata(ofDocument: document)
                var chunk = bare
                metadata[document] = values
                chunk.metadata = values
                return chunk
            }
        }
    }

    /// Vectors by identity, in the order asked for.
    /// - Throws: ``RetrievalError`` `invalid` for a chunk that is not in the store (any more).
    public func vectors(_ ids: [ChunkID]) throws -> [[Float]] {
        try connection.reading {
            guard let dimension = try identity?.dimension ?? storedIdentity()?.dimension else {
                guard let first = ids.first else { return [] }
                throw missing(first)
            }
            let statement = try connection.statement("SELECT vector FROM vectors WHERE chunk = ?")
            return try ids.map { id in
                guard let vector = try statement.first([.integer(id)], { try vector($0, 0, dimension) }) else {
                    throw missing(id)
                }
                return vector
            }
        }
    }

    private func missing(_ id: ChunkID) -> RetrievalError {
        RetrievalError(
            .invalid, path: path, "chunk \(id) is not in the store; it may have been indexed again: search again")
    }

    /// A vector of the right length from a column.
    func vector(_ row: SQLiteRow, _ column: Int32, _ dimension: Int) throws -> [Float] {
        let bytes = try row.bytes(column)
        guard bytes.count == dimension * 4 else {
            throw connection.contradiction("a vector of \(bytes.count) bytes where \(dimension * 4) were expected")
        }
        return (0..<dimension).map {
            Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
        }
    }

    private func metadata(ofDocument number: Int64) throws -> [String: MetadataValue] {
        var values: [String: MetadataValue] = [:]
        let sql = "SELECT key, value FROM metadata WHERE document = ?"
        try connection.statement(sql).forEachRow([.integer(number)]) {
            values[try $0.text(0)] = try $0.metadataValue(1)
            return true
        }
        return values
    }

    /// A chunk without its metadata from a row of ``chunks(_:)``.
    private func storedChunk(_ id: ChunkID, _ row: SQLiteRow) throws -> StoredChunk {
        let start = try row.count(6)
        let stop = try row.count(7)
        guard start <= stop else { throw connection.contradiction("chunk \(id) ends before it begins") }
        let page = row.isNull(5) ? nil : try row.count(5)
        return StoredChunk(
            id: id, documentID: try row.text(1), source: try row.optionalText(2), metadata: [:],
            chunk: Chunk(
                text: try row.text(3), headings: try headings(row.optionalText(4)),
                span: SourceSpan(page: page, bytes: start..<stop)))
    }

    private func headings(_ text: String?) throws -> [String] {
        guard let text else { return [] }
        let names = try? JSON.parse(text, path: path).arrayValue?.map { $0.stringValue }
        guard let names, names.allSatisfy({ $0 != nil }) else {
            throw connection.contradiction("headings that are no list of texts")
        }
        return names.compactMap { $0 }
    }
}
