import Foundation

/// Makes text from documents fit to stand in a prompt as data that cannot be taken for anything else.
///
/// Invisible characters are dropped; texts that a tokenizer or a model takes for control (`<|im_end|>`, `[INST]`) are
/// broken by a space; `[3]` becomes `(3)`, since brackets are for our own numbers; lines that look like the turn of a
/// conversation (`Assistant: …`) are marked as quoted. What is quoted to the user is never this text, but the original.
public struct QuotedText: Sendable {
    private let patterns: [UInt8: [[UInt8]]]
    private let holdsControl: @Sendable (String) -> Bool

    /// Marks of conversations that models without such tokens of their own know as text.
    private static let knownMarks = [
        "<|", "|>", "<｜", "｜>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
        "<start_of_turn>", "<end_of_turn>", "<s>", "</s>", "<bos>", "<eos>", "<pad>", "<unk>", "<think>", "</think>",
        "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>",
    ]

    private static let roles: Set<String> = [
        "user", "assistant", "system", "human", "ai", "bot", "developer", "tool", "question", "answer", "instruction",
        "instructions", "input", "output", "response", "q", "a", "source", "sources", "context",
    ]

    /// - Parameters:
    ///   - controlTexts: The texts of the generator's control tokens.
    ///   - holdsControl: Whether the generator's tokenizer finds a control token in a text; the last word on the matter.
    public init(controlTexts: [String] = [], holdsControl: @escaping @Sendable (String) -> Bool = { _ in false }) {
        let visible = controlTexts.filter { $0.contains { !$0.isWhitespace } }
        let all = Set((visible + Self.knownMarks).map { Self.lowercased(Array($0.utf8)) })
        patterns = Dictionary(grouping: all.filter { !$0.isEmpty }) { $0[0] }
        self.holdsControl = holdsControl
    }

    /// The text of a source as it stands in a prompt; `nil` if there is no way to make it safe.
    public func source(_ text: String) -> String? {
        let prepared = { (text: String) in marked(Self.withoutMarks(broken(Self.visible(text)))) }
        let first = prepared(text)
        if !holdsControl(first) { return first }
        // A tokenizer that normalises may see what is not there: look at the text as it does.
        let second = prepared(text.precomposedStringWithCompatibilityMapping)
        if !holdsControl(second) { return second }
        let words = String(second.filter { $0.isLetter || $0.isNumber || $0.isWhitespace || ".,".contains($0) })
        return holdsControl(words) ? nil : words
    }

    /// A file name, a heading or the question: one line, in which nothing counts as control.
    public func line(_ text: String, longest: Int = 200) -> String? {
        let shown = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return source(shown.count > longest ? shown.prefix(longest) + "…" : shown)
    }

    // MARK: Steps

    /// The text without control characters, zero-width and direction marks, variation selectors and tag characters.
    static func visible(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.replacingOccurrences(of: "\r\n", with: "\n").unicodeScalars where !isInvisible(scalar) {
            result.append(scalar == "\r" || scalar == "\u{2028}" || scalar == "\u{2029}" ? "\n" : scalar)
        }
        return String(result)
    }

    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\n" || scalar == "\t" || scalar == "\r" { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .unassigned: return true
        default: return scalar.properties.isVariationSelector || scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    /// The text with a space behind the first character of everything that counts as control.
    private func broken(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let lower = Self.lowercased(bytes)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        var index = 0
        while index < bytes.count {
            let isControl = patterns[lower[index]]?.contains { lower[index...].starts(with: $0) } ?? false
            let start = index
            repeat { index += 1 } while index < bytes.count && bytes[index] & 0xC0 == 0x80
            result += bytes[start..<index]
            if isControl { result.append(UInt8(ascii: " ")) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    /// The text with its own numbers in brackets turned into numbers in parentheses.
    private static func withoutMarks(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(where: { CitationMark.brackets[$0] != nil }) {
            result += rest[..<open]
            if case .mark(let mark) = CitationMark.read(rest[open...]) {
                let inside = rest[open...].dropFirst().prefix(mark.length - 2)
                result += "(\(inside))"
                rest = rest[rest.index(open, offsetBy: mark.length)...]
            } else {
                result.append(rest[open])
                rest = rest[rest.index(after: open)...]
            }
        }
        return result + rest
    }

    /// The text with lines that look like a turn of a conversation marked as quoted.
    private func marked(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Self.looksLikeTurn($0) ? "> " + $0 : String($0) }.joined(separator: "\n")
    }

    private static func looksLikeTurn(_ line: Substring) -> Bool {
        let words = line.drop { $0.isWhitespace || "#*>_-\"'".contains($0) }
        let role = words.prefix { $0.isLetter }
        guard roles.contains(role.lowercased()) else { return false }
        guard let next = words.dropFirst(role.count).first(where: { !$0.isWhitespace && $0 != "*" && $0 != "_" }) else {
            return true
        }
        return next == ":" || next == "："
    }
}
