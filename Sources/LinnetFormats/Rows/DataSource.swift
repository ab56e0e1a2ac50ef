import Foundation

/// A file or directory of examples: which format it has and which columns hold what.
///
/// **Formats**, by the name's ending: `.csv` (RFC 4180: quoted fields may hold commas, line breaks and doubled quotes),
/// `.tsv` and `.tab` (a quoted field that is complete within its line is unquoted, any other quote is literal),
/// `.jsonl` and `.ndjson` (an object per line), `.json` (an array of objects, or an object per line), `.txt` (a text
/// per line, no labels), a directory (a folder per label that holds a `.txt` file per text, as aclImdb has them;
/// a folder `unsup` is left out). Any other name: JSON lines when the first byte is `{` or `[`, otherwise TSV when the
/// first line holds a tab, otherwise CSV when a label is required, otherwise a text per line.
///
/// **Header** of CSV and TSV: the first line is one when a column is asked for by name; otherwise when one of its cells
/// is `text`, `sentence`, `sentence1`, `sentence2`, `label`, `labels`, `category` or `sentiment`, or at least two of
/// them (or the only one) are in the wider list of `ColumnNames`; `hasHeader` decides it by hand. Case does not matter.
///
/// **Columns**, where they are not named: with a header the well-known names, first the likeliest, else the first
/// column that is no identifier for the text and the last column for the label; known pairs such as `sentence1` and
/// `sentence2` are both read. Without a header the first column is the text and, of two or more, the last the label.
/// A column may also be given as a number, counted from 1.
public struct DataSource: Sendable {
    /// How the examples are laid out.
    public enum Format: String, Sendable, CaseIterable {
        /// Comma-separated values, RFC 4180.
        case csv
        /// Tab-separated values, a row per line.
        case tsv
        /// A JSON object per line, or one array of objects.
        case json
        /// A text per line.
        case lines
        /// A folder per label, a file per text.
        case folders
    }

    /// The file or directory.
    public var path: String
    /// The layout; `nil` to tell it from the name.
    public var format: Format?
    /// Name or number of the column with the text.
    public var textColumn: String?
    /// Name or number of the column with the second text of a pair.
    public var pairColumn: String?
    /// Name or number of the column with the label.
    public var labelColumn: String?
    /// Whether the first line names the columns; `nil` to tell it from the line.
    public var hasHeader: Bool?
    /// Whether every row must have a label.
    public var requiresLabel: Bool

    /// Describes a source; nothing is read yet.
    public init(
        path: String, format: Format? = nil, textColumn: String? = nil, pairColumn: String? = nil,
        labelColumn: String? = nil, hasHeader: Bool? = nil, requiresLabel: Bool = true
    ) {
        self.path = path
        self.format = format
        self.textColumn = textColumn
        self.pairColumn = pairColumn
        self.labelColumn = labelColumn
        self.hasHeader = hasHeader
        self.requiresLabel = requiresLabel
    }

    /// Reads all rows, in order.
    /// - Throws: `FormatError` with the line: no file, an empty file, no such column, a row with another number of
    ///   columns, a row without a label where one is required, bytes that are not UTF-8.
    public func readRows() throws -> [DataRow] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw FormatError(.notFound, path: path, "no such file or directory")
        }
        if isDirectory.boolValue { return try LabelFolders(path: path).rows() }
        let bytes = try FileBytes.read(path)
        let rows = try bytes.withUnsafeBytes { try self.rows(of: try withoutByteOrderMark($0)) }
        guard !rows.isEmpty else { throw FormatError(.missing, path: path, "expected at least one row, found none") }
        return rows
    }

    private func rows(of buffer: UnsafeRawBufferPointer) throws -> [DataRow] {
        guard !buffer.isEmpty else { throw FormatError(.missing, path: path, "the file is empty") }
        switch format ?? guessedFormat(buffer) {
        case .csv: return try delimitedRows(buffer, UInt8(ascii: ","))
        case .tsv: return try delimitedRows(buffer, UInt8(ascii: "\t"))
        case .json: return try JSONRows(buffer, source: self).rows()
        case .lines: return try textLines(buffer)
        case .folders: throw FormatError(.unreadable, path: path, "expected a directory of label folders, found a file")
        }
    }

    private func delimitedRows(_ buffer: UnsafeRawBufferPointer, _ delimiter: UInt8) throws -> [DataRow] {
        var reader = DelimitedRows(buffer, source: self, delimiter: delimiter)
        return try reader.rows()
    }

    func guessedFormat(_ buffer: UnsafeRawBufferPointer) -> Format {
        switch (path as NSString).pathExtension.lowercased() {
        case "csv": return .csv
        case "tsv", "tab": return .tsv
        case "jsonl", "ndjson", "json": return .json
        case "txt" where !requiresLabel: return .lines
        default: break
        }
        if buffer.first == UInt8(ascii: "{") || buffer.first == UInt8(ascii: "[") { return .json }
        let firstLine = buffer.prefix { $0 != UInt8(ascii: "\n") }
        if firstLine.contains(UInt8(ascii: "\t")) { return .tsv }
        return requiresLabel ? .csv : .lines
    }

    private func textLines(_ buffer: UnsafeRawBufferPointer) throws -> [DataRow] {
        guard !requiresLabel else {
            throw FormatError(
                .missing, path: path, "a text per line has no labels; expected CSV, TSV, JSONL or label folders")
        }
        var lines = LineCursor(buffer)
        var rows: [DataRow] = []
        while let line = lines.next() {
            rows.append(DataRow(text: try lines.text(line, path: path), line: lines.number))
        }
        return rows
    }

    func withoutByteOrderMark(_ buffer: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) {
            throw FormatError(.unsupported, path: path, "the file is UTF-16; save it as UTF-8")
        }
        guard buffer.starts(with: [0xEF, 0xBB, 0xBF]) else { return buffer }
        return UnsafeRawBufferPointer(rebasing: buffer.dropFirst(3))
    }
}

/// The lines of a text, one after the other, without their line ends (LF or CR LF).
struct LineCursor {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    /// The number of the line that was read last.
    private(set) var number = 0
    /// Where the line that was read last begins.
    private(set) var start = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The bytes of the next line, or `nil` at the end.
    mutating func next() -> UnsafeRawBufferPointer? {
        guard position < bytes.count else { return nil }
        start = position
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        position = end + 1
        number += 1
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// The text of the line that was read last.
    func text(_ line: UnsafeRawBufferPointer, path: String) throws -> String {
        guard let text = String(validating: line, as: UTF8.self) else {
            throw FormatError(.malformed, path: path, "line \(number): not valid UTF-8")
        }
        return text
    }
}
