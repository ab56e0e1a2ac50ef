import LinnetFormats
import LinnetTraining

/// The rows of a file of pairs, triplets or scored pairs.
struct SentenceRows {
    /// One row.
    struct Row {
        /// Anchor, positive, negatives.
        let texts: [String]
        let score: Float?
    }

    let rows: [Row]
    /// How many texts each row has.
    let columnCount: Int

    /// Reads a file for a loss.
    ///
    /// - Throws: ``FormatError`` with file and line: columns that the loss cannot use, a row without one of its texts, a
    ///   score that is no cosine.
    init(path: String, columns: SentenceColumns, for loss: EmbeddingLoss) throws {
        let table = try TextTable(path: path, isHeader: columns.isHeader)
        let places = try columns.places(in: table, usesScore: loss == .cosineSimilarity)
        let used = try Self.used(places, by: loss, path: path)
        columnCount = used.count
        rows = try table.rows.map { row in
            Row(
                texts: try used.map { try Self.text(row, $0, table) },
                score: try places.score.map { try Self.score(row, $0, table) })
        }
    }

    /// The columns of texts that a loss reads.
    private static func used(_ places: SentenceColumns.Places, by loss: EmbeddingLoss, path: String) throws -> [Int] {
        switch loss {
        case .multipleNegativesRanking: return places.texts
        case .cosineSimilarity: return [places.anchor, places.positive]
        case .triplet:
            guard places.negatives.count == 1 else {
                throw FormatError(
                    .missing, path: path,
                    "the triplet loss needs one column of negatives, found \(places.negatives.count); "
                        + "name it with --negative-column")
            }
            return places.texts
        }
    }

    private static func text(_ row: TextTable.Row, _ place: Int, _ table: TextTable) throws -> String {
        guard let text = row.cells[place] else { throw failure(row, place, table, "expected a text") }
        return text
    }

    private static func score(_ row: TextTable.Row, _ place: Int, _ table: TextTable) throws -> Float {
        guard let score = row.cells[place].flatMap({ Float($0) }), (-1...1).contains(score) else {
            let found = row.cells[place].map(FormatError.quoted) ?? "none"
            throw failure(
                row, place, table, "expected a score from -1 to 1, as cosines are, found \(found); rescale the scores")
        }
        return score
    }

    private static func failure(
        _ row: TextTable.Row, _ place: Int, _ table: TextTable, _ message: String
    ) -> FormatError {
        let column = table.names.map { FormatError.quoted($0[place]) } ?? "\(place + 1)"
        return FormatError(.malformed, path: table.path, "line \(row.line), column \(column): \(message)")
    }
}
