import LinnetFormats

/// Rows of tables: a document per row.
///
/// The text is the column asked for, or else the first that is there of the well-known ones (`TextColumns.names`);
/// several columns that were asked for, and all columns where none is well known, are written as lines of
/// `name: value`. A column `title` beside the text is its heading. All columns but the text become metadata: numbers
/// and truth values as such (in CSV where they are written plainly), an object's members as `name.member`, lists as
/// their JSON. The id is `source#number`, the number counted from 1; `_id`, as BEIR's `corpus.jsonl` has it, is
/// metadata. Rows without text are left out.
extension DocumentReader {
    /// Hands out the rows of a table.
    func rows(_ path: String, _ source: String, _ body: (Document) throws -> Void) throws {
        let text = try SourceText(file: try RegularFile.read(path, limit: options.largestFile), path: path)
        let format = try self.format(ofFile: path)
        if format == .json, !JSONLayout.isTable(text.bytes, path: path) {
            return try body(try self.text(path, source, format: .text) { range, _ in [TextPart(range: range)] })
        }
        var columns = TextColumns(asked: options.textColumns, format: format)
        /// What `body` threw, as opposed to what is wrong with the file.
        var failure: (any Error)?
        do {
            try text.bytes.withUnsafeBytes { bytes in
                let layout: TableRows.Layout = format == .csv ? .csv : format == .tsv ? .tsv : .json
                try TableRows.forEach(in: bytes, layout: layout, path: path) { row in
                    guard let document = document(row, &columns, text, source) else { return }
                    do {
                        try body(document)
                    } catch {
                        failure = error
                        throw error
                    }
                }
            }
        } catch let error as FormatError where failure == nil {
            throw RetrievalError(.unreadable, error.description)
        }
        try columns.checkFound(path: path)
    }

    /// The document of a row; nil for a row without text.
    private func document(
        _ row: TableRow, _ columns: inout TextColumns, _ file: SourceText, _ source: String
    ) -> Document? {
        guard let (text, title) = columns.document(row) else { return nil }
        let range = 0..<text.utf8.count
        var metadata = columns.metadata(row)
        metadata["format"] = metadata["format"] ?? .text(columns.format.rawValue)
        if HiddenText.isPresent(in: Array(text.utf8), range) { metadata["hidden_text"] = true }
        let section = Document.Section(
            bytes: range, headings: title.map { [$0] } ?? [], origin: .whole(file.sourceRange(row.bytes)))
        return Document(
            id: "\(source)#\(row.number)", text: text, source: source, metadata: metadata, sections: [section])
    }
}

/// Whether JSON is a table.
enum JSONLayout {
    /// An array of objects, or objects on lines of their own.
    static func isTable(_ bytes: [UInt8], path: String) -> Bool {
        let isLines = ["jsonl", "ndjson"].contains { path.lowercased().hasSuffix(".\($0)") }
        guard !isLines, let first = bytes.firstIndex(where: { $0 > 0x20 }) else { return true }
        if bytes[first] == UInt8(ascii: "[") {
            return bytes[(first + 1)...].first { $0 > 0x20 } == UInt8(ascii: "{")
        }
        let lineEnd = bytes[first...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let line = try? JSON.parse(Array(bytes[first..<lineEnd]), path: path)
        return line?.objectValue != nil && bytes[lineEnd...].contains { $0 > 0x20 }
    }
}
