import LinnetFormats

/// Which columns of a table are the text of its documents.
struct TextColumns {
    /// Well-known names, the likeliest first.
    static let names = [
        "text", "content", "body", "passage", "document", "contents", "page_content", "chunk", "sentence", "paragraph",
        "abstract", "review", "comment", "message", "answer", "description", "summary",
    ]
    private static let longestMetadata = 1_024

    private let asked: [String]
    /// How the table is laid out.
    let format: FileFormat
    private var hasFound = false
    private var seen: [String] = []
    /// The chosen columns of the row that was read last; nil where all are text.
    private var chosen: [String]?

    init(asked: [String], format: FileFormat) {
        self.asked = asked
        self.format = format
    }

    /// The text of a row and its heading; nil for a row without text.
    mutating func document(_ row: TableRow) -> (text: String, title: String?)? {
        if seen.isEmpty { seen = row.cells.map(\.name) }
        var texts: [(name: String, text: String)] = []
        if !asked.isEmpty {
            texts = row.cells.filter { cell in asked.contains { Self.isSame($0, cell.name) } }.map(Self.shown)
            hasFound = hasFound || !texts.isEmpty
            chosen = texts.map(\.name)
        } else {
            let known = Self.names.lazy.compactMap { name in row.cells.first { $0.name.lowercased() == name } }
                .first { $0.value.stringValue?.isEmpty == false }
            texts = known.map { [Self.shown($0)] } ?? row.cells.map(Self.shown)
            chosen = known.map { [$0.name] }
        }
        texts.removeAll { $0.text.allSatisfy(\.isWhitespace) }
        guard let first = texts.first else { return nil }
        let isSingle = texts.count == 1 && chosen?.count == 1
        let text = isSingle ? first.text : texts.map { "\($0.name): \($0.text)" }.joined(separator: "\n")
        let title = isSingle && first.name.lowercased() != "title" ? Self.title(row) : nil
        return (text, title)
    }

    /// What the row's other columns say.
    func metadata(_ row: TableRow) -> [String: MetadataValue] {
        var metadata: [String: MetadataValue] = [:]
        for cell in row.cells where chosen?.contains(where: { Self.isSame($0, cell.name) }) != true {
            if let members = cell.value.objectValue {
                for member in members { metadata["\(cell.name).\(member.key)"] = value(member.value) }
            } else {
                metadata[cell.name] = value(cell.value)
            }
        }
        return metadata
    }

    /// Says so when no row has a column that was asked for.
    func checkFound(path: String) throws {
        guard !asked.isEmpty, !hasFound, !seen.isEmpty else { return }
        let names = seen.prefix(20).map(FormatError.quoted).joined(separator: ", ")
        throw RetrievalError.unreadable(
            path, "--text-column \(asked.joined(separator: ",")): no such column; expected some of \(names)")
    }

    private func value(_ json: JSON) -> MetadataValue? {
        switch json {
        case .null: return nil
        case .string(let text):
            guard !text.isEmpty, text.utf8.count <= Self.longestMetadata else { return nil }
            return format == .json ? .text(text) : CellValue.typed(text)
        case .array, .object:
            let text = json.text()
            return text.utf8.count <= Self.longestMetadata && text != "[]" && text != "{}" ? .text(text) : nil
        default: return MetadataValue(json: json)
        }
    }

    private static func title(_ row: TableRow) -> String? {
        let title = row.cells.first { $0.name.lowercased() == "title" }?.value.stringValue
        guard let title, title.utf8.count <= 512, title.contains(where: { !$0.isWhitespace }) else { return nil }
        return title
    }

    /// A cell as it stands in a text.
    private static func shown(_ cell: (name: String, value: JSON)) -> (name: String, text: String) {
        (cell.name, cell.value.isNull ? "" : cell.value.stringValue ?? cell.value.text())
    }

    private static func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}
