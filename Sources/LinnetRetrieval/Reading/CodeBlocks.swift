/// Source code by its top-level blocks.
///
/// A block begins at a line that is not indented and does not begin with a closing bracket, after an empty line.
enum CodeBlocks {
    /// Parts of a text after these many stay together.
    static let mostParts = 100_000

    /// The blocks of a part of a text.
    static func parts(of bytes: [UInt8], in range: Range<Int>) -> [TextPart] {
        bytes.withUnsafeBufferPointer { buffer in
            var parts: [TextPart] = []
            var start = range.lowerBound
            var isAfterEmptyLine = false
            for line in TextLines(buffer, range) {
                let first = line.content.isEmpty ? nil : Optional(buffer[line.content.lowerBound])
                if isAfterEmptyLine, let first, !isInside(first), line.start > start, parts.count < mostParts {
                    parts.append(TextPart(range: start..<line.start))
                    start = line.start
                }
                isAfterEmptyLine = line.isBlank(buffer)
            }
            if start < range.upperBound { parts.append(TextPart(range: start..<range.upperBound)) }
            return parts
        }
    }

    private static func isInside(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: "}") || byte == UInt8(ascii: ")")
            || byte == UInt8(ascii: "]")
    }
}
