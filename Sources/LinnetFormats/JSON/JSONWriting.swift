extension JSON {
    /// This value as JSON text.
    ///
    /// Compact by default; `pretty` is laid out as Hugging Face writes its files: two spaces per level, `": "`
    /// after a key, one element per line. Numbers are written with the fewest digits that read back the same.
    /// A number that is not finite, which JSON cannot hold, becomes `null`.
    public func text(pretty: Bool = false) -> String {
        var output: [UInt8] = []
        write(to: &output, indent: pretty ? 0 : nil)
        return String(decoding: output, as: UTF8.self)
    }

    /// The value as an error message shows it: compact, cut after 100 characters.
    public var shortText: String {
        let whole = text()
        let end = whole.unicodeScalars.prefix(100).endIndex
        return end == whole.endIndex ? whole : "\(whole[..<end])…"
    }

    private func write(to output: inout [UInt8], indent: Int?) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): output.append(contentsOf: value.description.utf8)
        case .number(let value): output.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
        case .string(let text): JSON.write(text, to: &output)
        case .array(let elements):
            JSON.write(elements, open: "[", close: "]", to: &output, indent: indent) { element, output, indent in
                element.write(to: &output, indent: indent)
            }
        case .object(let object):
            JSON.write(object, open: "{", close: "}", to: &output, indent: indent) { member, output, indent in
                JSON.write(member.key, to: &output)
                output.append(contentsOf: (indent == nil ? ":" : ": ").utf8)
                member.value.write(to: &output, indent: indent)
            }
        }
    }

    /// Writes a bracketed, comma-separated list.
    private static func write<Items: Sequence>(
        _ items: Items, open: Character, close: Character, to output: inout [UInt8], indent: Int?,
        item: (Items.Element, inout [UInt8], Int?) -> Void
    ) {
        output.append(contentsOf: open.utf8)
        let inner = indent.map { $0 + 2 }
        var isFirst = true
        for element in items {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            breakLine(inner, &output)
            item(element, &output, inner)
        }
        if !isFirst { breakLine(indent, &output) }
        output.append(contentsOf: close.utf8)
    }

    private static func breakLine(_ indent: Int?, _ output: inout [UInt8]) {
        guard let indent else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(0x20, count: indent))
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    /// Writes a string in quotes, escaping what JSON requires and nothing else.
    private static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0x0A: output.append(contentsOf: "\\n".utf8)
            case 0x0D: output.append(contentsOf: "\\r".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                output.append(contentsOf: "\\u00".utf8)
                output.append(hexadecimal[Int(byte >> 4)])
                output.append(hexadecimal[Int(byte & 15)])
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
