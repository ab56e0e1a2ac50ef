/// Collects the text of a page from the events of a parser.
///
/// White space is collapsed as a browser does, blocks are separated by empty lines, items of lists begin with `- `,
/// cells of a row are separated by ` | `; `pre` stays as it is. Scripts, styles, forms' choices, embedded objects and
/// comments are dropped, as is what the page hides by the attribute `hidden`, `aria-hidden="true"`, or a style of
/// `display:none`, `visibility:hidden`, `opacity:0` or `font-size:0`; the latter and invisible characters
/// (``HiddenText``) set `hasHiddenText`. Style sheets are not applied. Nesting costs a byte per level.
struct HTMLTextBuilder {
    /// What has been collected.
    private(set) var result = ExtractedText()

    private struct Element {
        var isDropped = false
        var isHidden = false
        var isPreformatted = false
        var isTitle = false
    }

    private static let longestHeading = 512
    private static let mostHeadings = 100_000

    private let longestText: Int
    private var open: [Element] = []
    private var title: [UInt8] = []
    private var heading: (level: Int, offset: Int?)?
    private var lineBreaks = 0
    private var hasPendingSpace = false

    /// A builder that keeps at most `longestText` bytes.
    init(longestText: Int) { self.longestText = longestText }

    /// Whether nothing more will be kept.
    var isFull: Bool { result.isTruncated }

    /// An element begins.
    mutating func start(_ name: String, _ attribute: (String) -> String?) {
        var element = open.last ?? Element()
        if Self.dropped.contains(name) { element.isDropped = true }
        if Self.isHidden(attribute) {
            element.isDropped = true
            element.isHidden = true
        }
        if name == "title" { element.isTitle = true }
        if name == "pre" || name == "textarea" { element.isPreformatted = true }
        if name == "html", let language = attribute("lang"), language.utf8.count <= 35 { result.language = language }
        open.append(element)
        guard !element.isDropped else { return }
        if let level = Self.headingLevel(name) {
            endHeading()
            breakLines(2)
            heading = (level, nil)
        } else if name == "br" {
            breakLines(min(2, lineBreaks + 1))
        } else if name == "li" {
            breakLines(1)
            append(Array("- ".utf8)[...])
        } else if name == "td" || name == "th" {
            if lineBreaks == 0, let last = result.text.last, last != UInt8(ascii: "\n") {
                append(Array(" | ".utf8)[...])
            }
        } else {
            breakLines(Self.breaks[name] ?? 0)
        }
    }

    /// An element ends.
    mutating func end(_ name: String) {
        let element = open.popLast() ?? Element()
        guard !element.isDropped else { return }
        if Self.headingLevel(name) != nil {
            endHeading()
            breakLines(2)
        } else if name != "br" {
            breakLines(Self.breaks[name] ?? 0)
        }
    }

    /// Text between tags.
    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        let element = open.last ?? Element()
        if element.isDropped {
            if element.isHidden, !result.hasHiddenText { result.hasHiddenText = bytes.contains { $0 > 0x20 } }
            return
        }
        let (visible, hasHidden) = HiddenText.removed(from: Array(bytes))
        if hasHidden { result.hasHiddenText = true }
        if element.isTitle {
            title.append(contentsOf: visible.prefix(max(0, Self.longestHeading - title.count)))
        } else if element.isPreformatted {
            appendAsIs(visible)
        } else {
            appendCollapsed(visible)
        }
    }

    /// The page has ended.
    mutating func finish() -> ExtractedText {
        endHeading()
        let title = Self.oneLine(self.title[...])
        result.title = title.isEmpty ? nil : title
        if !result.text.isEmpty { result.text.append(UInt8(ascii: "\n")) }
        return result
    }

    private mutating func breakLines(_ count: Int) { lineBreaks = max(lineBreaks, count) }

    private mutating func appendCollapsed(_ bytes: [UInt8]) {
        var start: Int?
        for (place, byte) in bytes.enumerated() {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                if let begin = start { append(bytes[begin..<place]) }
                start = nil
                hasPendingSpace = true
            } else if start == nil {
                start = place
            }
        }
        if let begin = start { append(bytes[begin...]) }
    }

    private mutating func appendAsIs(_ bytes: [UInt8]) {
        guard bytes.contains(where: { $0 > 0x20 }) || lineBreaks == 0 else { return }
        hasPendingSpace = false
        let lines = bytes.filter { $0 != 0x0D }
        append(lineBreaks > 0 && lines.first == 0x0A ? lines.dropFirst() : lines[...])
    }

    /// Adds bytes behind the space or the line breaks that stand before them.
    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty, !result.isTruncated else { return }
        if result.text.isEmpty {
            hasPendingSpace = false
        } else if lineBreaks > 0 {
            while let last = result.text.last, last == 0x20 || last == 0x0A { result.text.removeLast() }
            result.text.append(contentsOf: repeatElement(0x0A, count: lineBreaks))
        } else if hasPendingSpace, let last = result.text.last, last != 0x0A, last != 0x20 {
            result.text.append(0x20)
        }
        lineBreaks = 0
        hasPendingSpace = false
        if heading != nil, heading?.offset == nil { heading?.offset = result.text.count }
        let room = longestText - result.text.count
        if bytes.count <= room {
            result.text.append(contentsOf: bytes)
        } else {
            result.isTruncated = true
            var kept = bytes.prefix(max(0, room))
            while let last = kept.last, last >= 0x80 { kept.removeLast() }
            result.text.append(contentsOf: kept)
        }
    }

    private mutating func endHeading() {
        defer { heading = nil }
        guard let heading, let offset = heading.offset, offset < result.text.count else { return }
        let text = Self.oneLine(result.text[offset...].prefix(Self.longestHeading))
        guard !text.isEmpty, result.headings.count < Self.mostHeadings else { return }
        result.headings.append(ExtractedText.Heading(offset: offset, level: heading.level, text: text))
    }

    private static func oneLine(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func headingLevel(_ name: String) -> Int? {
        guard name.utf8.count == 2, name.utf8.first == UInt8(ascii: "h"), let level = name.last?.wholeNumberValue else {
            return nil
        }
        return (1...6).contains(level) ? level : nil
    }

    private static func isHidden(_ attribute: (String) -> String?) -> Bool {
        if attribute("hidden") != nil || attribute("aria-hidden")?.lowercased() == "true" { return true }
        guard let style = attribute("style") else { return false }
        let plain = String(style.lowercased().prefix(4_096).filter { !$0.isWhitespace })
        if plain.contains("display:none") || plain.contains("visibility:hidden") { return true }
        return ["opacity:0", "font-size:0"].contains { word in
            guard let found = plain.range(of: word) else { return false }
            let rest = plain[found.upperBound...]
            return rest.first.map { $0 != "." && !$0.isNumber } ?? true
        }
    }

    private static let dropped: Set<String> = [
        "script", "style", "template", "noscript", "iframe", "object", "embed", "applet", "canvas", "audio", "video",
        "svg", "noframes", "select", "datalist",
    ]

    private static let breaks: [String: Int] = {
        var table: [String: Int] = [:]
        for name in ["div", "tr", "dt", "dd", "option", "summary", "legend", "caption", "ul", "ol", "dl", "menu"] {
            table[name] = 1
        }
        for name in [
            "p", "pre", "blockquote", "table", "section", "article", "header", "footer", "nav", "aside", "main", "form",
            "fieldset", "figure", "figcaption", "hr", "address", "details", "body", "center", "dir", "listing", "xmp",
            "plaintext",
        ] {
            table[name] = 2
        }
        return table
    }()
}
