import Foundation

/// Results, written to standard output in whole lines.
///
/// A reader that goes away (`linnet embed … | head`) ends the command quietly: SIGPIPE is ignored by `main`, and the
/// failed write surfaces here as `ReaderHasGone`. Any other failed write (a full disk) is an error.
final class StandardOutput {
    /// The reader of standard output has closed it; there is nobody left to write for.
    struct ReaderHasGone: Error {}

    private var pending: [UInt8] = []
    private static let flushThreshold = 1 << 16

    /// Adds a line; it is on its way once the buffer is full or `flush` was called.
    func write(line: String) throws {
        pending.append(contentsOf: line.utf8)
        pending.append(UInt8(ascii: "\n"))
        if pending.count >= Self.flushThreshold { try flush() }
    }

    /// Adds text that ends its own lines.
    func write(text: String) throws {
        pending.append(contentsOf: text.utf8)
        try flush()
    }

    /// Hands everything written so far to the reader.
    func flush() throws {
        defer { pending.removeAll(keepingCapacity: true) }
        try Self.write(pending, to: STDOUT_FILENO)
    }

    /// A message for the person at the terminal, on standard error; a closed standard error is no failure.
    static func message(_ text: String, terminator: String = "\n") {
        try? write(Array((text + terminator).utf8), to: STDERR_FILENO)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                unistdWrite(descriptor, UnsafeRawBufferPointer(rebasing: buffer[written...]))
            }
            if count > 0 {
                written += count
            } else if errno == EPIPE {
                throw ReaderHasGone()
            } else if errno != EINTR && errno != EAGAIN {
                throw CommandError("standard output: cannot write: \(String(cString: strerror(errno)))")
            }
        }
    }

    private static func unistdWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
