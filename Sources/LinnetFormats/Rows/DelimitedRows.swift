/// The rows of a CSV or TSV file.
struct DelimitedRows {
    private var table: DelimitedTable
    private let source: DataSource

    init(_ bytes: UnsafeRawBufferPointer, source: DataSource, delimiter: UInt8) {
        table = DelimitedTable(bytes, path: source.path, delimiter: delimiter)
        self.source = source
    }

    mutating func rows() throws -> [DataRow] {
        var cells: [DelimitedTable.Cell] = []
        guard try table.next(&cells) else { throw FormatError(.missing, path: source.path, "the file has no rows") }
        let first = try cells.map { try table.text($0) }
        let hasHeader = try hasHeader(first)
        let columns = try ColumnNames.choose(names: hasHeader ? first : nil, count: first.count, source: source)
        var rows: [DataRow] = []
        if !hasHeader { rows.append(try row(cells, columns)) }
        while try table.next(&cells) {
            guard cells.count == first.count else {
                throw failure("expected \(first.count) columns as in the first line, found \(cells.count)")
            }
            rows.append(try row(cells, columns))
        }
        return rows
    }

    private func hasHeader(_ first: [String]) throws -> Bool {
        let asked = [source.textColumn, source.pairColumn, source.labelColumn].compactMap { $0 }
        let hasNames = asked.contains { Int($0) == nil }
        if source.hasHeader == false, hasNames {
            throw FormatError(
                .missing, path: source.path,
                "columns of a file without a header are given by number, found \(ColumnNames.list(asked))")
        }
        return source.hasHeader ?? (hasNames || ColumnNames.isHeader(first))
    }

    private func row(_ cells: [DelimitedTable.Cell], _ columns: ColumnChoice) throws -> DataRow {
        let label = try columns.label.map { try table.text(cells[$0]).trimmingSpace() }
        if source.requiresLabel, label?.isEmpty != false { throw failure("the label is empty") }
        return DataRow(
            text: try table.text(cells[columns.text]), pair: try columns.pair.map { try table.text(cells[$0]) },
            label: label?.isEmpty == true ? nil : label, line: table.line)
    }

    private func failure(_ message: String) -> FormatError {
        FormatError(.malformed, path: source.path, "line \(table.line): \(message)")
    }
}

/// A cursor over the records of comma- or tab-separated bytes.
///
/// Commas: RFC 4180; a quoted field may span lines and must end where its field ends; a quote inside an unquoted field
/// is literal. Tabs: a record is a line; a field is unquoted when it begins and ends with a quote and every quote
/// between is doubled, and taken literally otherwise. Lines end with LF or CR LF; empty lines are skipped.
struct DelimitedTable {
    /// One field: its bytes, without the quotes around it, and whether doubled quotes in it stand for one.
    struct Cell {
        var range: Range<Int>
        var isQuoted: Bool
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")

    private let bytes: UnsafeRawBufferPointer
    private let path: String
    private let delimiter: UInt8
    private var position = 0
    private var nextLine = 1
    /// The line on which the record that was read last begins.
    private(set) var line = 0
    /// The bytes of the record that was read last, without its line end.
    private(set) var record = 0..<0

    init(_ bytes: UnsafeRawBufferPointer, path: String, delimiter: UInt8) {
        self.bytes = bytes
        self.path = path
        self.delimiter = delimiter
    }

    /// Reads the next record into `cells`; `false` at the end.
    mutating func next(_ cells: inout [Cell]) throws -> Bool {
        cells.removeAll(keepingCapacity: true)
        while position < bytes.count, skipEmptyLine() {}
        guard position < bytes.count else { return false }
        line = nextLine
        let start = position
        while true {
            cells.append(try delimiter == UInt8(ascii: ",") ? commaCell() : tabCell())
            guard position < bytes.count, bytes[position] == delimiter else { break }
            position += 1
        }
        let hasReturn = position > start && bytes[position - 1] == UInt8(ascii: "\r")
        record = start..<(hasReturn ? position - 1 : position)
        if position < bytes.count {
            position += 1
            nextLine += 1
        }
        return true
    }

    /// The text of a field of the record that was read last.
    func text(_ cell: Cell) throws -> String {
        let slice = UnsafeRawBufferPointer(rebasing: bytes[cell.range])
        let text: String?
        if cell.isQuoted, slice.contains(DelimitedTable.quote) {
            text = String(validating: undoubled(slice), as: UTF8.self)
        } else {
            text = String(validating: slice, as: UTF8.self)
        }
        guard let text else { throw failure("not valid UTF-8") }
        return text
    }

    private func undoubled(_ slice: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(slice.count)
        var isSecond = false
        for byte in slice {
            isSecond = byte == DelimitedTable.quote && !isSecond
            if byte != DelimitedTable.quote || isSecond { result.append(byte) }
        }
        return result
    }

    private mutating func skipEmptyLine() -> Bool {
        var end = position
        if bytes[end] == UInt8(ascii: "\r"), end + 1 < bytes.count { end += 1 }
        guard bytes[end] == DelimitedTable.lineFeed else { return false }
        position = end + 1
        nextLine += 1
        return true
    }

    /// Moves to the end of an unquoted field, which is a delimiter, a line feed or the end, and gives its bytes.
    private mutating func plainRange() -> Range<Int> {
        let start = position
        while position < bytes.count, bytes[position] != delimiter, bytes[position] != DelimitedTable.lineFeed {
            position += 1
        }
        let isLast = position == bytes.count || bytes[position] == DelimitedTable.lineFeed
        let hasReturn = isLast && position > start && bytes[position - 1] == UInt8(ascii: "\r")
        return start..<(hasReturn ? position - 1 : position)
    }

    private mutating func tabCell() -> Cell {
        let range = plainRange()
        let cell = Cell(range: range, isQuoted: false)
        guard range.count >= 2, bytes[range.lowerBound] == DelimitedTable.quote,
            bytes[range.upperBound - 1] == DelimitedTable.quote
        else { return cell }
        let inner = (range.lowerBound + 1)..<(range.upperBound - 1)
        var place = inner.lowerBound
        while place < inner.upperBound {
            if bytes[place] == DelimitedTable.quote {
                guard place + 1 < inner.upperBound, bytes[place + 1] == DelimitedTable.quote else { return cell }
                place += 1
            }
            place += 1
        }
        return Cell(range: inner, isQuoted: true)
    }

    private mutating func commaCell() throws -> Cell {
        guard position < bytes.count, bytes[position] == DelimitedTable.quote else {
            return Cell(range: plainRange(), isQuoted: false)
        }
        position += 1
        let start = position
        while true {
            guard position < bytes.count else { throw failure("a quoted field is never closed") }
            let byte = bytes[position]
            if byte == DelimitedTable.lineFeed { nextLine += 1 }
            position += 1
            guard byte == DelimitedTable.quote else { continue }
            guard position < bytes.count, bytes[position] == DelimitedTable.quote else { break }
            position += 1
        }
        let cell = Cell(range: start..<(position - 1), isQuoted: true)
        let followsReturn = position + 1 < bytes.count && bytes[position + 1] == DelimitedTable.lineFeed
        if position < bytes.count, bytes[position] == UInt8(ascii: "\r"), followsReturn || position + 1 == bytes.count {
            position += 1
        }
        guard position == bytes.count || bytes[position] == delimiter || bytes[position] == DelimitedTable.lineFeed
        else {
            throw failure("text after the closing quote of a field; write a quote inside a field twice")
        }
        return cell
    }

    private func failure(_ message: String) -> FormatError {
        FormatError(.malformed, path: path, "line \(line): \(message)")
    }
}
