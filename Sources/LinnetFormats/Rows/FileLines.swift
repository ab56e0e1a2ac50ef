/// The lines of a text file, without their line ends.
public enum FileLines {
    /// Hands every line that is not empty to `body`, with its number counted from 1.
    /// - Throws: `FormatError` for a file that cannot be read and for a line that is not UTF-8; what `body` throws.
    public static func forEach(path: String, _ body: (_ line: String, _ number: Int) throws -> Void) throws {
        let bytes = try FileBytes.read(path)
        try bytes.withUnsafeBytes { buffer in
            var lines = LineCursor(buffer)
            while let line = lines.next() {
                guard !line.isEmpty else { continue }
                try body(try lines.text(line, path: path), lines.number)
            }
        }
    }
}
