import Foundation

/// The bytes of a regular file, mapped privately and read-only, released when the last user lets go.
///
/// A file that another process truncates while it is mapped kills the reader (SIGBUS, which no program can turn into
/// an error); `inMemory` reads the bytes instead.
final class MappedFile: Sendable {
    /// Where the bytes are from.
    let path: String
    /// The file's bytes; valid as long as this object lives.
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
    private let isMapped: Bool

    init(path: String, inMemory: Bool = false) throws {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FormatError.reading(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FormatError.reading(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FormatError(.unreadable, path: path, "expected a regular file")
        }
        guard let size = Int(exactly: status.st_size), size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            isMapped = false
            return
        }
        isMapped = !inMemory
        if inMemory {
            bytes = try MappedFile.read(descriptor, size: size, path: path)
        } else {
            guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
                throw FormatError.reading(path)
            }
            bytes = UnsafeRawBufferPointer(start: start, count: size)
        }
    }

    private static func read(_ descriptor: Int32, size: Int, path: String) throws -> UnsafeRawBufferPointer {
        guard let start = malloc(size) else {
            throw FormatError(.tooLarge, path: path, "\(size) bytes do not fit into memory")
        }
        var done = 0
        while done < size {
            let count = retryingInterrupts { Foundation.read(descriptor, start + done, size - done) }
            guard let count, count > 0 else {
                let error =
                    count == 0
                    ? FormatError(
                        .unreadable, path: path, "shrank while it was read: expected \(size) bytes, found \(done)")
                    : FormatError.reading(path)
                free(start)
                throw error
            }
            done += count
        }
        return UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit {
        guard let start = bytes.baseAddress else { return }
        let address = UnsafeMutableRawPointer(mutating: start)
        if isMapped { munmap(address, bytes.count) } else { free(address) }
    }
}
