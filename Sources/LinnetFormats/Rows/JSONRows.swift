/// The rows of a file with a JSON object per line, or of one array of objects.
struct JSONRows {
    private let bytes: UnsafeRawBufferPointer
    private let source: DataSource

    init(_ bytes: UnsafeRawBufferPointer, source: DataSource) {
        self.bytes = bytes
        self.source = source
    }

    func rows() throws -> [DataRow] {
        let first = bytes.first { $0 > 0x20 }
        return first == UInt8(ascii: "[") ? try arrayRows() : try lineRows()
    }

    private func arrayRows() throws -> [DataRow] {
        guard case .array(let elements) = try JSON.parse(bytes, path: source.path) else { return [] }
        var keys: Keys?
        return try elements.enumerated().map { index, element in
            try row(element, &keys, place: "row \(index + 1)", line: index + 1)
        }
    }

    private func lineRows() throws -> [DataRow] {
        var lines = LineCursor(bytes)
        var keys: Keys?
        var rows: [DataRow] = []
        while let line = lines.next() {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            var scanner = JSONScanner(
                line, path: source.path, maxDepth: JSON.deepestNesting, firstLine: lines.number)
            let value = try scanner.value()
            try scanner.expectEnd()
            rows.append(try row(value, &keys, place: "line \(lines.number)", line: lines.number))
        }
        return rows
    }

    /// The keys that hold the texts and the label, chosen once, on the first row.
    private struct Keys {
        var text: String
        var pair: String?
        var label: String?
    }

    private func chooseKeys(_ object: JSONObject) throws -> Keys {
        let names = object.keys
        let choice = try ColumnNames.choose(names: names, count: names.count, source: source)
        return Keys(
            text: names[choice.text], pair: choice.pair.map { names[$0] }, label: choice.label.map { names[$0] })
    }

    private func row(_ value: JSON, _ keys: inout Keys?, place: String, line: Int) throws -> DataRow {
        guard let object = value.objectValue, !object.isEmpty else {
            throw failure(place, "expected an object with a text, found \(value.kindName)")
        }
        let chosen = try keys ?? chooseKeys(object)
        keys = chosen
        func text(_ key: String) throws -> String {
            guard let text = object[key]?.stringValue else {
                let found = object[key]?.kindName ?? "none"
                throw failure(place, "expected a text under \(FormatError.quoted(key)), found \(found)")
            }
            return text
        }
        let label = try chosen.label.flatMap { try self.label(object[$0], key: $0, place: place) }
        if source.requiresLabel, label == nil {
            throw failure(place, "expected a label under \(FormatError.quoted(chosen.label ?? "label")), found none")
        }
        return DataRow(text: try text(chosen.text), pair: try chosen.pair.map(text), label: label, line: line)
    }

    private func label(_ value: JSON?, key: String, place: String) throws -> String? {
        switch value {
        case nil, .null: return nil
        case .string(let text):
            let label = text.trimmingSpace()
            return label.isEmpty ? nil : label
        case .integer(let number): return String(number)
        case .number(let number): return String(number)
        case .bool(let truth): return String(truth)
        case .array(let elements):
            throw failure(
                place, "expected one label under \(FormatError.quoted(key)), found an array of \(elements.count)")
        case .object:
            throw failure(place, "expected a label under \(FormatError.quoted(key)), found an object")
        }
    }

    private func failure(_ place: String, _ message: String) -> FormatError {
        FormatError(.malformed, path: source.path, "\(place): \(message)")
    }
}
