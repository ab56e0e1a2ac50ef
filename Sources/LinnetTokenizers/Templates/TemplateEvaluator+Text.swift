/// Python's `str` and `repr` of values.
extension TemplateEvaluator {
    /// The text of a value as Jinja prints it.
    func string(_ value: TemplateValue) throws -> String {
        if case .string(let text) = value { return text }
        var text = ""
        try write(value, asLiteral: false, depth: 0, to: &text)
        return text
    }

    /// The value as Python would write it in a program.
    func literal(_ value: TemplateValue) throws -> String {
        var text = ""
        try write(value, asLiteral: true, depth: 0, to: &text)
        return text
    }

    private func write(_ value: TemplateValue, asLiteral: Bool, depth: Int, to text: inout String) throws {
        try charge()
        // A namespace may hold itself.
        guard depth <= limits.valueDepth + 2 else { throw limitFailure("a value nested too deep to be written") }
        try charge(bytes: 8)
        switch value {
        case .undefined: text += asLiteral ? "Undefined" : ""
        case .none: text += "None"
        case .bool(let value): text += value ? "True" : "False"
        case .integer(let value): text += String(value)
        case .float(let value): text += PythonNumber.text(value)
        case .string(let value):
            try charge(bytes: value.utf8.count)
            text += asLiteral ? PythonText.literal(value) : value
        case .list(let list): try write(list.items, open: "[", close: "]", depth: depth, to: &text)
        case .tuple(let list):
            let close = list.items.count == 1 ? ",)" : ")"
            try write(list.items, open: "(", close: close, depth: depth, to: &text)
        case .view(let name, let list): try write(list.items, open: "\(name)([", close: "])", depth: depth, to: &text)
        case .dictionary(let dictionary): try write(dictionary.entries, depth: depth, to: &text)
        case .range(let range):
            text += "range(\(range.start), \(range.stop)" + (range.step == 1 ? ")" : ", \(range.step))")
        case .namespace(let namespace):
            text += "<Namespace "
            try write(namespace.attributes.map { (.string($0.name), $0.value) }, depth: depth, to: &text)
            text += ">"
        case .macro(let macro): text += "<Macro \(PythonText.literal(macro.definition.name))>"
        case .loop(let loop):
            let index = try loop.attribute("index") ?? .none
            let length = try loop.attribute("length") ?? .none
            text += "<LoopContext \(try string(index))/\(try string(length))>"
        case .iterator, .function, .method: text += "<\(value.className)>"
        }
    }

    private func write(
        _ items: [TemplateValue], open: String, close: String, depth: Int, to text: inout String
    ) throws {
        text += open
        for (index, item) in items.enumerated() {
            if index > 0 { text += ", " }
            try write(item, asLiteral: true, depth: depth + 1, to: &text)
        }
        text += close
    }

    private func write(
        _ entries: [(key: TemplateValue, value: TemplateValue)], depth: Int, to text: inout String
    ) throws {
        text += "{"
        for (index, entry) in entries.enumerated() {
            if index > 0 { text += ", " }
            try write(entry.key, asLiteral: true, depth: depth + 1, to: &text)
            text += ": "
            try write(entry.value, asLiteral: true, depth: depth + 1, to: &text)
        }
        text += "}"
    }
}
