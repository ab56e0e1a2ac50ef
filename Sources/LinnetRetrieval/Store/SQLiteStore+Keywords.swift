extension SQLiteStore {
    /// For every query the chunks that BM25 ranks highest, best first; ties go to the chunk stored first. A query is
    /// plain words: quotes, operators and column names in it are words or nothing.
    public func matching(_ queries: [String], count: Int, where filter: MetadataFilter?) throws -> [[ScoredChunk]] {
        try connection.reading {
            try synchronise()
            let allowed = try filter.map { try allowedQuery($0) }
            // The plus sign keeps SQLite from asking the keyword index once for every allowed chunk.
            let restriction = allowed.map { " AND +k.rowid IN (\($0.sql))" } ?? ""
            let statement = try connection.temporary(
                """
                SELECT k.rowid, linnet_bm25(keywords, l.words, ?) AS score
                FROM keywords AS k LEFT JOIN lengths AS l ON l.chunk = k.rowid
                WHERE k.keywords MATCH ?\(restriction) ORDER BY score DESC, k.rowid LIMIT ?
                """)
            let average = SQLiteValue.real(try averageLength())
            return try queries.map { query in
                let words = KeywordQuery(query)
                guard !words.words.isEmpty, count > 0 else { return [] }
                let values = [average, .text(words.expression)] + (allowed?.values ?? []) + [.integer(Int64(count))]
                return try statement.rows(values) { ScoredChunk(id: try $0.integer(0), score: try $0.real(1)) }
            }
        }
    }

    /// Mean number of words of a chunk, stop words left out.
    private func averageLength() throws -> Double {
        if let knownAverageLength { return knownAverageLength }
        let sql = "SELECT coalesce(avg(words), 0.0) FROM lengths"
        let average = try connection.statement(sql).first { try $0.real(0) } ?? 0
        knownAverageLength = average
        return average
    }
}
