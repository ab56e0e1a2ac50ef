import Foundation

/// Whole small files: read with a size limit, written so that a crash leaves the old or the new bytes, never a mix.
public enum FileBytes {
    /// Reads the file at `path`; also a pipe.
    /// - Parameter limit: the most bytes that are read.
    /// - Throws: `FormatError`: `notFound`, `unreadable` or `tooLarge`.
    public static func read(_ path: String, limit: Int = Int.max) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FormatError.reading(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FormatError.reading(path) }
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFDIR else { throw FormatError(.unreadable, path: path, "expected a file, found a directory") }
        let tooLarge = FormatError(.tooLarge, path: path, "larger than \(limit) bytes, the most that is read here")
        let size = kind == S_IFREG ? Int(status.st_size) : 0
        guard size <= limit else { throw tooLarge }
        var bytes = [UInt8](repeating: 0, count: min(limit, max(size + 1, 65_536)))
        var count = 0
        while true {
            if count == bytes.count {
                if count == limit {
                    var extra: UInt8 = 0
                    guard try readSome(descriptor, into: &extra, path: path) == 0 else { throw tooLarge }
                    break
                }
                let growth = min(bytes.count, limit - bytes.count)
                bytes.append(contentsOf: repeatElement(0, count: growth))
            }
            let room = bytes.count - count
            let read = try bytes.withUnsafeMutableBytes { buffer in
                try retryingInterrupts { Foundation.read(descriptor, buffer.baseAddress.map { $0 + count }, room) }
                    ?? { throw FormatError.reading(path) }()
            }
            if read == 0 { break }
            count += read
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    private static func readSome(_ descriptor: Int32, into byte: inout UInt8, path: String) throws -> Int {
        guard let count = retryingInterrupts({ Foundation.read(descriptor, &byte, 1) }) else {
            throw FormatError.reading(path)
        }
        return count
    }

    /// Writes `bytes` to `path`: temporary file, fsync, rename, fsync of the directory.
    /// - Throws: `FormatError.writeFailed`; what stood at `path` before is then untouched.
    public static func write(_ bytes: some ContiguousBytes, to path: String) throws {
        try ReplacementFile.write(to: path) { file in
            try bytes.withUnsafeBytes { try file.write($0) }
        }
    }

    /// Writes the UTF-8 bytes of `text` to `path`, as `write(_:to:)` does.
    public static func write(text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }
}

/// The result of a read or write call that is repeated while signals interrupt it; `nil` when it failed.
func retryingInterrupts(_ call: () -> Int) -> Int? {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { return nil }
    }
}
