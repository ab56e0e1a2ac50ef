/// A metadata filter as a condition of SQL on `chunks AS c JOIN documents AS d`. Keys and values are bound.
///
/// Every condition is true or false, never NULL, so that `not` means what it says: a missing key does not compare.
struct FilterCondition {
    /// The condition.
    private(set) var sql = ""
    /// Values of its question marks.
    private(set) var values: [SQLiteValue] = []

    /// Deepest nesting, and most comparisons, that a filter may have.
    static let deepest = 200
    static let mostComparisons = 2_000
    private var comparisons = 0

    init(_ filter: MetadataFilter) throws { try append(filter, depth: 0) }

    private mutating func append(_ filter: MetadataFilter, depth: Int) throws {
        guard depth < FilterCondition.deepest else {
            throw RetrievalError(
                .invalid, "the filter nests deeper than \(FilterCondition.deepest) levels; write it flatter")
        }
        switch filter {
        case .and(let left, let right): try append(left, "AND", right, depth)
        case .or(let left, let right): try append(left, "OR", right, depth)
        case .not(let inner):
            sql += "NOT "
            try append(inner, depth: depth + 1)
        case .compare(let key, let comparison, let value):
            comparisons += 1
            guard comparisons <= FilterCondition.mostComparisons else {
                throw RetrievalError(
                    .invalid, "the filter has more than \(FilterCondition.mostComparisons) comparisons; ask in parts")
            }
            try append(key, comparison, value)
        }
    }

    private mutating func append(
        _ left: MetadataFilter, _ word: String, _ right: MetadataFilter, _ depth: Int
    ) throws {
        sql += "("
        try append(left, depth: depth + 1)
        sql += " \(word) "
        try append(right, depth: depth + 1)
        sql += ")"
    }

    private mutating func append(
        _ key: String, _ comparison: MetadataFilter.Comparison, _ value: MetadataValue
    ) throws {
        try check(key, comparison, value)
        let test = Test(comparison, value)
        guard let builtIn = BuiltInKey(rawValue: key) else { return appendMetadata(key, test) }
        // What the document's metadata calls so goes before what the store knows.
        sql += "("
        appendMetadata(key, test)
        sql += " OR (NOT EXISTS (SELECT 1 FROM metadata WHERE document = c.document AND key = ?) AND "
        values.append(.text(key))
        append(builtIn, test)
        sql += "))"
    }

    private mutating func appendMetadata(_ key: String, _ test: Test) {
        sql += "c.document IN (SELECT document FROM metadata WHERE key = ? AND "
        values.append(.text(key))
        sql += test.onColumn("value") + ")"
        values.append(test.value)
    }

    private mutating func append(_ key: BuiltInKey, _ test: Test) {
        switch key {
        case .source, .id: sql += "(d.\(key.rawValue) IS NOT NULL AND \(test.onColumn("d.\(key.rawValue)")))"
        // Pages are integers in the file and numbers in filters.
        case .page: sql += "(c.page IS NOT NULL AND \(test.onColumn("CAST(c.page AS REAL)")))"
        case .heading:
            let positive = test.isNegated ? test.negated : test
            let exists = "EXISTS (SELECT 1 FROM json_each(c.headings) WHERE \(positive.onColumn("value")))"
            sql += test.isNegated ? "(c.headings IS NOT NULL AND NOT \(exists))" : exists
        }
        values.append(test.value)
    }

    private func check(_ key: String, _ comparison: MetadataFilter.Comparison, _ value: MetadataValue) throws {
        switch (comparison, value) {
        case (.like, .text(let pattern)):
            guard pattern.utf8.count <= 1_000 else {
                throw RetrievalError(.invalid, "the pattern for \(key) is longer than 1000 bytes")
            }
        case (.like, _): throw RetrievalError(.invalid, "\(key) like …: expected a text as pattern")
        case (.equal, .boolean), (.notEqual, .boolean): break
        case (_, .boolean):
            throw RetrievalError(.invalid, "\(key) \(comparison.rawValue) …: true and false have no order; use = or !=")
        case (_, .number(let number)):
            guard !number.isNaN else { throw RetrievalError(.invalid, "\(key) is compared with a number that is none") }
        case (_, .text): break
        }
    }

    /// Keys that every chunk answers when its document's metadata does not.
    private enum BuiltInKey: String {
        /// The document's file.
        case source
        /// The page of the source.
        case page
        /// Any of the headings the chunk stands under.
        case heading
        /// The document's id.
        case id
    }

    /// A comparison of a column with one bound value of the same kind.
    private struct Test {
        let comparison: MetadataFilter.Comparison
        let value: SQLiteValue
        private let type: String

        init(_ comparison: MetadataFilter.Comparison, _ value: MetadataValue) {
            self.comparison = comparison
            self.value = value.sqliteValue
            type =
                switch value {
                case .text: "text"
                case .number: "real"
                case .boolean: "integer"
                }
        }

        private init(_ comparison: MetadataFilter.Comparison, _ value: SQLiteValue, _ type: String) {
            self.comparison = comparison
            self.value = value
            self.type = type
        }

        /// Whether this is `!=`.
        var isNegated: Bool { comparison == .notEqual }
        /// `=` for `!=`.
        var negated: Test { Test(.equal, value, type) }

        /// The test of a column that is not NULL. A value of another kind is unequal, and neither less nor greater.
        func onColumn(_ column: String) -> String {
            let sameKind = "typeof(\(column)) = '\(type)'"
            switch comparison {
            case .notEqual: return "NOT (\(column) = ? AND \(sameKind))"
            case .like: return "(\(column) LIKE ? AND \(sameKind))"
            default: return "(\(column) \(comparison.rawValue) ? AND \(sameKind))"
            }
        }
    }
}

extension SQLiteStore {
    /// The chunks that a filter allows, as a query for their ids.
    func allowedQuery(_ filter: MetadataFilter) throws -> (sql: String, values: [SQLiteValue]) {
        let condition = try FilterCondition(filter)
        let sql = "SELECT c.id FROM chunks AS c JOIN documents AS d ON d.number = c.document WHERE \(condition.sql)"
        return (sql, condition.values)
    }

    /// The chunks that a filter allows.
    func allowedChunks(_ filter: MetadataFilter) throws -> [ChunkID] {
        let (sql, values) = try allowedQuery(filter)
        return try connection.temporary(sql).rows(values) { try $0.integer(0) }
    }
}
