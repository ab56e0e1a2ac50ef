/// Markdown by its headings, as CommonMark has them: `# …` and underlined lines, not in fenced code or comments.
///
/// A section begins with its heading's line. Its headings are the texts of the headings it stands under, without
/// marks of emphasis, code and links. One pass, without recursion: quotes and lists are not opened, so headings inside
/// of them are text. An underline counts below a paragraph of one line.
struct MarkdownSections {
    /// The parts in order, without gaps.
    private(set) var parts: [TextPart] = []
    /// The first heading of level 1.
    private(set) var title: String?
    /// Whether there are comments, which a reader of the rendered text does not see.
    private(set) var hasComments = false

    private static let mostParts = 100_000
    private static let longestHeading = 512

    private var stack = HeadingStack()
    private var start: Int
    private var headings: [String] = []

    init(_ bytes: [UInt8], in range: Range<Int>) {
        start = range.lowerBound
        bytes.withUnsafeBufferPointer { scan($0, range) }
        if start < range.upperBound { parts.append(TextPart(range: start..<range.upperBound, headings: headings)) }
    }

    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        var fence: (mark: UInt8, length: Int)?
        var isInComment = false
        /// The line before, when it may be a heading that this line underlines.
        var paragraph: TextLines.Line?
        var isAfterText = false
        for line in TextLines(bytes, range) {
            let text = Self.withoutIndent(bytes, line.content)
            if let open = fence {
                if let run = text.flatMap({ Self.fence(bytes, $0) }), run.mark == open.mark, run.length >= open.length,
                    run.isBare
                {
                    fence = nil
                }
                continue
            }
            if isInComment {
                isInComment = !Self.contains("-->", bytes, line.content)
                continue
            }
            defer {
                let mayBeHeading = text.map { Self.isParagraph(bytes, $0) } ?? false
                paragraph = mayBeHeading && !isAfterText ? line : nil
                isAfterText = mayBeHeading
            }
            guard let text else { continue }
            if let run = Self.fence(bytes, text) {
                fence = (run.mark, run.length)
            } else if Self.starts("<!--", bytes, text) {
                hasComments = true
                isInComment = !Self.contains("-->", bytes, text)
            } else if let level = Self.level(bytes, text) {
                begin(level: level, text: text.dropFirst(level), at: line.start, bytes)
            } else if let before = paragraph, let level = Self.underline(bytes, text) {
                begin(level: level, text: before.content, at: before.start, bytes)
            }
        }
    }

    /// Begins a section with the heading at `place`.
    private mutating func begin(
        level: Int, text: Range<Int>, at place: Int, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        guard parts.count < Self.mostParts else { return }
        let end = UTF8Scalar.start(bytes, atOrBefore: min(text.upperBound, text.lowerBound + Self.longestHeading))
        let heading = HeadingText.plain(
            String(decoding: bytes[text.lowerBound..<max(end, text.lowerBound)], as: UTF8.self))
        if place > start { parts.append(TextPart(range: start..<place, headings: headings)) }
        start = place
        if level == 1, title == nil, !heading.isEmpty { title = heading }
        headings = stack.push(level: level, heading)
    }

    /// The line without up to three spaces before it; nil when it is blank or indented code.
    private static func withoutIndent(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>) -> Range<Int>? {
        var place = line.lowerBound
        while place < line.upperBound, bytes[place] == 0x20 { place += 1 }
        guard place < line.upperBound, place - line.lowerBound <= 3, bytes[place] != 0x09 else { return nil }
        return place..<line.upperBound
    }

    /// A run of three or more backticks or tildes, and whether nothing follows it.
    private static func fence(
        _ bytes: UnsafeBufferPointer<UInt8>, _ text: Range<Int>
    ) -> (mark: UInt8, length: Int, isBare: Bool)? {
        let mark = bytes[text.lowerBound]
        guard mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
        let end = text.first { bytes[$0] != mark } ?? text.upperBound
        guard end - text.lowerBound >= 3 else { return nil }
        let rest = end..<text.upperBound
        if mark == UInt8(ascii: "`"), rest.contains(where: { bytes[$0] == mark }) { return nil }
        return (mark, end - text.lowerBound, rest.allSatisfy { bytes[$0] == 0x20 || bytes[$0] == 0x09 })
    }

    /// The level of a heading that begins with one to six `#` and a space or the line's end.
    private static func level(_ bytes: UnsafeBufferPointer<UInt8>, _ text: Range<Int>) -> Int? {
        let end = text.prefix(7).first { bytes[$0] != UInt8(ascii: "#") } ?? min(text.upperBound, text.lowerBound + 7)
        guard (1...6).contains(end - text.lowerBound) else { return nil }
        guard end == text.upperBound || bytes[end] == 0x20 || bytes[end] == 0x09 else { return nil }
        return end - text.lowerBound
    }

    /// The level of a heading that this line underlines.
    private static func underline(_ bytes: UnsafeBufferPointer<UInt8>, _ text: Range<Int>) -> Int? {
        let mark = bytes[text.lowerBound]
        guard mark == UInt8(ascii: "=") || mark == UInt8(ascii: "-") else { return nil }
        let end = text.first { bytes[$0] != mark } ?? text.upperBound
        guard (end..<text.upperBound).allSatisfy({ bytes[$0] == 0x20 || bytes[$0] == 0x09 }) else { return nil }
        return mark == UInt8(ascii: "=") ? 1 : 2
    }

    /// Whether a line is the text of a paragraph: no heading, list, quote, table, rule, fence or markup.
    private static func isParagraph(_ bytes: UnsafeBufferPointer<UInt8>, _ text: Range<Int>) -> Bool {
        let first = bytes[text.lowerBound]
        if "#>|-+*=`~<".utf8.contains(first) { return false }
        let afterDigits = text.first { !(0x30...0x39).contains(bytes[$0]) } ?? text.upperBound
        guard afterDigits > text.lowerBound, afterDigits < text.upperBound else { return true }
        return bytes[afterDigits] != UInt8(ascii: ".") && bytes[afterDigits] != UInt8(ascii: ")")
    }

    private static func starts(_ word: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, _ text: Range<Int>) -> Bool {
        let count = word.utf8CodeUnitCount
        return text.count >= count && (0..<count).allSatisfy { bytes[text.lowerBound + $0] == word.utf8Start[$0] }
    }

    private static func contains(_ word: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, _ text: Range<Int>) -> Bool
    {
        text.contains { starts(word, bytes, $0..<text.upperBound) }
    }
}

/// The headings that the text at a place stands under.
struct HeadingStack {
    private var open: [(level: Int, text: String)] = []

    /// Enters a heading: those of its level and deeper end.
    mutating func push(level: Int, _ text: String) -> [String] {
        while let last = open.last, last.level >= level { open.removeLast() }
        open.append((level, text))
        return open.map(\.text).filter { !$0.isEmpty }
    }
}

/// The text of a heading.
enum HeadingText {
    /// A Markdown heading without closing `#`, marks of emphasis and code, and targets of links.
    static func plain(_ line: String) -> String {
        var text = line.trimmingEnd()
        let closing = text.reversed().prefix { $0 == "#" }.count
        if closing > 0 {
            let rest = text.dropLast(closing)
            if rest.isEmpty || rest.last == " " || rest.last == "\t" { text = String(rest) }
        }
        var result = ""
        var characters = Substring(text)
        while let character = characters.popFirst() {
            if character == "]", characters.first == "(", let close = characters.firstIndex(of: ")") {
                characters = characters[characters.index(after: close)...]
            } else if !"*`[]".contains(character) {
                result.append(character)
            }
        }
        return result.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
