import Foundation

/// A file that is written beside its final name and takes it only when it is complete and on disk.
///
/// Bytes go to `.NAME.writing-RANDOM` in the same directory. `commit` flushes them to the disk (fsync), renames the
/// file over the final name and flushes the directory. Until then whatever had the name is untouched, and a reader
/// that has it mapped keeps its bytes. The temporary file is locked while it is written, which is how
/// `DirectoryCommit.removeAbandoned` tells a killed writer's file from a live one's.
public final class ReplacementFile {
    /// The final name.
    public let path: String
    private let temporaryPath: String
    private var descriptor: Int32

    /// Creates the temporary file.
    /// - Throws: `FormatError.writeFailed`.
    public init(path: String) throws {
        self.path = path
        let temporary = TemporaryName(beside: path)
        temporaryPath = temporary.path
        descriptor = open(temporaryPath, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FormatError.writing(path, doing: "create a file here") }
        flock(descriptor, LOCK_EX | LOCK_NB)
    }

    /// Writes a file with `body` and commits it; removes the temporary file when anything throws.
    public static func write(to path: String, _ body: (ReplacementFile) throws -> Void) throws {
        let file = try ReplacementFile(path: path)
        do {
            try body(file)
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
    }

    /// Appends bytes.
    /// - Throws: `FormatError.writeFailed`.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        try FileWriting.write(bytes, to: descriptor, path: path)
    }

    /// Appends a tensor, piece by piece.
    ///
    /// - Parameters:
    ///   - description: Its shape and type, for the message.
    ///   - expected: The bytes that these need.
    ///   - produce: Gives the pieces in order.
    /// - Throws: `FormatError.malformed` when there are more bytes or fewer; `FormatError.writeFailed`.
    func write(
        tensor name: String, _ description: String, byteCount expected: Int,
        _ produce: (_ sink: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        var written = 0
        try produce { bytes in
            written += bytes.count
            guard written <= expected else { return }
            try write(bytes)
        }
        guard written == expected else {
            throw FormatError(
                .malformed, path: path,
                "tensor \(FormatError.quoted(name)): \(description) needs \(expected) bytes, \(written) were given")
        }
    }

    /// Overwrites bytes that were written before, from `offset` on; appending goes on at the end.
    /// - Throws: `FormatError.writeFailed`.
    public func overwrite(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let place = off_t(offset) + off_t(done)
            let count = retryingInterrupts {
                pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, place)
            }
            guard let count else { throw FormatError.writing(path, doing: "write") }
            done += count
        }
    }

    /// Flushes the bytes to the disk and gives the file its final name.
    /// - Throws: `FormatError.writeFailed`; the final name then still is what it was.
    public func commit() throws {
        guard descriptor >= 0 else { return }
        guard fsync(descriptor) == 0 else { throw FormatError.writing(path, doing: "flush to disk") }
        guard rename(temporaryPath, path) == 0 else { throw FormatError.writing(path, doing: "rename into place") }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0 else { throw FormatError.writing(path, doing: "close") }
        try FileWriting.flushDirectory(of: path)
    }

    /// Removes the temporary file; does nothing after `commit`.
    public func discard() {
        guard descriptor >= 0 else { return }
        unlink(temporaryPath)
        close(descriptor)
        descriptor = -1
    }

    deinit { discard() }
}

/// The name under which something is written before it takes its final one: `.NAME.writing-RANDOM`.
struct TemporaryName {
    /// What stands between the final name and the random part.
    static let marker = ".writing-"
    /// How much of the final name is kept, so that the name does not grow too long for the file system.
    static let shownCharacters = 50

    let path: String

    init(beside path: String) {
        let (directory, name) = TemporaryName.split(path)
        self.init(directory: directory, name: name, marker: TemporaryName.marker)
    }

    init(directory: String, name: String, marker: String) {
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        path = "\(directory)/.\(name.prefix(TemporaryName.shownCharacters))\(marker)\(random)"
    }

    /// The directory of `path` and its last component. By hand: Foundation's `deletingLastPathComponent` traps on a name
    /// of one character.
    static func split(_ path: String) -> (directory: String, name: String) {
        var bytes = path.utf8[...]
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return (".", String(bytes) ?? path) }
        let directory = bytes[..<slash]
        let name = bytes[bytes.index(after: slash)...]
        return (directory.isEmpty ? "/" : String(directory) ?? path, String(name) ?? path)
    }
}

/// The system calls that put bytes on the disk for good.
enum FileWriting {
    /// Writes all of `bytes`, however many calls that takes.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
        var done = 0
        while done < bytes.count {
            let count = retryingInterrupts {
                Foundation.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            }
            guard let count else { throw FormatError.writing(path, doing: "write") }
            done += count
        }
    }

    /// Flushes one file or directory to the disk.
    static func flush(_ path: String, isDirectory: Bool) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (isDirectory ? O_DIRECTORY : 0))
        guard descriptor >= 0 else { throw FormatError.writing(path, doing: "open to flush") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FormatError.writing(path, doing: "flush to disk") }
    }

    /// Flushes the directory that holds `path`, so that a rename in it survives a power cut.
    static func flushDirectory(of path: String) throws {
        let descriptor = open(TemporaryName.split(path).directory, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard descriptor >= 0 else { throw FormatError.writing(path, doing: "open the directory to flush it") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FormatError.writing(path, doing: "flush the directory to disk") }
    }
}
