import LinnetFormats

/// What a system returned: for every query the documents found, with scores.
///
/// Documents are kept in trec_eval's order, whatever order they are given in: the higher score first, equal scores by
/// the bytes of the document's id, descending. Scores are compared as 32-bit numbers, as trec_eval holds them.
public struct RankedRun: Sendable {
    /// One document of a ranking.
    public struct Entry: Sendable, Equatable {
        /// The document's id.
        public var document: String
        /// What it is ranked by; larger is better.
        public var score: Double

        /// One document of a ranking.
        public init(document: String, score: Double) {
            self.document = document
            self.score = score
        }
    }

    /// What was returned for one query.
    public struct Ranking: Sendable, Equatable {
        /// The query's id.
        public let query: String
        /// The documents, best first.
        public let entries: [Entry]
    }

    /// The rankings, in the order they were added.
    public private(set) var rankings: [Ranking] = []
    private var places: [Identifier: Int] = [:]

    /// A run without queries.
    public init() {}

    /// Adds the result of a query.
    ///
    /// - Throws: `EvaluationError.malformedRun` for a query or a document that occurs twice, and for a score that is no
    ///   number.
    public mutating func add(query: String, entries: [Entry]) throws {
        guard places[Identifier(query)] == nil else {
            throw EvaluationError.malformedRun(query: query, reason: "expected one ranking, found a second one")
        }
        var seen = Set<Identifier>(minimumCapacity: entries.count)
        for entry in entries {
            guard !entry.score.isNaN else {
                throw EvaluationError.malformedRun(
                    query: query, reason: "expected a number as score of \(entry.document), found NaN")
            }
            guard seen.insert(Identifier(entry.document)).inserted else {
                throw EvaluationError.malformedRun(query: query, reason: "the document \(entry.document) occurs twice")
            }
        }
        places[Identifier(query)] = rankings.count
        rankings.append(Ranking(query: query, entries: entries.sorted(by: Self.precedes)))
    }

    /// The ranking of a query; nil when the run has none.
    public func ranking(of query: String) -> Ranking? {
        places[Identifier(query)].map { rankings[$0] }
    }

    /// The run in TREC's format: `query Q0 document rank score tag`, a line per document.
    ///
    /// - Throws: `EvaluationError.malformedRun` for an id with white space, which the format cannot hold.
    public func trecText(tag: String) throws -> String {
        var text = ""
        for ranking in rankings {
            for (index, entry) in ranking.entries.enumerated() {
                for id in [ranking.query, entry.document] where id.isEmpty || id.contains(where: \.isWhitespace) {
                    throw EvaluationError.malformedRun(
                        query: ranking.query,
                        reason: "TREC's format holds no id that is empty or has white space, found '\(id)'")
                }
                text += "\(ranking.query) Q0 \(entry.document) \(index + 1) \(entry.score) \(tag)\n"
            }
        }
        return text
    }

    private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
        let scores = (Float(left.score), Float(right.score))
        guard scores.0 == scores.1 else { return scores.0 > scores.1 }
        return Identifier(right.document) < Identifier(left.document)
    }
}
