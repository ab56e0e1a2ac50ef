extension MetadataFilter {
    /// Reads a filter: `source = "wiki" and (year >= 2020 or not draft = true)`.
    ///
    /// ```
    /// condition  = comparison | "not" condition | "(" condition ")" | condition "and" condition | condition "or" condition
    /// comparison = key ("=" | "!=" | "<" | "<=" | ">" | ">=") value | key ["not"] "like" text
    ///            | key ["not"] "in" "(" value {"," value} ")"
    /// value      = text in quotes | number | true | false
    /// ```
    /// `and` binds tighter than `or`. A key with other characters than letters, digits, `_`, `-`, `.` stands in quotes.
    /// `source`, `id`, `page` and `heading` are known for every chunk unless its document has metadata of that name.
    /// A quote inside quotes is written twice. Values are compared with values of the same kind only.
    /// - Throws: ``RetrievalError`` `invalid` with the place (in characters, from 1) and what was expected there.
    public init(parsing text: String) throws {
        guard text.utf8.count <= 65_536 else {
            throw RetrievalError(.invalid, "the filter has \(text.utf8.count) bytes; at most 65536 are read")
        }
        var parser = FilterParser(tokens: try FilterTokens.all(of: text))
        self = try parser.filter()
    }
}

/// Recursive descent over the tokens of a filter.
private struct FilterParser {
    private static let deepest = 64
    let tokens: [FilterToken]
    private var place = 0
    private var depth = 0

    init(tokens: [FilterToken]) { self.tokens = tokens }

    private var current: FilterToken {
        place < tokens.count ? tokens[place] : FilterToken(kind: .end, position: 1)
    }

    mutating func filter() throws -> MetadataFilter {
        let filter = try disjunction()
        guard current.kind == .end else { throw expected("and, or, or the end") }
        return filter
    }

    private mutating func disjunction() throws -> MetadataFilter {
        var parts = [try conjunction()]
        while take(keyword: "or") { parts.append(try conjunction()) }
        return FilterParser.joined(parts[...], MetadataFilter.or)
    }

    private mutating func conjunction() throws -> MetadataFilter {
        var parts = [try negation()]
        while take(keyword: "and") { parts.append(try negation()) }
        return FilterParser.joined(parts[...], MetadataFilter.and)
    }

    private mutating func negation() throws -> MetadataFilter {
        depth += 1
        defer { depth -= 1 }
        guard depth <= FilterParser.deepest else {
            throw FilterTokens.error(current.position, "nested deeper than \(FilterParser.deepest) levels")
        }
        if take(keyword: "not") { return .not(try negation()) }
        guard take(mark: "(") else { return try comparison() }
        let filter = try disjunction()
        guard take(mark: ")") else { throw expected("and, or, or ')'") }
        return filter
    }

    private mutating func comparison() throws -> MetadataFilter {
        let key = try self.key()
        let isNegated = take(keyword: "not")
        if take(keyword: "in") {
            let filter = try membership(key)
            return isNegated ? .not(filter) : filter
        }
        if take(keyword: "like") {
            guard case .quoted(let pattern) = current.kind else { throw expected("a pattern in quotes") }
            place += 1
            let filter = MetadataFilter.compare(key: key, .like, .text(pattern))
            return isNegated ? .not(filter) : filter
        }
        guard !isNegated else { throw expected("in or like") }
        guard case .mark(let mark) = current.kind, let comparison = FilterParser.comparison(mark) else {
            throw expected("=, !=, <, <=, >, >=, like or in")
        }
        let operatorToken = current
        place += 1
        let value = try self.value()
        if case .boolean = value, comparison != .equal, comparison != .notEqual {
            throw FilterTokens.error(operatorToken.position, "true and false have no order; use = or !=")
        }
        return .compare(key: key, comparison, value)
    }

    private mutating func membership(_ key: String) throws -> MetadataFilter {
        guard take(mark: "(") else { throw expected("'(' and the values") }
        var choices: [MetadataFilter] = []
        repeat { choices.append(.compare(key: key, .equal, try value())) } while take(mark: ",")
        guard take(mark: ")") else { throw expected("',' or ')'") }
        return FilterParser.joined(choices[...], MetadataFilter.or)
    }

    private mutating func key() throws -> String {
        switch current.kind {
        case .word(let word) where current.keyword == nil:
            place += 1
            return word
        case .quoted(let key):
            place += 1
            return key
        default: throw expected("the key to compare")
        }
    }

    private mutating func value() throws -> MetadataValue {
        let value: MetadataValue
        switch current.kind {
        case .quoted(let text): value = .text(text)
        case .number(let number): value = .number(number)
        case .word where current.keyword == "true": value = .boolean(true)
        case .word where current.keyword == "false": value = .boolean(false)
        case .word(let word):
            throw FilterTokens.error(
                current.position, "expected a value, found \(word); put texts in quotes: \"\(word)\"")
        default: throw expected("a text in quotes, a number, true or false")
        }
        place += 1
        return value
    }

    private mutating func take(keyword: String) -> Bool {
        guard current.keyword == keyword else { return false }
        place += 1
        return true
    }

    private mutating func take(mark: String) -> Bool {
        guard current.kind == .mark(mark) else { return false }
        place += 1
        return true
    }

    private func expected(_ what: String) -> RetrievalError {
        FilterTokens.error(current.position, "expected \(what), found \(current.shown)")
    }

    private static func comparison(_ mark: String) -> MetadataFilter.Comparison? {
        switch mark {
        case "==": .equal
        case "<>": .notEqual
        default: MetadataFilter.Comparison(rawValue: mark)
        }
    }

    /// Joins one or more conditions as a balanced tree, so that long lists do not nest deep.
    private static func joined(
        _ parts: ArraySlice<MetadataFilter>, _ join: (MetadataFilter, MetadataFilter) -> MetadataFilter
    ) -> MetadataFilter {
        guard parts.count > 1 else { return parts[parts.startIndex] }
        let middle = parts.startIndex + parts.count / 2
        return join(joined(parts[..<middle], join), joined(parts[middle...], join))
    }
}
