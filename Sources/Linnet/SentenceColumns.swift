import LinnetFormats

/// Which columns of a file hold anchors, positives, negatives and scores.
///
/// Columns that are not named by hand are found by the names that users of sentence-transformers give them; what has no
/// such name is taken in the order of the file. Without a header the first column holds the anchors, the second the
/// positives, and the rest negatives or, where the loss asks for it, a score.
public struct SentenceColumns: Sendable, Equatable {
    /// Column of the anchors, by name or number from 1.
    public var anchor: String?
    /// Column of the positives, or of the second texts.
    public var positive: String?
    /// Columns of the negatives.
    public var negatives: [String] = []
    /// Column of the scores.
    public var score: String?

    /// Columns to be found by their names.
    public init() {}

    private static let firsts = [
        "anchor", "query", "question", "sentence1", "premise", "text1", "question1", "text_a", "sentence_a",
        "title", "sentence", "text",
    ]
    private static let seconds = [
        "positive", "pos", "answer", "passage", "document", "sentence2", "hypothesis", "text2", "question2", "text_b",
        "sentence_b", "context", "response", "abstract", "body", "text", "pair", "text_pair",
    ]
    private static let scores = ["score", "scores", "similarity_score", "similarity", "label", "labels"]
    private static let identifiers: Set<String> = ["id", "idx", "index", "guid", "split", "lang", "language"]
    private static let known = Set(firsts + seconds + scores).union(["negative", "neg"])

    /// The places of the columns in a table.
    struct Places: Equatable {
        var anchor: Int
        var positive: Int
        var negatives: [Int]
        var score: Int?

        var texts: [Int] { [anchor, positive] + negatives }
    }

    /// Whether a first line names columns: one of them is asked for by name, or two are well known.
    func isHeader(_ cells: [String]) -> Bool {
        let asked = [anchor, positive, score].compactMap { $0 } + negatives
        if asked.contains(where: { Int($0) == nil }) { return true }
        return cells.count { Self.known.contains(Self.normal($0)) || Self.isNegative(Self.normal($0)) } >= 2
    }

    /// Chooses the columns of a table.
    ///
    /// - Parameter usesScore: Whether every row must have a score; without it a score is left aside.
    /// - Throws: ``FormatError`` naming a column that is asked for and not there, or a role that nothing fills.
    func places(in table: TextTable, usesScore: Bool) throws -> Places {
        let names = table.names?.map(Self.normal) ?? []
        var anchor = try self.anchor.map { try find($0, "--anchor-column", table) }
        var positive = try self.positive.map { try find($0, "--positive-column", table) }
        var negatives = try self.negatives.map { try find($0, "--negative-column", table) }
        var score = try self.score.map { try find($0, "--score-column", table) }
        func isFree(_ place: Int) -> Bool { ![anchor, positive, score].contains(place) && !negatives.contains(place) }
        func first(_ wanted: [String]) -> Int? {
            wanted.lazy.compactMap { name in names.indices.first { names[$0] == name && isFree($0) } }.first
        }
        score = score ?? first(Self.scores)
        if score == nil, usesScore, table.names == nil, table.columnCount > 2 { score = table.columnCount - 1 }
        if self.negatives.isEmpty {
            negatives = names.indices.filter { Self.isNegative(names[$0]) && isFree($0) }
        }
        anchor = anchor ?? first(Self.firsts)
        positive = positive ?? first(Self.seconds)
        var others = (0..<table.columnCount).filter { place in
            isFree(place) && !(place < names.count && Self.identifiers.contains(names[place]))
        }
        if anchor == nil, !others.isEmpty { anchor = others.removeFirst() }
        if positive == nil, !others.isEmpty { positive = others.removeFirst() }
        if self.negatives.isEmpty, table.names == nil, !usesScore { negatives = others }
        guard let anchor, let positive else {
            throw missing("two columns of texts", "--anchor-column and --positive-column", table)
        }
        guard !usesScore || score != nil else { throw missing("a column of scores", "--score-column", table) }
        let chosen = [anchor, positive] + negatives + (usesScore ? [score].compactMap { $0 } : [])
        guard Set(chosen).count == chosen.count else {
            throw FormatError(.missing, path: table.path, "one column cannot have two roles, in \(Self.shown(table))")
        }
        return Places(anchor: anchor, positive: positive, negatives: negatives, score: usesScore ? score : nil)
    }

    private func find(_ asked: String, _ flag: String, _ table: TextTable) throws -> Int {
        if let place = table.names?.firstIndex(where: { $0.utf8.elementsEqual(asked.utf8) }) { return place }
        if let number = Int(asked), (1...table.columnCount).contains(number) { return number - 1 }
        throw FormatError(
            .missing, path: table.path,
            "\(flag) \(FormatError.quoted(asked)): no such column; there are \(Self.shown(table))")
    }

    private func missing(_ what: String, _ flags: String, _ table: TextTable) -> FormatError {
        FormatError(.missing, path: table.path, "expected \(what), found \(Self.shown(table)); name them with \(flags)")
    }

    private static func shown(_ table: TextTable) -> String {
        guard let names = table.names else { return "\(table.columnCount) columns without a header" }
        return "the columns " + names.prefix(20).map(FormatError.quoted).joined(separator: ", ")
            + (names.count > 20 ? ", …" : "")
    }

    private static func normal(_ name: String) -> String {
        var name = name[...]
        while name.first?.isWhitespace == true { name.removeFirst() }
        while name.last?.isWhitespace == true { name.removeLast() }
        return name.lowercased()
    }

    private static func isNegative(_ name: String) -> Bool {
        name == "neg" || name.hasPrefix("negative") || name.hasPrefix("hard_negative")
    }
}
