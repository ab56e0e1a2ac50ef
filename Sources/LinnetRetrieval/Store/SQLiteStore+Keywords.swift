extension SQLiteStore {
    /// For every query the chunks that BM25 ranks highest, best first; ties go to the chunk stored first. A query is
    /// plain words: quotes, operators and column names in it are words or nothing.
    public func matching(_ queries: [String], count: Int, where filter: MetadataFilter?) throws -> [[ScoredChunk]] {
        try connection.reading {
            let allowed = try filter.map { try allowedQuery($0) }
            // The plus sign keeps SQLite from asking the keyword index once for every allowed chunk.
            let restriction = allowed.map { " AND +rowid IN (\($0.sql))" } ?? ""
            let statement = try connection.temporary(
                """
                SELECT rowid, -bm25(keywords) AS score FROM keywords WHERE keywords MATCH ?\(restriction)
                ORDER BY score DESC, rowid LIMIT ?
                """)
            return try queries.map { query in
                let words = KeywordQuery(query)
                guard !words.words.isEmpty, count > 0 else { return [] }
                let values = [.text(words.expression)] + (allowed?.values ?? []) + [.integer(Int64(count))]
                return try statement.rows(values) { ScoredChunk(id: try $0.integer(0), score: try $0.real(1)) }
            }
        }
    }
}
