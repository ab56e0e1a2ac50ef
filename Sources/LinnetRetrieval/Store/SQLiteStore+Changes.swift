import LinnetFormats
import LinnetTensors

extension SQLiteStore {
    /// Makes a change durable as a whole: in this order files are forgotten, documents removed, documents put in, files
    /// completed. A completed file whose documents change counts as incomplete until it is completed again.
    /// - Throws: ``RetrievalError``: `invalid` for a document that cannot be stored (nothing of the change is stored
    ///   then), `writeFailed`, `busy`, `corrupt`.
    public func apply(_ change: StoreChange) throws {
        for document in change.documents { try check(document) }
        var removed: [ChunkID] = []
        var added: [(chunk: ChunkID, codes: [Int8], scale: Float)] = []
        try connection.writing {
            try synchronise()
            try checkDimension(of: change.documents)
            for source in change.removedSources {
                removed += try removeDocuments("source = ?", source)
                try connection.run("DELETE FROM sources WHERE path = ?", .text(source))
            }
            for id in change.removedDocuments { removed += try removeDocuments("id = ?", id) }
            for document in change.documents {
                removed += try removeDocuments("id = ?", document.document.id)
                added += try insert(document)
            }
            for (source, digest) in change.completedSources {
                try connection.run(
                    "INSERT OR REPLACE INTO sources (path, digest) VALUES (?, ?)", .text(source), .text(digest))
            }
        }
        // Durable now: what is in memory follows.
        knownAverageLength = nil
        guard let codes else { return }
        for (chunk, code, scale) in added { code.withUnsafeBufferPointer { codes.append(chunk, $0, scale: scale) } }
        codes.remove(removed)
    }

    /// Refuses what must not get into a store, naming document and chunk.
    private func check(_ indexed: IndexedDocument) throws {
        let name = FormatError.quoted(indexed.document.id)
        guard indexed.chunks.count == indexed.vectors.count else {
            throw RetrievalError(
                .invalid,
                "document \(name): \(indexed.chunks.count) chunks with \(indexed.vectors.count) vectors; expected one each"
            )
        }
        for (key, value) in indexed.document.metadata {
            guard case .number(let number) = value, !number.isFinite else { continue }
            throw RetrievalError(
                .invalid, "document \(name): metadata \(FormatError.quoted(key)) is \(number); expected a finite number"
            )
        }
        for (place, vector) in indexed.vectors.enumerated() {
            guard let problem = VectorProblem(vector) else { continue }
            throw RetrievalError(
                .invalid,
                "document \(name), chunk \(place + 1): the vector \(problem); nothing of this change was stored")
        }
    }

    private func checkDimension(of documents: [IndexedDocument]) throws {
        for indexed in documents where !indexed.vectors.isEmpty {
            guard let identity else {
                throw RetrievalError(.invalid, path: path, "the store is not bound to a model; call bind(to:) first")
            }
            for (place, vector) in indexed.vectors.enumerated() where vector.count != identity.dimension {
                throw RetrievalError(
                    .invalid,
                    "document \(FormatError.quoted(indexed.document.id)), chunk \(place + 1): the vector has "
                        + "\(vector.count) numbers; \(identity.name) makes \(identity.dimension)")
            }
        }
    }

    /// Removes the documents that a condition selects, with everything that belongs to them.
    /// - Returns: their chunks.
    private func removeDocuments(_ condition: String, _ value: String) throws -> [ChunkID] {
        let documents = try connection.statement("SELECT number, source FROM documents WHERE \(condition)")
            .rows([.text(value)]) { (number: try $0.integer(0), source: try $0.optionalText(1)) }
        var removed: [ChunkID] = []
        for (number, source) in documents {
            let document = SQLiteValue.integer(number)
            removed += try connection.statement("SELECT id FROM chunks WHERE document = ?").rows([document]) {
                try $0.integer(0)
            }
            // FTS5 is told what it has indexed, so that it can take it out.
            try connection.run(
                """
                INSERT INTO keywords (keywords, rowid, headings, text)
                SELECT 'delete', id, headings, text FROM chunks WHERE document = ?
                """, document)
            for table in ["codes", "vectors", "lengths"] {
                try connection.run(
                    "DELETE FROM \(table) WHERE chunk IN (SELECT id FROM chunks WHERE document = ?)", document)
            }
            try connection.run("DELETE FROM chunks WHERE document = ?", document)
            try connection.run("DELETE FROM metadata WHERE document = ?", document)
            try connection.run("DELETE FROM documents WHERE number = ?", document)
            try markIncomplete(source)
        }
        return removed
    }

    private func markIncomplete(_ source: String?) throws {
        guard let source else { return }
        try connection.run("DELETE FROM sources WHERE path = ?", .text(source))
    }

    /// Inserts a document whose id is free.
    /// - Returns: its chunks with their codes.
    private func insert(_ indexed: IndexedDocument) throws -> [(chunk: ChunkID, codes: [Int8], scale: Float)] {
        let document = indexed.document
        try connection.run(
            "INSERT INTO documents (id, source, fingerprint) VALUES (?, ?, ?)", .text(document.id),
            .optional(document.source), .text(indexed.fingerprint))
        let number = SQLiteValue.integer(connection.lastInsertedRow)
        for (key, value) in document.metadata {
            try connection.run(
                "INSERT INTO metadata (document, key, value) VALUES (?, ?, ?)", number, .text(key),
                value.sqliteValue)
        }
        try markIncomplete(document.source)
        return try zip(indexed.chunks, indexed.vectors).enumerated().map { ordinal, pair in
            let (chunk, vector) = pair
            let headings = SQLiteValue.optional(
                chunk.headings.isEmpty ? nil : JSON.array(chunk.headings.map(JSON.string)).text())
            try connection.run(
                """
                INSERT INTO chunks (document, ordinal, text, headings, page, start, stop) VALUES (?, ?, ?, ?, ?, ?, ?)
                """, number, .integer(Int64(ordinal)), .text(chunk.text), headings,
                chunk.span.page.map { .integer(Int64($0)) } ?? .null, .integer(Int64(chunk.span.bytes.lowerBound)),
                .integer(Int64(chunk.span.bytes.upperBound)))
            let id = connection.lastInsertedRow
            try connection.run(
                "INSERT INTO keywords (rowid, headings, text) VALUES (?, ?, ?)", .integer(id), headings,
                .text(chunk.text))
            try connection.run(
                "INSERT INTO lengths (chunk, words) VALUES (?, ?)", .integer(id),
                .integer(Int64(KeywordQuery.length(of: chunk.headings + [chunk.text]))))
            let (codes, scale) = VectorCodes.encode(vector)
            try codes.withUnsafeBytes {
                try connection.run(
                    "INSERT INTO codes (chunk, scale, code) VALUES (?, ?, ?)", .integer(id), .real(Double(scale)),
                    .bytes($0))
            }
            try vector.map(\.bitPattern.littleEndian).withUnsafeBytes {
                try connection.run("INSERT INTO vectors (chunk, vector) VALUES (?, ?)", .integer(id), .bytes($0))
            }
            return (id, codes, scale)
        }
    }
}

extension MetadataValue {
    /// As it stands in the table of metadata, where SQLite's type is the kind.
    var sqliteValue: SQLiteValue {
        switch self {
        case .text(let text): .text(text)
        case .number(let number): .real(number)
        case .boolean(let flag): .integer(flag ? 1 : 0)
        }
    }
}
