import CSQLite
import Foundation

/// BM25 as a function of FTS5: `linnet_bm25(keywords, words, average)`, larger is better.
///
/// Σ over the words of the query of ln(1 + (N − df + ½) / (df + ½)) · tf / (tf + k₁ (1 − b + b · words / average)), with
/// k₁ = 1.5 and b = 0.75: Lucene's form, which bm25s uses too. FTS5's own `bm25` has another idf, which vanishes for
/// words in half of the chunks, fixed constants, and counts stop words in the length of a chunk; on Cranfield that costs
/// 0.01 of nDCG@10.
enum KeywordRanking {
    private static let saturation = 1.5
    private static let lengthWeight = 0.75

    /// What one query needs for each of its words.
    private final class QueryWeights {
        let idf: [Double]
        var frequencies: [Int]

        init(idf: [Double]) {
            self.idf = idf
            frequencies = [Int](repeating: 0, count: idf.count)
        }
    }

    /// Makes the function known to a connection.
    static func register(on connection: SQLiteConnection) throws {
        var api: UnsafeMutablePointer<fts5_api>?
        var statement: OpaquePointer?
        var code = sqlite3_prepare_v2(connection.handle, "SELECT fts5(?1)", -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        guard code == SQLITE_OK else {
            throw RetrievalError(.unavailable, "this SQLite was built without FTS5; install Debian's libsqlite3")
        }
        code = withUnsafeMutablePointer(to: &api) { place in
            "fts5_api_ptr".withCString { type in
                let bound = sqlite3_bind_pointer(statement, 1, place, type, nil)
                return bound == SQLITE_OK ? sqlite3_step(statement) : bound
            }
        }
        guard code == SQLITE_ROW, let api, let create = api.pointee.xCreateFunction else {
            throw RetrievalError(.unavailable, "this SQLite gives no access to FTS5; install Debian's libsqlite3")
        }
        code = create(api, "linnet_bm25", nil, { KeywordRanking.score($0, $1, $2, $3, $4) }, nil)
        guard code == SQLITE_OK else { throw connection.failure(code) }
    }

    /// Called by SQLite for every chunk that has a word of the query.
    private static func score(
        _ api: UnsafePointer<Fts5ExtensionApi>?, _ cursor: OpaquePointer?, _ context: OpaquePointer?, _ count: Int32,
        _ values: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let api, count == 2, let values, sqlite3_value_type(values[0]) == SQLITE_INTEGER else {
            return sqlite3_result_error_code(context, SQLITE_CORRUPT)
        }
        let words = Double(sqlite3_value_int64(values[0]))
        let average = max(sqlite3_value_double(values[1]), 1)
        var code = SQLITE_OK
        guard let weights = weights(api, cursor, &code), countWords(api, cursor, weights, &code) else {
            return sqlite3_result_error_code(context, code)
        }
        let dampening = saturation * (1 - lengthWeight + lengthWeight * words / average)
        var sum = 0.0
        for (idf, frequency) in zip(weights.idf, weights.frequencies) where frequency > 0 {
            sum += idf * Double(frequency) / (Double(frequency) + dampening)
        }
        sqlite3_result_double(context, sum)
    }

    /// How often each word of the query stands in the chunk.
    private static func countWords(
        _ api: UnsafePointer<Fts5ExtensionApi>, _ cursor: OpaquePointer?, _ weights: QueryWeights, _ code: inout Int32
    ) -> Bool {
        for word in weights.frequencies.indices { weights.frequencies[word] = 0 }
        var places: Int32 = 0
        code = api.pointee.xInstCount?(cursor, &places) ?? SQLITE_ERROR
        guard code == SQLITE_OK else { return false }
        for place in 0..<max(places, 0) {
            var (word, column, offset): (Int32, Int32, Int32) = (0, 0, 0)
            code = api.pointee.xInst?(cursor, place, &word, &column, &offset) ?? SQLITE_ERROR
            guard code == SQLITE_OK else { return false }
            if weights.frequencies.indices.contains(Int(word)) { weights.frequencies[Int(word)] += 1 }
        }
        return true
    }

    /// The weights of the query's words: computed at its first chunk, kept by FTS5 until it ends.
    private static func weights(
        _ api: UnsafePointer<Fts5ExtensionApi>, _ cursor: OpaquePointer?, _ code: inout Int32
    ) -> QueryWeights? {
        if let known = api.pointee.xGetAuxdata?(cursor, 0) {
            return Unmanaged<QueryWeights>.fromOpaque(known).takeUnretainedValue()
        }
        var rows: Int64 = 0
        code = api.pointee.xRowCount?(cursor, &rows) ?? SQLITE_ERROR
        guard code == SQLITE_OK else { return nil }
        var idf: [Double] = []
        for word in 0..<max(api.pointee.xPhraseCount?(cursor) ?? 0, 0) {
            var containing: Int64 = 0
            code =
                api.pointee.xQueryPhrase?(cursor, word, &containing) { _, _, found in
                    found?.assumingMemoryBound(to: Int64.self).pointee += 1
                    return SQLITE_OK
                } ?? SQLITE_ERROR
            guard code == SQLITE_OK else { return nil }
            let without = max(Double(rows - containing), 0)
            idf.append(log(1 + (without + 0.5) / (Double(containing) + 0.5)))
        }
        let weights = QueryWeights(idf: idf)
        code =
            api.pointee.xSetAuxdata?(cursor, Unmanaged.passRetained(weights).toOpaque()) { kept in
                if let kept { Unmanaged<QueryWeights>.fromOpaque(kept).release() }
            } ?? SQLITE_ERROR
        return code == SQLITE_OK ? weights : nil
    }
}
