import LinnetFormats

/// Reads answers and references from JSON lines.
///
/// A line of **predictions** holds the answer under `answer`, `prediction`, `response`, `output` or `text`, and may hold
/// the texts its citations stand for under `sources`, `contexts` or `retrieved_contexts` (texts), or under `hits` (objects
/// with `text`), with `citations` that say by `number` and `hit` which of the hits a number stands for: what
/// `linnet ask --json` prints can be measured as it is. A line of **references** holds a text or a
/// list of texts under `references`, `answers`, `reference`, `answer` or `output`, or SQuAD's `{"text": […]}`; an empty
/// list means that there is no answer.
///
/// Lines belong together by `id` (or `_id`) when both files have it in every line, otherwise by their order.
public enum AnswerFiles {
    /// The answers with what they are measured against.
    ///
    /// - Parameters:
    ///   - predictions: file of the answers.
    ///   - references: file of the references; nil where only faithfulness is measured.
    /// - Throws: `FormatError` with the line: no answer, no reference, an id that occurs twice or has no partner, files of
    ///   different length.
    public static func samples(predictions: String, references: String?) throws -> [AnswerMetrics.Sample] {
        let answers = try rows(path: predictions)
        var samples = try answers.map { row in
            AnswerMetrics.Sample(
                id: try id(of: row) ?? String(row.line), prediction: try prediction(row), sources: try sources(row))
        }
        guard let references else { return samples }
        let expected = try rows(path: references)
        let partners = try partners(of: answers, among: expected, path: references)
        for (index, partner) in partners.enumerated() { samples[index].references = try self.references(partner) }
        return samples
    }

    private static func rows(path: String) throws -> [JSONLines.Row] {
        var rows: [JSONLines.Row] = []
        try JSONLines.forEach(path: path) { rows.append($0) }
        guard !rows.isEmpty else { throw FormatError(.missing, path: path, "expected at least one line, found none") }
        return rows
    }

    private static func id(of row: JSONLines.Row) throws -> String? {
        for key in ["id", "_id"] {
            switch row.object[key] {
            case .string(let id)?: return id
            case .integer(let number)?: return String(number)
            case nil: continue
            case let other?: throw row.failure("expected a text under '\(key)', found \(other.kindName)")
            }
        }
        return nil
    }

    /// For every answer the line of its references.
    private static func partners(
        of answers: [JSONLines.Row], among expected: [JSONLines.Row], path: String
    ) throws -> [JSONLines.Row] {
        let ids = try (answers.map(id(of:)), expected.map(id(of:)))
        guard !ids.0.contains(nil), !ids.1.contains(nil) else {
            guard answers.count == expected.count else {
                throw FormatError(
                    .malformed, path: path,
                    "expected a line for each of the \(answers.count) answers, found \(expected.count); or give every "
                        + "line of both files an 'id'")
            }
            return expected
        }
        var rows: [Identifier: JSONLines.Row] = [:]
        for (row, id) in zip(expected, ids.1) {
            if let first = rows.updateValue(row, forKey: Identifier(id ?? "")) {
                throw row.failure("the id \(FormatError.quoted(id ?? "")) stands in line \(first.line) already")
            }
        }
        var seen: [Identifier: Int] = [:]
        return try zip(answers, ids.0).map { answer, id in
            if let first = seen.updateValue(answer.line, forKey: Identifier(id ?? "")) {
                throw answer.failure("the id \(FormatError.quoted(id ?? "")) stands in line \(first) already")
            }
            guard let row = rows[Identifier(id ?? "")] else {
                throw answer.failure("the id \(FormatError.quoted(id ?? "")) is not in \(path)")
            }
            return row
        }
    }

    private static func prediction(_ row: JSONLines.Row) throws -> String {
        let keys = ["answer", "prediction", "response", "output", "text"]
        guard let key = keys.first(where: { row.object[$0] != nil }) else {
            throw row.failure("expected the answer under one of \(keys.joined(separator: ", ")), found none of them")
        }
        return try row.text(key)
    }

    private static func sources(_ row: JSONLines.Row) throws -> [String]? {
        for key in ["sources", "contexts", "retrieved_contexts"] {
            if let value = row.object[key] { return try texts(value, key, row) }
        }
        guard let hits = row.object["hits"] else { return nil }
        return try numbered(texts(.array((hits.arrayValue ?? []).map { $0["text"] ?? .null }), "hits", row), row)
    }

    /// The hits in the order of the answer's numbers, as far as its citations say.
    private static func numbered(_ hits: [String], _ row: JSONLines.Row) throws -> [String] {
        var sources = hits
        for citation in row.object["citations"]?.arrayValue ?? [] {
            guard let number = citation["number"]?.intValue, let hit = citation["hit"]?.intValue else { continue }
            for place in [number, hit] where place < 1 || place > hits.count {
                throw row.failure("'citations': expected the number of a hit, 1 to \(hits.count), found \(place)")
            }
            sources[number - 1] = hits[hit - 1]
        }
        return sources
    }

    private static func references(_ row: JSONLines.Row) throws -> [String] {
        let keys = ["references", "answers", "reference", "answer", "output"]
        guard let key = keys.first(where: { row.object[$0] != nil }), let value = row.object[key] else {
            throw row.failure("expected references under one of \(keys.joined(separator: ", ")), found none of them")
        }
        if let text = value.stringValue { return [text] }
        return try texts(value["text"] ?? value, key, row)
    }

    private static func texts(_ value: JSON, _ key: String, _ row: JSONLines.Row) throws -> [String] {
        guard let elements = value.arrayValue else {
            throw row.failure("expected a list of texts under '\(key)', found \(value.kindName)")
        }
        return try elements.map { element in
            if let text = element.stringValue { return text }
            if let text = element["text"]?.stringValue { return text }
            throw row.failure("expected texts under '\(key)', found \(element.kindName)")
        }
    }
}
