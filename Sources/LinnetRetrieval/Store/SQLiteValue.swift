import CSQLite

/// A value on its way into a statement. Values are bound, never written into SQL.
enum SQLiteValue {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    /// Bytes that stay valid during the call; SQLite copies them.
    case bytes(UnsafeRawBufferPointer)

    /// The text, or NULL.
    static func optional(_ text: String?) -> SQLiteValue { text.map(SQLiteValue.text) ?? .null }
}

/// The row a statement stands on. Valid until the statement moves on.
///
/// Columns are read as the type the schema gives them: any other type means that the file was tampered with.
struct SQLiteRow {
    let statement: OpaquePointer
    let connection: SQLiteConnection

    /// Whether a column is NULL.
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    /// An integer.
    func integer(_ column: Int32) throws -> Int64 {
        try expect(SQLITE_INTEGER, "an integer", column)
        return sqlite3_column_int64(statement, column)
    }

    /// A count or an offset: an integer that is not negative.
    func count(_ column: Int32) throws -> Int {
        let value = try integer(column)
        guard value >= 0, let count = Int(exactly: value) else {
            throw connection.contradiction("\(value) where a count was expected")
        }
        return count
    }

    /// A floating-point number.
    func real(_ column: Int32) throws -> Double {
        try expect(SQLITE_FLOAT, "a number", column)
        return sqlite3_column_double(statement, column)
    }

    /// A text.
    func text(_ column: Int32) throws -> String {
        try expect(SQLITE_TEXT, "a text", column)
        guard let start = sqlite3_column_text(statement, column) else { throw connection.failure(SQLITE_NOMEM) }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw connection.contradiction("a text that is not UTF-8")
        }
        return text
    }

    /// A text, or nil for NULL.
    func optionalText(_ column: Int32) throws -> String? { isNull(column) ? nil : try text(column) }

    /// The bytes of a BLOB.
    func bytes(_ column: Int32) throws -> UnsafeRawBufferPointer {
        try expect(SQLITE_BLOB, "bytes", column)
        let start = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
    }

    /// A value of a document's metadata, whose kind is that of the column.
    func metadataValue(_ column: Int32) throws -> MetadataValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_TEXT: .text(try text(column))
        case SQLITE_FLOAT: .number(sqlite3_column_double(statement, column))
        case SQLITE_INTEGER: .boolean(sqlite3_column_int64(statement, column) != 0)
        default: throw connection.contradiction("metadata that is neither text, number nor truth value")
        }
    }

    private func expect(_ type: Int32, _ name: String, _ column: Int32) throws {
        guard sqlite3_column_type(statement, column) == type else {
            let label = sqlite3_column_name(statement, column).map { String(cString: $0) } ?? "\(column)"
            throw connection.contradiction("column \(label) holds something else than \(name)")
        }
    }
}
