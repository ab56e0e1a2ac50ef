import Foundation

/// A regular file that is open for reading: never a FIFO, a device, a socket or a directory.
struct RegularFile: ~Copyable {
    /// Read-only, closed with the value and in every child.
    let descriptor: Int32
    /// Size when it was opened; 0 for files that do not know theirs (`/proc`).
    let size: Int
    private let path: String

    /// Opens a file without ever waiting for another process.
    /// - Throws: `RetrievalError.unreadable`.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw RetrievalError.unreadable(path, Self.reason(errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = Self.reason(errno)
            close(descriptor)
            throw RetrievalError.unreadable(path, reason)
        }
        if let kind = Self.kindOtherThanRegular(status.st_mode) {
            close(descriptor)
            throw RetrievalError.unreadable(path, "expected a file, found \(kind)")
        }
        size = Int(clamping: status.st_size)
    }

    deinit { close(descriptor) }

    /// All bytes of the file.
    /// - Throws: `RetrievalError.unreadable` when there are more than `limit`.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let file = try RegularFile(path: path)
        let tooLarge = RetrievalError.unreadable(path, "larger than \(ByteCount.text(limit)), the most that is read")
        guard file.size <= limit else { throw tooLarge }
        let bytes = try file.read(atMost: limit + 1)
        guard bytes.count <= limit else { throw tooLarge }
        return bytes
    }

    /// The first bytes of the file, at most `count`.
    static func beginning(of path: String, count: Int) throws -> [UInt8] {
        try RegularFile(path: path).read(atMost: count)
    }

    /// Reads on to the end or to `count` bytes.
    private borrowing func read(atMost count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, size + 1))
        var block = [UInt8](repeating: 0, count: min(count, max(4_096, min(size + 1, 1 << 20))))
        while bytes.count < count {
            let wanted = min(block.count, count - bytes.count)
            let found = Foundation.read(descriptor, &block, wanted)
            if found < 0 {
                if errno == EINTR { continue }
                throw RetrievalError.unreadable(path, Self.reason(errno))
            }
            if found == 0 { break }
            bytes.append(contentsOf: block[..<found])
        }
        return bytes
    }

    /// What a file is that is not a regular one, with its article; nil for a regular one.
    static func kindOtherThanRegular(_ mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: "a directory"
        case S_IFLNK: "a symbolic link"
        case S_IFIFO: "a FIFO"
        case S_IFSOCK: "a socket"
        case S_IFCHR, S_IFBLK: "a device"
        default: "something that is no file"
        }
    }

    /// The system's words for a failure of opening or reading.
    static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT, ENOTDIR: return "no such file or directory"
        case ENXIO, ENODEV: return "expected a file, found a device or a socket"
        default:
            guard let words = strerror(code) else { return "cannot be read: error \(code)" }
            return "cannot be read: \(String(cString: words))"
        }
    }
}

/// Sizes as messages show them.
enum ByteCount {
    /// `64 MiB`, or bytes where that is exact and shorter.
    static func text(_ count: Int) -> String {
        count >= 1 << 20 && count % (1 << 20) == 0 ? "\(count >> 20) MiB" : "\(count) bytes"
    }
}
