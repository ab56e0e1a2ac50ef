import LinnetFormats

/// Which documents are relevant to which queries (qrels), and how much.
///
/// Read from BEIR's files, a header line and then `query<tab>document<tab>score`, or TREC's, which have no header:
/// `query iteration document score`, separated by white space. Scores are whole numbers; 1 and above is relevant.
public struct RelevanceJudgments: Sendable {
    /// One judgment.
    public struct Judgment: Sendable, Equatable {
        /// The query's id.
        public var query: String
        /// The document's id.
        public var document: String
        /// How relevant the document is: 0 not at all, more is better.
        public var relevance: Int

        /// One judgment.
        public init(query: String, document: String, relevance: Int) {
            self.query = query
            self.document = document
            self.relevance = relevance
        }
    }

    /// The judged queries, in the order of their first judgment.
    public private(set) var queries: [String] = []
    private var relevances: [Identifier: [Identifier: Int]] = [:]

    /// Judgments from memory.
    /// - Throws: `EvaluationError.judgedTwice`.
    public init(_ judgments: [Judgment]) throws {
        for judgment in judgments where !add(judgment) {
            throw EvaluationError.judgedTwice(query: judgment.query, document: judgment.document)
        }
    }

    /// Reads a file.
    /// - Throws: `FormatError` with the line: a line with another number of columns, a score that is no whole number, a
    ///   pair that was judged before, a file without judgments, bytes that are not UTF-8.
    public init(path: String) throws {
        var layout: Layout?
        try FileLines.forEach(path: path) { line, number in
            guard let known = layout else {
                layout = try Layout(firstLine: line, path: path, number: number)
                if layout == .trec { try add(line, .trec, path: path, number: number) }
                return
            }
            try add(line, known, path: path, number: number)
        }
        guard !queries.isEmpty else {
            throw FormatError(.missing, path: path, "expected at least one judgment, found none")
        }
    }

    /// The relevance of a document; nil when nobody judged it.
    public func relevance(of document: String, to query: String) -> Int? {
        relevances[Identifier(query)]?[Identifier(document)]
    }

    /// All relevances of a query, in no order.
    func relevances(of query: String) -> [Int] {
        relevances[Identifier(query)].map { Array($0.values) } ?? []
    }

    /// The judgments of a query, by the bytes of the document's id.
    public func judgments(of query: String) -> [Judgment] {
        (relevances[Identifier(query)] ?? [:]).sorted { $0.key < $1.key }
            .map { Judgment(query: query, document: $0.key.text, relevance: $0.value) }
    }

    /// How many judgments there are.
    public var count: Int { relevances.values.reduce(0) { $0 + $1.count } }

    private mutating func add(_ judgment: Judgment) -> Bool {
        let query = Identifier(judgment.query)
        if relevances[query] == nil { queries.append(judgment.query) }
        let before = relevances[query, default: [:]].updateValue(
            judgment.relevance, forKey: Identifier(judgment.document))
        return before == nil
    }

    private mutating func add(_ line: String, _ layout: Layout, path: String, number: Int) throws {
        let cells = layout.cells(line)
        guard cells.count == layout.columns.count else {
            throw FormatError(
                .malformed, path: path,
                "line \(number): expected \(layout.columns.count) columns (\(layout.columns.joined(separator: ", "))), "
                    + "found \(cells.count)")
        }
        let ids = layout == .beir ? (cells[0], cells[1]) : (cells[0], cells[2])
        guard let relevance = Int(cells[cells.count - 1]), relevance.magnitude <= 1_000_000 else {
            throw FormatError(
                .malformed, path: path,
                "line \(number): expected a whole number as score, found \(FormatError.quoted(cells[cells.count - 1]))")
        }
        guard !ids.0.isEmpty, !ids.1.isEmpty else {
            throw FormatError(.malformed, path: path, "line \(number): expected two ids, found an empty one")
        }
        guard add(Judgment(query: ids.0, document: ids.1, relevance: relevance)) else {
            throw FormatError(
                .malformed, path: path,
                "line \(number): query \(FormatError.quoted(ids.0)) and document \(FormatError.quoted(ids.1)) were "
                    + "judged before")
        }
    }

    /// Whose columns a file has.
    private enum Layout {
        case beir
        case trec

        /// Decides on the first line: three columns that are no judgment are BEIR's header.
        init(firstLine: String, path: String, number: Int) throws {
            let tabs = Layout.beir.cells(firstLine)
            if tabs.count == 3, Int(tabs[2]) == nil {
                self = .beir
            } else if tabs.count != 3, case let words = Layout.trec.cells(firstLine), words.count == 4,
                Int(words[3]) != nil
            {
                self = .trec
            } else {
                throw FormatError(
                    .malformed, path: path,
                    "line \(number): expected a header (query-id, corpus-id, score, separated by tabs) or a line of TREC's "
                        + "qrels (query, iteration, document, score), found \(FormatError.quoted(firstLine))")
            }
        }

        var columns: [String] {
            switch self {
            case .beir: ["query", "document", "score"]
            case .trec: ["query", "iteration", "document", "score"]
            }
        }

        func cells(_ line: String) -> [String] {
            let scalars = line.unicodeScalars  // a tab before a combining mark still separates
            let parts =
                switch self {
                case .beir: scalars.split(separator: "\t", omittingEmptySubsequences: false)
                case .trec: scalars.split { $0 == " " || $0 == "\t" }
                }
            return parts.map { String(String.UnicodeScalarView($0)) }
        }
    }
}
