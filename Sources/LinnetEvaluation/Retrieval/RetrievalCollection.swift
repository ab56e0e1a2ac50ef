import LinnetFormats

/// A collection to evaluate retrieval on, in BEIR's layout: documents, queries, and judgments of both.
///
/// `corpus.jsonl` has an object per line with `_id`, `text` and, where there is one, `title`; `queries.jsonl` has `_id`
/// and `text`. Other keys are left alone.
public struct RetrievalCollection: Sendable {
    /// A document or a query.
    public struct Item: Sendable, Equatable {
        /// Its id.
        public var id: String
        /// The title of a document; empty where there is none.
        public var title: String
        /// The text.
        public var text: String

        /// A document or a query.
        public init(id: String, title: String = "", text: String) {
            self.id = id
            self.title = title
            self.text = text
        }

        /// Title, a space and text, without space at the ends: what BEIR's models are given.
        public var content: String { PythonText.stripped(title + " " + text) }
    }

    /// The documents, in the order of the file.
    public let documents: [Item]
    /// The queries that have judgments, in the order of the file.
    public let queries: [Item]
    /// What is relevant to what.
    public let judgments: RelevanceJudgments
    /// Judgments about documents that the collection does not hold; no system can find them.
    public let missingDocuments: Int

    /// Reads the three files.
    ///
    /// - Throws: `FormatError` with the line: no file, a line that is no object, no id or an id that occurs twice, no text,
    ///   judgments about a query that is not there.
    public init(corpus: String, queries: String, qrels: String) throws {
        let judgments = try RelevanceJudgments(path: qrels)
        let documents = try Self.items(path: corpus)
        let all = try Self.items(path: queries)
        let known = Set(all.map { Identifier($0.id) })
        for query in judgments.queries where !known.contains(Identifier(query)) {
            throw FormatError(
                .missing, path: qrels, "the query \(FormatError.quoted(query)) has judgments and is not in \(queries)")
        }
        let ids = Set(documents.map { Identifier($0.id) })
        missingDocuments = judgments.queries.reduce(0) { sum, query in
            sum + judgments.judgments(of: query).count { !ids.contains(Identifier($0.document)) }
        }
        let judged = Set(judgments.queries.map(Identifier.init))
        self.documents = documents
        self.queries = all.filter { judged.contains(Identifier($0.id)) }
        self.judgments = judgments
    }

    private static func items(path: String) throws -> [Item] {
        var items: [Item] = []
        var lines: [Identifier: Int] = [:]
        try JSONLines.forEach(path: path) { row in
            let id = try self.id(of: row)
            if let first = lines.updateValue(row.line, forKey: Identifier(id)) {
                throw row.failure("the id \(FormatError.quoted(id)) stands in line \(first) already")
            }
            var title = ""
            if let value = row.object["title"], !value.isNull { title = try row.text("title") }
            items.append(Item(id: id, title: title, text: try row.text("text")))
        }
        guard !items.isEmpty else {
            throw FormatError(.missing, path: path, "expected at least one line, found none")
        }
        return items
    }

    /// BEIR writes ids as texts; whole numbers are taken for what they look like.
    private static func id(of row: JSONLines.Row) throws -> String {
        if case .integer(let number)? = row.object["_id"] { return String(number) }
        let id = try row.text("_id")
        guard !id.isEmpty else { throw row.failure("expected an id under '_id', found an empty text") }
        return id
    }
}
