import Foundation

extension JSON {
    /// Deepest nesting that is read: the limit of the reader behind Hugging Face's tokenizers. It keeps reading,
    /// writing, comparing and releasing a value within the smallest thread stacks.
    public static let deepestNesting = 128

    /// Largest JSON file that `read` opens, in bytes; the largest tokenizer files are near 40 MB.
    public static let largestFile = 512 << 20

    /// Reads one JSON value from `bytes` (`[UInt8]`, `Data` or a raw buffer).
    /// - Parameters:
    ///   - path: what errors name as the source.
    ///   - maxDepth: how deep arrays and objects may nest; at most `deepestNesting`.
    /// - Throws: `FormatError` with line and column.
    public static func parse(
        _ bytes: some ContiguousBytes, path: String, maxDepth: Int = deepestNesting
    ) throws -> JSON {
        try bytes.withUnsafeBytes { buffer in
            guard !buffer.starts(with: [0xEF, 0xBB, 0xBF]) else {
                throw FormatError(.malformed, path: path, "begins with a byte order mark; save it as UTF-8 without one")
            }
            var scanner = JSONScanner(buffer, path: path, maxDepth: min(maxDepth, deepestNesting))
            let value = try scanner.value()
            try scanner.expectEnd()
            return value
        }
    }

    /// Reads one JSON value from a text.
    public static func parse(_ text: String, path: String, maxDepth: Int = deepestNesting) throws -> JSON {
        try parse(Array(text.utf8), path: path, maxDepth: maxDepth)
    }

    /// Reads the JSON file at `path`.
    /// - Throws: `FormatError`: `notFound`, `unreadable`, `tooLarge` or `malformed` with line and column.
    public static func read(path: String) throws -> JSON {
        try parse(try FileBytes.read(path, limit: largestFile), path: path)
    }
}
