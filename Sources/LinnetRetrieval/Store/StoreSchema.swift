import CSQLite
import Foundation

/// The format of a store's file: an SQLite database with a mark, a version and these tables.
///
/// | table | row |
/// |---|---|
/// | `identity` | the model whose vectors the store holds (one row) |
/// | `sources` | a completed file, with its digest |
/// | `documents` | a document, with its file and fingerprint |
/// | `metadata` | a value of a document; SQLite's type is the kind: TEXT, REAL, INTEGER for truth values |
/// | `chunks` | a piece of a document: text, headings (a JSON array), page, bytes of the source |
/// | `codes` | the int8 code of a chunk's vector: small, read whole for searching |
/// | `vectors` | the vector of a chunk, fp32 little-endian: read for the best candidates |
/// | `lengths` | the number of words of a chunk, stop words left out, for BM25 |
/// | `keywords` | FTS5 index over headings and text of the chunks |
/// | `notes` | a small text by its key: threshold, settings of the chunks |
enum StoreSchema {
    /// `LNNT`: marks the file as a store, in SQLite's `application_id`.
    static let mark: Int32 = 0x4C4E_4E54
    /// Version of the tables, in SQLite's `user_version`.
    static let version: Int32 = 1
    /// Vectors lie whole in a page, several of them, up to 4,000 numbers each.
    static let pageSize: Int32 = 16_384

    /// Makes the tables. `AUTOINCREMENT`: ids of chunks are never used again, so that a reader may know what is new.
    static let tables = """
        CREATE TABLE identity (
            name TEXT NOT NULL, revision TEXT, digest TEXT NOT NULL, pooling TEXT NOT NULL, dimension INTEGER NOT NULL);
        CREATE TABLE sources (path TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE documents (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT, fingerprint TEXT NOT NULL);
        CREATE INDEX documents_of_source ON documents (source);
        CREATE TABLE metadata (
            document INTEGER NOT NULL, key TEXT NOT NULL, value NOT NULL, PRIMARY KEY (document, key)) WITHOUT ROWID;
        CREATE INDEX metadata_by_value ON metadata (key, value);
        CREATE TABLE chunks (
            id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, ordinal INTEGER NOT NULL,
            text TEXT NOT NULL, headings TEXT, page INTEGER, start INTEGER NOT NULL, stop INTEGER NOT NULL);
        CREATE UNIQUE INDEX chunks_of_document ON chunks (document, ordinal);
        CREATE TABLE codes (chunk INTEGER PRIMARY KEY, scale REAL NOT NULL, code BLOB NOT NULL);
        CREATE TABLE vectors (chunk INTEGER PRIMARY KEY, vector BLOB NOT NULL);
        CREATE TABLE lengths (chunk INTEGER PRIMARY KEY, words INTEGER NOT NULL);
        CREATE TABLE notes (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
        CREATE VIRTUAL TABLE keywords USING fts5 (
            headings, text, content = 'chunks', content_rowid = 'id', columnsize = 0,
            tokenize = 'porter unicode61 remove_diacritics 2');
        """

    /// Looks at the first bytes of a file before SQLite does, so that errors say what the file is.
    ///
    /// They are read through SQLite's own descriptor: closing another one would drop the locks that this process holds
    /// on the file.
    /// - Returns: whether there is a store; false for an empty file.
    static func inspect(_ connection: SQLiteConnection) throws -> Bool {
        let path = connection.path
        // A file being made, or left so by a crash, has a journal; SQLite finishes or undoes it.
        if access(path + "-journal", F_OK) == 0 { return true }
        var header = [UInt8](repeating: 0, count: 100)
        // SQLite says that a file of one byte is empty.
        guard try connection.readStart(&header) > 0 || header[0] != 0 else { return false }
        guard header.starts(with: Array("SQLite format 3".utf8) + [0]) else {
            throw RetrievalError(
                .corrupt, path: path, "is not a store of Linnet (no SQLite database); name another --store")
        }
        func number(_ offset: Int) -> Int32 {
            Int32(bitPattern: header[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) })
        }
        guard number(68) == mark else {
            throw RetrievalError(
                .corrupt, path: path,
                "is an SQLite database of another program, not a store of Linnet; name another --store")
        }
        guard number(60) == version else { throw otherVersion(number(60), path: path) }
        return true
    }

    /// The error for a store of another version.
    static func otherVersion(_ found: Int32, path: String) -> RetrievalError {
        found > version
            ? RetrievalError(
                .unavailable, path: path,
                "is a store of version \(found); this Linnet reads version \(version): use a newer Linnet")
            : .damagedStore(path: path, "version \(found) does not exist")
    }

    /// Sets up a connection: durable, defensive, no memory maps. Nothing is written before a transaction ends: pages that
    /// SQLite made, freed and never wrote would otherwise be read back without a checksum.
    static func prepare(_ connection: SQLiteConnection) throws {
        for (option, value) in [
            (SQLITE_DBCONFIG_DEFENSIVE, Int32(1)), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0), (SQLITE_DBCONFIG_DQS_DML, 0),
            (SQLITE_DBCONFIG_DQS_DDL, 0), (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), (SQLITE_DBCONFIG_ENABLE_VIEW, 0),
        ] {
            let code = linnet_sqlite_switch(connection.handle, option, value)
            guard code == SQLITE_OK else { throw connection.failure(code) }
        }
        try connection.execute(
            """
            PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;
            PRAGMA temp_store = MEMORY; PRAGMA cache_spill = OFF;
            """)
    }

    /// Makes the tables of a new store in one transaction, unless another process was faster.
    static func create(_ connection: SQLiteConnection) throws {
        try connection.execute("PRAGMA page_size = \(pageSize); PRAGMA journal_mode = DELETE;")
        var reserved = Int32(PageChecksums.byteCount)
        let code = sqlite3_file_control(connection.handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved)
        guard code == SQLITE_OK else { throw connection.failure(code) }
        try connection.writing {
            guard try connection.integer("SELECT count(*) FROM sqlite_schema") == 0 else { return }
            try connection.execute(tables)
            try connection.execute("PRAGMA application_id = \(mark); PRAGMA user_version = \(version);")
        }
    }

    /// Checks mark, version and tables of an open database. The first reading undoes what a crash left half done.
    static func verify(_ connection: SQLiteConnection) throws {
        try connection.reading {
            let found = try connection.integer("PRAGMA application_id")
            guard found == Int64(mark) else {
                throw RetrievalError(
                    .unavailable, path: connection.path, "holds no store; index documents into it first")
            }
            let foundVersion = try connection.integer("PRAGMA user_version")
            guard foundVersion == Int64(version) else {
                throw otherVersion(Int32(truncatingIfNeeded: foundVersion), path: connection.path)
            }
            let names = try connection.statement("SELECT name FROM sqlite_schema WHERE type = 'table'").rows {
                try $0.text(0)
            }
            for name in [
                "identity", "sources", "documents", "metadata", "chunks", "codes", "vectors", "lengths", "keywords",
                "notes",
            ]
            where !names.contains(name) {
                throw connection.contradiction("table \(name) is missing")
            }
        }
    }
}
