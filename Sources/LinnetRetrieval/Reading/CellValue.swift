/// Values as they stand in files of text.
enum CellValue {
    /// A number in JSON's spelling, `true` or `false` in any case, otherwise the text itself.
    ///
    /// `007` and `+49` stay text, as do integers that a double cannot hold exactly.
    static func typed(_ text: String) -> MetadataValue {
        switch text.lowercased() {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: break
        }
        var digits = text.utf8[...]
        if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
        guard let first = digits.first, isDigit(first), text.utf8.count <= 40, let number = Double(text),
            number.isFinite
        else { return .text(text) }
        let hasLeadingZero = first == UInt8(ascii: "0") && digits.dropFirst().first.map(isDigit) == true
        let isPlain = digits.allSatisfy { isDigit($0) || ".eE+-".utf8.contains($0) }
        guard !hasLeadingZero, isPlain, digits.last.map(isDigit) == true, abs(number) <= 9_007_199_254_740_992 else {
            return .text(text)
        }
        return .number(number)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
