import LinnetFormats

/// The text of an HTML page without markup, and what the markup said.
///
/// Between processes it travels as one line of JSON and the text behind it.
struct ExtractedText: Equatable {
    /// A heading and where its text begins.
    struct Heading: Equatable {
        var offset: Int
        var level: Int
        var text: String
    }

    /// The text in UTF-8.
    var text: [UInt8] = []
    /// What the page calls itself.
    var title: String?
    /// The language it says it is in.
    var language: String?
    /// Headings in order.
    var headings: [Heading] = []
    /// Whether text was dropped that nobody sees.
    var hasHiddenText = false
    /// Whether the page holds more text than was kept.
    var isTruncated = false

    /// The bytes that go from the child to the parent.
    func encoded() -> [UInt8] {
        let headings = headings.map { JSON.array([JSON($0.offset), JSON($0.level), .string($0.text)]) }
        let header = JSON.object([
            "title": title.map { .string($0) } ?? .null, "language": language.map { .string($0) } ?? .null,
            "hidden": .bool(hasHiddenText), "truncated": .bool(isTruncated), "headings": .array(headings),
        ])
        return Array(header.text().utf8) + [UInt8(ascii: "\n")] + text
    }

    init() {}

    /// Reads what a child sent, which is no more trustworthy than the page.
    init(encoded bytes: [UInt8], path: String) throws {
        let malformed = RetrievalError.unreadable(path, "its reader gave an answer that makes no sense")
        guard let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) else { throw malformed }
        guard let header = try? JSON.parse(Array(bytes[..<lineEnd]), path: path) else { throw malformed }
        text = Array(bytes[(lineEnd + 1)...])
        guard String(validating: text, as: UTF8.self) != nil else { throw malformed }
        title = header["title"]?.stringValue
        language = header["language"]?.stringValue
        hasHiddenText = header["hidden"]?.boolValue ?? false
        isTruncated = header["truncated"]?.boolValue ?? false
        var last = 0
        for entry in header["headings"]?.arrayValue ?? [] {
            guard let values = entry.arrayValue, values.count == 3, let offset = values[0].intValue,
                let level = values[1].intValue, let text = values[2].stringValue,
                (last...self.text.count).contains(offset),
                (1...6).contains(level)
            else { throw malformed }
            headings.append(Heading(offset: offset, level: level, text: text))
            last = offset
        }
    }

    /// The text by its headings.
    var parts: [TextPart] {
        var parts: [TextPart] = []
        var stack = HeadingStack()
        var (start, current): (Int, [String]) = (0, [])
        for heading in headings {
            if heading.offset > start { parts.append(TextPart(range: start..<heading.offset, headings: current)) }
            start = heading.offset
            current = stack.push(level: heading.level, heading.text)
        }
        if start < text.count { parts.append(TextPart(range: start..<text.count, headings: current)) }
        return parts
    }
}
