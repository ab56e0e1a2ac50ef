/// The metadata at the top of a Markdown file: YAML between lines of `---`, or TOML between lines of `+++`.
///
/// Only what filters can compare is taken: `key: value` (or `key = value`) at the left margin with a scalar or a list
/// in brackets, which becomes a text. It counts as front matter when it closes within 64 KiB and its first line is such
/// a pair or a comment; otherwise `---` is a rule of the text.
struct FrontMatter {
    /// What it says.
    private(set) var values: [String: MetadataValue] = [:]
    /// Where the text begins; 0 when there is none.
    private(set) var end = 0

    private static let longest = 65_536
    private static let mostValues = 100

    init(_ bytes: [UInt8]) {
        let isTOML = bytes.starts(with: Array("+++".utf8))
        guard isTOML || bytes.starts(with: Array("---".utf8)) else { return }
        let marks = isTOML ? ["+++"] : ["---", "..."]
        let separator: Character = isTOML ? "=" : ":"
        bytes.withUnsafeBufferPointer { buffer in
            var found: [String: MetadataValue] = [:]
            var number = 0
            for line in TextLines(buffer, 0..<min(bytes.count, Self.longest)) {
                let text = String(decoding: buffer[line.content], as: UTF8.self).trimmingEnd()
                defer { number += 1 }
                if number == 0 {
                    guard text == marks.first else { return }
                } else if marks.contains(text) {
                    (values, end) = (found, line.next)
                    return
                } else if let (key, value) = Self.pair(text, separator) {
                    if let value, found.count < Self.mostValues { found[key] = value }
                } else if number == 1, !text.hasPrefix("#") {
                    return
                }
            }
        }
    }

    /// A key at the left margin and its value where that is one.
    private static func pair(_ line: String, _ separator: Character) -> (String, MetadataValue?)? {
        guard let place = line.firstIndex(of: separator) else { return nil }
        let key = String(line[..<place]).trimmingEnd()
        let isName: (Character) -> Bool = { $0.isLetter || $0.isNumber || "_-.".contains($0) }
        guard let first = key.first, first.isLetter || first == "_", key.allSatisfy(isName), key.utf8.count <= 64 else {
            return nil
        }
        let rest = line[line.index(after: place)...]
        guard rest.isEmpty || rest.first == " " || separator == "=" else { return nil }
        return (key, value(String(rest.drop { $0 == " " || $0 == "\t" })))
    }

    private static func value(_ text: String) -> MetadataValue? {
        guard let first = text.first else { return nil }
        switch first {
        case "\"", "'":
            guard let close = text.dropFirst().firstIndex(of: first) else { return nil }
            return .text(String(text[text.index(after: text.startIndex)..<close]))
        case "[":
            guard text.last == "]" else { return nil }
            let items = text.dropFirst().dropLast().split(separator: ",").map { item in
                item.drop { " \"'".contains($0) }.reversed().drop { " \"'".contains($0) }.reversed()
            }
            return .text(items.map { String($0) }.joined(separator: ", "))
        case "|", ">", "{", "&", "*", "!": return nil
        default: return CellValue.typed(text.split(separator: " #").first.map(String.init) ?? text)
        }
    }
}

extension String {
    /// The text without spaces, tabs and carriage returns at its end.
    func trimmingEnd() -> String {
        guard let last = utf8.lastIndex(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return "" }
        return String(self[..<utf8.index(after: last)])
    }
}
