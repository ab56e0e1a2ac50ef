/// One row of a table with all of its columns.
public struct TableRow: Sendable {
    /// Names and values in order; cells of CSV and TSV are strings. Names do not repeat.
    public var cells: [(name: String, value: JSON)]
    /// Place among the rows, from 1, the header not counted.
    public var number: Int
    /// The row's bytes in the file, without its line end.
    public var bytes: Range<Int>
}

/// All columns of the rows of a table, one row after the other.
///
/// `DataSource` chooses the columns of examples; this hands out all of them. Layouts are read as there. The first line
/// of CSV and TSV names the columns when all of its cells are short, different and neither empty nor a number, and, in
/// a table of one column, well known; otherwise they are called `column 1`, `column 2`, …; names that repeat get the
/// number of their column.
public enum TableRows {
    /// How rows are laid out.
    public enum Layout: Sendable {
        /// Comma-separated values, RFC 4180.
        case csv
        /// Tab-separated values, a row per line.
        case tsv
        /// A JSON object per line, or one array of objects.
        case json
    }

    private static let longestName = 64

    /// Calls `body` with every row of a table in UTF-8.
    /// - Parameter path: what errors name as the source.
    /// - Throws: `FormatError` with the line of what is malformed, after the rows before it; or what `body` throws.
    public static func forEach(
        in bytes: UnsafeRawBufferPointer, layout: Layout, path: String, _ body: (TableRow) throws -> Void
    ) throws {
        switch layout {
        case .csv: try delimited(bytes, UInt8(ascii: ","), path, body)
        case .tsv: try delimited(bytes, UInt8(ascii: "\t"), path, body)
        case .json:
            let first = bytes.first { $0 > 0x20 }
            try first == UInt8(ascii: "[") ? array(bytes, path, body) : lines(bytes, path, body)
        }
    }

    private static func delimited(
        _ bytes: UnsafeRawBufferPointer, _ delimiter: UInt8, _ path: String, _ body: (TableRow) throws -> Void
    ) throws {
        var table = DelimitedTable(bytes, path: path, delimiter: delimiter)
        var cells: [DelimitedTable.Cell] = []
        guard try table.next(&cells) else { return }
        let first = try cells.map { try table.text($0) }
        let hasHeader = isHeader(first)
        let names = columnNames(hasHeader ? first : first.map { _ in "" })
        var number = 0
        func hand() throws {
            guard cells.count == names.count else {
                throw FormatError(
                    .malformed, path: path,
                    "line \(table.line): expected \(names.count) columns as in the first line, found \(cells.count)")
            }
            number += 1
            let values = try zip(names, cells).map { (name: $0, value: JSON.string(try table.text($1))) }
            try body(TableRow(cells: values, number: number, bytes: table.record))
        }
        if !hasHeader { try hand() }
        while try table.next(&cells) { try hand() }
    }

    private static func isHeader(_ cells: [String]) -> Bool {
        if cells.count == 1 { return ColumnNames.isHeader(cells) }
        let isName: (String) -> Bool = {
            let text = $0.trimmingSpace()
            return !text.isEmpty && text.utf8.count <= longestName && Double(text) == nil
        }
        return cells.allSatisfy(isName) && Set(cells.map { Array($0.utf8) }).count == cells.count
    }

    private static func columnNames(_ header: [String]) -> [String] {
        var taken: Set<[UInt8]> = []
        return header.enumerated().map { index, cell in
            var name = cell.trimmingSpace()
            if name.isEmpty || !taken.insert(Array(name.utf8)).inserted { name = "column \(index + 1)" }
            taken.insert(Array(name.utf8))
            return name
        }
    }

    private static func lines(
        _ bytes: UnsafeRawBufferPointer, _ path: String, _ body: (TableRow) throws -> Void
    ) throws {
        var lines = LineCursor(bytes)
        var number = 0
        while let line = lines.next() {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            var scanner = JSONScanner(line, path: path, maxDepth: JSON.deepestNesting, firstLine: lines.number)
            let value = try scanner.value()
            try scanner.expectEnd()
            number += 1
            let place = "line \(lines.number)"
            let range = lines.start..<(lines.start + line.count)
            try body(TableRow(cells: try members(value, place: place, path), number: number, bytes: range))
        }
    }

    private static func array(
        _ bytes: UnsafeRawBufferPointer, _ path: String, _ body: (TableRow) throws -> Void
    ) throws {
        var scanner = JSONScanner(bytes, path: path, maxDepth: JSON.deepestNesting)
        try scanner.expect(UInt8(ascii: "["), "'['")
        var number = 0
        scanner.skipSpace()
        if !scanner.take(UInt8(ascii: "]")) {
            while true {
                scanner.skipSpace()
                let start = scanner.position
                let value = try scanner.value(depth: 1)
                number += 1
                let cells = try members(value, place: "row \(number)", path)
                try body(TableRow(cells: cells, number: number, bytes: start..<scanner.position))
                scanner.skipSpace()
                if scanner.take(UInt8(ascii: "]")) { break }
                guard scanner.take(UInt8(ascii: ",")) else { throw scanner.failure("',' or ']'") }
            }
        }
        try scanner.expectEnd()
    }

    private static func members(_ value: JSON, place: String, _ path: String) throws -> [(name: String, value: JSON)] {
        guard let object = value.objectValue else {
            throw FormatError(.malformed, path: path, "\(place): expected an object, found \(value.kindName)")
        }
        return object.map { (name: $0.key, value: $0.value) }
    }
}
