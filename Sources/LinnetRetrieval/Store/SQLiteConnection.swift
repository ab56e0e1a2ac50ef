import CSQLite
import LinnetFormats

/// An open SQLite database: prepared statements, transactions, and every result code checked.
final class SQLiteConnection {
    /// What errors call the database: its path.
    let path: String
    /// SQLite's own handle.
    let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    private let patience: Int32

    /// Opens a database with page checksums; a path of `:memory:` has no file.
    /// - Parameter patience: how long to wait for the locks of other processes, in milliseconds.
    init(path: String, createIfMissing: Bool, patience: Int32) throws {
        self.path = path
        self.patience = patience
        let checksums = try PageChecksums.register()
        var handle: OpaquePointer?
        let flags =
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE
            | (createIfMissing ? SQLITE_OPEN_CREATE : 0)
        let code = sqlite3_open_v2(path, &handle, flags, checksums)
        guard code == SQLITE_OK, let handle else {
            let reason = handle.flatMap(sqlite3_errmsg).map { String(cString: $0) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw RetrievalError.sqlite(code, path: path, reason: reason, patience: patience)
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, patience)
        sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000)
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// The prepared statement of a text of SQL; each is prepared once.
    func statement(_ sql: String) throws -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        let statement = try SQLiteStatement(sql, on: self)
        statements[sql] = statement
        return statement
    }

    /// A statement that is used once, such as that of a filter.
    func temporary(_ sql: String) throws -> SQLiteStatement { try SQLiteStatement(sql, on: self) }

    /// Runs SQL with these values.
    func run(_ sql: String, _ values: SQLiteValue...) throws { try statement(sql).run(values) }

    /// The number in the first column of the first row.
    func integer(_ sql: String, _ values: SQLiteValue...) throws -> Int64 {
        guard let number = try statement(sql).first(values, { try $0.integer(0) }) else {
            throw contradiction("no answer to: \(sql)")
        }
        return number
    }

    /// Runs a script of statements without values and without results.
    func execute(_ script: String) throws {
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// Id of the row inserted last.
    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs `body` in one transaction: all of it is durable afterwards, or nothing happened.
    func writing<Result>(_ body: () throws -> Result) throws -> Result {
        try inTransaction("BEGIN IMMEDIATE", body)
    }

    /// Runs `body` on one snapshot of the database. Within another transaction it is part of that.
    func reading<Result>(_ body: () throws -> Result) throws -> Result {
        isInTransaction ? try body() : try inTransaction("BEGIN", body)
    }

    private func inTransaction<Result>(_ begin: String, _ body: () throws -> Result) throws -> Result {
        try run(begin)
        do {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            // Some failures (a full disk) have rolled back already.
            if isInTransaction { try? run("ROLLBACK") }
            throw error
        }
    }

    /// The error for a result code of the call that has just failed.
    func failure(_ code: Int32) -> RetrievalError {
        let reason = sqlite3_errmsg(handle).map { String(cString: $0) } ?? "out of memory"
        return RetrievalError.sqlite(code, path: path, reason: reason, patience: patience)
    }

    /// The error for contents that cannot be.
    func contradiction(_ what: String) -> RetrievalError { .damagedStore(path: path, what) }
}
