import Foundation

/// The rows of a CSV, TSV or JSON file with all their columns, for data of which no column is special.
///
/// Formats and quoting are those of ``DataSource``. The columns of JSON are the keys of its first object.
public struct TextTable: Sendable {
    /// One row.
    public struct Row: Sendable, Equatable {
        /// The text in each column; a number is written as it is in the file; nil where there is neither.
        public let cells: [String?]
        /// The line on which the row begins, counted from 1; in a JSON array the number of the row.
        public let line: Int
    }

    /// The file.
    public let path: String
    /// The names of the columns in order; nil for a table without a header.
    public let names: [String]?
    /// How many columns there are.
    public let columnCount: Int
    /// The rows in order; at least one.
    public let rows: [Row]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - isHeader: Whether the first line of a CSV or TSV file names the columns.
    /// - Throws: `FormatError` with the line: no file, an empty one, a row with another number of columns, bytes that
    ///   are not UTF-8, JSON that is not an object per line or an array of objects.
    public init(path: String, isHeader: (_ firstLine: [String]) -> Bool) throws {
        let source = DataSource(path: path)
        let bytes = try FileBytes.read(path)
        self.path = path
        (names, rows) = try bytes.withUnsafeBytes { whole in
            let buffer = try source.withoutByteOrderMark(whole)
            return switch source.guessedFormat(buffer) {
            case .json: try Self.objects(buffer, path: path)
            case .tsv: try Self.delimited(buffer, path: path, UInt8(ascii: "\t"), isHeader)
            case .csv, .lines, .folders: try Self.delimited(buffer, path: path, UInt8(ascii: ","), isHeader)
            }
        }
        guard let first = rows.first else {
            throw FormatError(.missing, path: path, "expected at least one row, found none")
        }
        columnCount = first.cells.count
    }

    private static func delimited(
        _ buffer: UnsafeRawBufferPointer, path: String, _ delimiter: UInt8, _ isHeader: ([String]) -> Bool
    ) throws -> ([String]?, [Row]) {
        var table = DelimitedTable(buffer, path: path, delimiter: delimiter)
        var cells: [DelimitedTable.Cell] = []
        var names: [String]?
        var rows: [Row] = []
        var width: Int?
        while try table.next(&cells) {
            let texts = try cells.map { try table.text($0) }
            guard texts.count == width ?? texts.count else {
                throw FormatError(
                    .malformed, path: path,
                    "line \(table.line): expected \(width ?? 0) columns as in the first line, found \(texts.count)")
            }
            if width == nil, isHeader(texts) { names = texts } else { rows.append(Row(cells: texts, line: table.line)) }
            width = texts.count
        }
        return (names, rows)
    }

    private static func objects(_ buffer: UnsafeRawBufferPointer, path: String) throws -> ([String]?, [Row]) {
        var names: [String]?
        var rows: [Row] = []
        func add(_ value: JSON, line: Int) throws {
            guard let object = value.objectValue, !object.isEmpty else {
                throw FormatError(
                    .malformed, path: path, "line \(line): expected an object with texts, found \(value.kindName)")
            }
            let keys = names ?? object.keys
            names = keys
            rows.append(Row(cells: keys.map { object[$0].flatMap(cell) }, line: line))
        }
        if buffer.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") {
            for (index, element) in (try JSON.parse(buffer, path: path).arrayValue ?? []).enumerated() {
                try add(element, line: index + 1)
            }
            return (names, rows)
        }
        var lines = LineCursor(buffer)
        while let line = lines.next() {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            var scanner = JSONScanner(line, path: path, maxDepth: JSON.deepestNesting, firstLine: lines.number)
            let value = try scanner.value()
            try scanner.expectEnd()
            try add(value, line: lines.number)
        }
        return (names, rows)
    }

    private static func cell(_ value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        default: nil
        }
    }
}
