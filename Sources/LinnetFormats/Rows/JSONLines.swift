/// A file with a JSON object per line (`.jsonl`), read strictly; empty lines are skipped.
public enum JSONLines {
    /// The object of one line, and where it stands.
    public struct Row: Sendable {
        /// The file.
        public let path: String
        /// The line, counted from 1.
        public let line: Int
        /// What stands there.
        public let object: JSONObject

        /// The text under `key`.
        /// - Throws: `FormatError` with the line when there is none, or something else than a text.
        public func text(_ key: String) throws -> String {
            guard let value = object[key] else { throw failure("expected a text under '\(key)', found no such key") }
            guard let text = value.stringValue else {
                throw failure("expected a text under '\(key)', found \(value.kindName)")
            }
            return text
        }

        /// An error about this line.
        public func failure(_ message: String) -> FormatError {
            FormatError(.malformed, path: path, "line \(line): \(message)")
        }
    }

    /// Hands every object to `body`, in order.
    /// - Throws: `FormatError` with the line for what is no object; what `body` throws.
    public static func forEach(path: String, _ body: (Row) throws -> Void) throws {
        let bytes = try FileBytes.read(path)
        try bytes.withUnsafeBytes { buffer in
            var lines = LineCursor(buffer)
            while let line = lines.next() {
                guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
                var scanner = JSONScanner(
                    line, path: path, maxDepth: JSON.deepestNesting, firstLine: lines.number)
                let value = try scanner.value()
                try scanner.expectEnd()
                guard let object = value.objectValue else {
                    throw FormatError(
                        .malformed, path: path, "line \(lines.number): expected an object, found \(value.kindName)")
                }
                try body(Row(path: path, line: lines.number, object: object))
            }
        }
    }
}
