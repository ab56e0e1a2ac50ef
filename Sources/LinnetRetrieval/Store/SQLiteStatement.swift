import CSQLite

/// A prepared statement. It is reset before each use and after it, also when that fails.
final class SQLiteStatement {
    private let handle: OpaquePointer
    private unowned let connection: SQLiteConnection

    init(_ sql: String, on connection: SQLiteConnection) throws {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw connection.failure(code) }
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    /// Runs the statement and hands every row to `body`, which returns false to stop.
    func forEachRow(_ values: [SQLiteValue] = [], _ body: (SQLiteRow) throws -> Bool) throws {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        try bind(values)
        while try step() {
            guard try body(SQLiteRow(statement: handle, connection: connection)) else { return }
        }
    }

    /// Runs the statement and ignores what it returns.
    func run(_ values: [SQLiteValue] = []) throws { try forEachRow(values) { _ in true } }

    /// One value for every row.
    func rows<Value>(_ values: [SQLiteValue] = [], _ body: (SQLiteRow) throws -> Value) throws -> [Value] {
        var result: [Value] = []
        try forEachRow(values) {
            result.append(try body($0))
            return true
        }
        return result
    }

    /// The value of the first row; nil if there is none.
    func first<Value>(_ values: [SQLiteValue] = [], _ body: (SQLiteRow) throws -> Value) throws -> Value? {
        var result: Value?
        try forEachRow(values) {
            result = try body($0)
            return false
        }
        return result
    }

    /// Moves to the next row; false at the end. Every other result is an error: a damaged file must never look like a
    /// short answer.
    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw connection.failure(code)
        }
    }

    private func bind(_ values: [SQLiteValue]) throws {
        for (place, value) in values.enumerated() {
            let code = bind(value, at: Int32(place + 1))
            guard code == SQLITE_OK else { throw connection.failure(code) }
        }
    }

    private func bind(_ value: SQLiteValue, at place: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, place)
        case .integer(let number): return sqlite3_bind_int64(handle, place, number)
        case .real(let number): return sqlite3_bind_double(handle, place, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    guard let start = characters.baseAddress else {
                        return sqlite3_bind_text64(handle, place, "", 0, nil, UInt8(SQLITE_UTF8))
                    }
                    return sqlite3_bind_text64(
                        handle, place, start, UInt64(characters.count), linnet_sqlite_transient(), UInt8(SQLITE_UTF8))
                }
            }
        case .bytes(let bytes):
            guard let start = bytes.baseAddress else { return sqlite3_bind_zeroblob(handle, place, 0) }
            return sqlite3_bind_blob64(handle, place, start, UInt64(bytes.count), linnet_sqlite_transient())
        }
    }
}
