/// Which columns of a table hold the texts and the label.
struct ColumnChoice: Equatable {
    var text: Int
    var pair: Int?
    var label: Int?
}

/// The well-known names of columns, and the rules that find a header and choose columns with them.
enum ColumnNames {
    /// One of these makes a first line a header.
    private static let certain: Set<String> = [
        "text", "sentence", "sentence1", "sentence2", "label", "labels", "category", "sentiment",
    ]
    /// Names of the first text of a pair and of the second.
    static let pairs = [
        ("sentence1", "sentence2"), ("premise", "hypothesis"), ("question1", "question2"), ("text1", "text2"),
        ("text_a", "text_b"), ("sentence_a", "sentence_b"),
    ]
    /// Names of a text, the likeliest first.
    static let texts =
        ["text", "sentence", "review", "content", "comment", "tweet", "message", "utterance", "document", "body"]
        + pairs.map(\.0) + ["question", "query", "headline", "description", "title"]
    /// Names of a label, the likeliest first.
    static let labels = [
        "label", "labels", "category", "sentiment", "class", "target", "intent", "emotion", "topic", "polarity",
        "gold_label", "rating", "stars", "score",
    ]
    /// Names of columns that are neither.
    private static let others: Set<String> = ["id", "idx", "index", "guid", "uid", "qid", "split", "lang", "language"]

    private static let all = Set(texts + labels + pairs.map(\.1)).union(others)

    /// Whether a first line without further evidence names columns.
    static func isHeader(_ cells: [String]) -> Bool {
        let names = cells.map(normal)
        let known = names.count(where: all.contains)
        return names.contains(where: certain.contains) || known >= min(2, names.count)
    }

    /// Chooses the columns of a table.
    /// - Parameters:
    ///   - names: the header's cells, or `nil` when there is no header.
    ///   - count: the number of columns.
    static func choose(names: [String]?, count: Int, source: DataSource) throws -> ColumnChoice {
        func column(_ asked: String?, _ flag: String) throws -> Int? {
            try asked.map { try find($0, flag: flag, names: names, count: count, path: source.path) }
        }
        let text = try column(source.textColumn, "--text-column")
        let pair = try column(source.pairColumn, "--pair-column")
        let label = try column(source.labelColumn, "--label-column")
        let choice =
            names.map { byName($0.map(normal), text: text, pair: pair, label: label, source: source) }
            ?? byPlace(count: count, text: text, pair: pair, label: label)
        let shown =
            names.map { "the columns \(list($0))" } ?? "\(count) \(count == 1 ? "column" : "columns") without a header"
        guard let choice else {
            throw FormatError(
                .missing, path: source.path, "found no column for the text in \(shown); name it with --text-column")
        }
        if source.requiresLabel, choice.label == nil {
            throw FormatError(
                .missing, path: source.path, "found no column for the label in \(shown); name it with --label-column")
        }
        let chosen = [choice.text, choice.pair, choice.label].compactMap { $0 }
        guard Set(chosen).count == chosen.count else {
            throw FormatError(
                .missing, path: source.path, "one column cannot be text, pair and label at once, in \(shown)")
        }
        return choice
    }

    /// The place of the column a user asked for by name or number.
    private static func find(_ asked: String, flag: String, names: [String]?, count: Int, path: String) throws -> Int {
        if let names {
            let places = names.indices.filter { names[$0].hasSameBytes(as: asked) }
            if places.count > 1 {
                throw FormatError(
                    .malformed, path: path, "\(flag) \(FormatError.quoted(asked)): two columns have this name")
            }
            if let place = places.first { return place }
        }
        if let number = Int(asked), (1...count).contains(number) { return number - 1 }
        let expected = names.map { "one of \(list($0))" } ?? "a number from 1 to \(count), as there is no header"
        throw FormatError(
            .missing, path: path, "\(flag) \(FormatError.quoted(asked)): no such column; expected \(expected)")
    }

    private static func byName(
        _ names: [String], text: Int?, pair: Int?, label: Int?, source: DataSource
    ) -> ColumnChoice? {
        func first(_ wanted: [String], except taken: [Int?]) -> Int? {
            for name in wanted {
                if let place = names.firstIndex(of: name), !taken.contains(place) { return place }
            }
            return nil
        }
        var (text, pair, label) = (text, pair, label)
        if text == nil, pair == nil {
            let known = pairs.first { names.contains($0.0) && names.contains($0.1) }
            if let known {
                text = first([known.0], except: [label])
                pair = first([known.1], except: [label])
            }
        }
        label = label ?? first(labels, except: [text, pair])
        text = text ?? first(texts, except: [pair, label])
        text = text ?? names.indices.first { ![pair, label].contains($0) && !others.contains(names[$0]) }
        if label == nil, source.requiresLabel {
            label = names.indices.last { ![text, pair].contains($0) && !others.contains(names[$0]) }
        }
        return text.map { ColumnChoice(text: $0, pair: pair, label: label) }
    }

    private static func byPlace(count: Int, text: Int?, pair: Int?, label: Int?) -> ColumnChoice? {
        let label = label ?? (0..<count).last { ![text, pair].contains($0) && (text != nil || $0 > 0) }
        let text = text ?? (0..<count).first { ![pair, label].contains($0) }
        return text.map { ColumnChoice(text: $0, pair: pair, label: label) }
    }

    private static func normal(_ name: String) -> String {
        name.trimmingSpace().lowercased()
    }

    static func list(_ names: [String]) -> String {
        names.prefix(20).map(FormatError.quoted).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
    }
}

extension String {
    /// The text without spaces, tabs and line ends at its ends.
    func trimmingSpace() -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = utf8.first, let last = utf8.last, isSpace(first) || isSpace(last) else { return self }
        let start = utf8.firstIndex { !isSpace($0) } ?? utf8.endIndex
        let end = utf8.lastIndex { !isSpace($0) }.map { utf8.index(after: $0) } ?? start
        return String(self[start..<end])
    }
}
