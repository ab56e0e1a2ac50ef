import LinnetFormats

/// Values to and from JSON.
extension TemplateEvaluator {
    /// How Python's `json.dumps` lays a value out.
    private struct Layout {
        var indent: String?
        var itemSeparator = ", "
        var keySeparator = ": "
        var isASCII = false
        var isSorted = false
    }

    /// The filter `tojson(ensure_ascii=False, indent=None, separators=None, sort_keys=False)` of Hugging Face.
    func json(_ value: TemplateValue, _ arguments: TemplateArguments) throws -> TemplateValue {
        let parameters = try bind(arguments, ["ensure_ascii", "indent", "separators", "sort_keys"], to: "tojson")
        var layout = Layout()
        layout.isASCII = parameters.bool(0)
        layout.isSorted = parameters.bool(3)
        if case .string(let indent)? = parameters[1] {
            layout.indent = indent
        } else if let width = try parameters.integer(1) {
            try charge(bytes: max(0, width))
            layout.indent = String(repeating: " ", count: max(0, width))
        }
        if layout.indent != nil { layout.itemSeparator = "," }
        if let separators = parameters[2], !separators.isNone {
            let parts = try items(of: separators)
            guard parts.count == 2, case .string(let item) = parts[0], case .string(let key) = parts[1] else {
                throw failure("'tojson' expected two texts as separators")
            }
            layout.itemSeparator = item
            layout.keySeparator = key
        }
        var text = ""
        try write(value, layout, depth: 0, to: &text)
        return .string(text)
    }

    private func write(_ value: TemplateValue, _ layout: Layout, depth: Int, to text: inout String) throws {
        try charge()
        try charge(bytes: 8)
        switch value {
        case .none: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .float(let value): text += number(value)
        case .string(let value): try write(quoted: value, layout, to: &text)
        case .list(let list), .tuple(let list):
            try write(list.items.count, "[", "]", layout, depth: depth, to: &text) { index, text in
                try write(list.items[index], layout, depth: depth + 1, to: &text)
            }
        case .dictionary(let dictionary):
            var entries = dictionary.entries
            if layout.isSorted { entries = try entries.sorted { try isSortedBefore($0.key, $1.key) } }
            try write(entries.count, "{", "}", layout, depth: depth, to: &text) { index, text in
                try write(quoted: try name(entries[index].key), layout, to: &text)
                text += layout.keySeparator
                try write(entries[index].value, layout, depth: depth + 1, to: &text)
            }
        default: throw failure("'tojson' cannot write a value of the kind '\(value.className)'")
        }
    }

    private func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return PythonNumber.text(value)
    }

    private func name(_ key: TemplateValue) throws -> String {
        switch key {
        case .string(let text): return text
        case .none: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .float(let value): return number(value)
        default: throw failure("'tojson' expected texts as keys, found '\(key.className)'")
        }
    }

    private func write(
        _ count: Int, _ open: String, _ close: String, _ layout: Layout, depth: Int, to text: inout String,
        item: (Int, inout String) throws -> Void
    ) throws {
        text += open
        for index in 0..<count {
            if index > 0 { text += layout.itemSeparator }
            try breakLine(layout, depth: depth + 1, to: &text)
            try item(index, &text)
        }
        if count > 0 { try breakLine(layout, depth: depth, to: &text) }
        text += close
    }

    private func breakLine(_ layout: Layout, depth: Int, to text: inout String) throws {
        guard let indent = layout.indent else { return }
        try charge(bytes: indent.utf8.count * depth + 1)
        text += "\n" + String(repeating: indent, count: depth)
    }

    private func write(quoted value: String, _ layout: Layout, to text: inout String) throws {
        try charge(bytes: value.utf8.count)
        text += "\""
        func appendCode(_ code: some BinaryInteger) {
            let digits = String(code, radix: 16)
            text += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{C}": text += "\\f"
            default:
                if scalar.value < 0x20 {
                    appendCode(scalar.value)
                } else if layout.isASCII, !scalar.isASCII {
                    for unit in String(scalar).utf16 { appendCode(unit) }
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}

extension TemplateValue {
    /// A JSON value as a template sees it; `nil` when it nests deeper than `depth`.
    init?(_ json: JSON, depth: Int) {
        guard depth > 0 else { return nil }
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(Int(value))
        case .number(let value): self = .float(value)
        case .string(let text): self = .string(text)
        case .array(let elements):
            var items: [TemplateValue] = []
            items.reserveCapacity(elements.count)
            for element in elements {
                guard let item = TemplateValue(element, depth: depth - 1) else { return nil }
                items.append(item)
            }
            self = .list(TemplateList(items))
        case .object(let object):
            var entries: [(String, TemplateValue)] = []
            entries.reserveCapacity(object.count)
            for (key, member) in object {
                guard let value = TemplateValue(member, depth: depth - 1) else { return nil }
                entries.append((key, value))
            }
            self = .dictionary(TemplateDictionary(named: entries))
        }
    }
}
