import Foundation

/// The lines of a file or of standard input, read with bounded memory.
///
/// A batch holds the lines that have arrived, so that a filter answers a slow writer at once and a fast one in large
/// batches. Lines end with LF or CRLF; the last one may end with the file. Bytes that are not UTF-8 become U+FFFD.
/// Every line counts, empty ones too, so that results stay beside their inputs.
final class TextLines {
    /// A line longer than this is an error rather than a reason to fill the memory.
    static let longestLine = 16 << 20

    private let descriptor: Int32
    private let name: String
    private var buffer: [UInt8] = []
    /// How much of the buffer is known to hold no line ending.
    private var searched = 0
    private var lineNumber = 0
    private var isAtEnd = false

    /// Opens a file; `-` and nil stand for standard input.
    ///
    /// - Parameter terminalHint: Said when a person is to type the lines.
    init(
        path: String?, terminalHint: String? = "linnet: reading texts from the terminal, one per line; Ctrl-D ends them"
    ) throws {
        if let path, path != "-" {
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw CommandError("\(path): cannot read: \(String(cString: strerror(errno)))")
            }
            name = path
        } else {
            descriptor = STDIN_FILENO
            name = "standard input"
            if let terminalHint, isatty(descriptor) == 1 { StandardOutput.message(terminalHint) }
        }
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// The next lines, at least one and at most `limit`; empty at the end.
    func next(limit: Int) throws -> [String] {
        while true {
            let lines = takeLines(limit: limit)
            if !lines.isEmpty { return lines }
            if isAtEnd { return takeRest() }
            try fill()
        }
    }

    /// Removes the complete lines at the front of the buffer.
    private func takeLines(limit: Int) -> [String] {
        var lines: [String] = []
        var start = 0
        while lines.count < limit, let end = lineEnd(from: max(start, searched)) {
            lines.append(text(of: buffer[start..<end]))
            start = end + 1
        }
        searched = lines.count < limit ? buffer.count - start : 0
        buffer.removeFirst(start)
        lineNumber += lines.count
        return lines
    }

    /// The next line feed at or after a position.
    private func lineEnd(from start: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard start < bytes.count, let first = bytes.baseAddress,
                let found = memchr(first + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - first
        }
    }

    /// What stands after the last line ending.
    private func takeRest() -> [String] {
        guard !buffer.isEmpty else { return [] }
        defer { buffer.removeAll() }
        return [text(of: buffer[...])]
    }

    private func text(of bytes: ArraySlice<UInt8>) -> String {
        let line = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        return String(decoding: line, as: UTF8.self)
    }

    /// Reads once, waiting if nothing has arrived yet.
    private func fill() throws {
        guard buffer.count <= Self.longestLine else {
            let limit = Self.longestLine >> 20
            throw CommandError(
                "\(name): line \(lineNumber + 1) is longer than \(limit) MiB; expected one text per line")
        }
        var block = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &block, block.count)
        if count > 0 {
            buffer.append(contentsOf: block[..<count])
        } else if count == 0 {
            isAtEnd = true
        } else if errno != EINTR {
            throw CommandError("\(name): cannot read: \(String(cString: strerror(errno)))")
        }
    }
}
