import CSQLite
import LinnetFormats

extension RetrievalError {
    /// `path: message` in one line, whatever characters the path has.
    init(_ kind: Kind, path: String, _ message: String) {
        self.init(kind, FormatError(.unreadable, path: path, message).description)
    }

    /// A file whose contents contradict themselves.
    static func damagedStore(path: String, _ what: String) -> RetrievalError {
        RetrievalError(
            .corrupt, path: path,
            "the store is damaged (\(what)); put a copy of it back, or delete it and index the documents again")
    }

    /// The error for a result code of SQLite.
    /// - Parameters:
    ///   - reason: SQLite's words.
    ///   - patience: how long was waited for locks, in milliseconds.
    static func sqlite(_ code: Int32, path: String, reason: String, patience: Int32) -> RetrievalError {
        switch code & 0xFF {
        case SQLITE_FULL:
            return RetrievalError(
                .writeFailed, path: path,
                "the disk is full; nothing of this change was stored and all from before is intact; free some room and retry"
            )
        case SQLITE_BUSY, SQLITE_LOCKED:
            return RetrievalError(
                .busy, path: path,
                "another process has kept the store locked for \(patience / 1_000) s; wait until it is done and retry")
        case SQLITE_READONLY, SQLITE_PERM:
            return RetrievalError(
                .writeFailed, path: path,
                "cannot be written (\(reason)); check the permissions of the file and of its directory")
        case SQLITE_CANTOPEN:
            return RetrievalError(
                .unavailable, path: path,
                "cannot be opened (\(reason)); check that its directory exists and may be written")
        case SQLITE_NOMEM: return RetrievalError(.unavailable, path: path, "out of memory while using the store")
        case SQLITE_TOOBIG: return RetrievalError(.invalid, path: path, "a text of a gigabyte or more cannot be stored")
        case SQLITE_IOERR:
            switch code {
            case SQLITE_IOERR | (32 << 8): return .damagedStore(path: path, "a page does not match its checksum")
            case SQLITE_IOERR | (2 << 8), SQLITE_IOERR | (33 << 8): return .damagedStore(path: path, reason)
            case SQLITE_IOERR | (1 << 8):
                return RetrievalError(.unavailable, path: path, "cannot be read (\(reason)); check the disk")
            default:
                return RetrievalError(
                    .writeFailed, path: path,
                    "reading or writing failed (\(reason)); nothing of this change was stored; check disk, quota and "
                        + "size limits and retry")
            }
        default: return .damagedStore(path: path, reason)
        }
    }
}
