/// Keeps the citations of an answer to the sources it was given, as the answer is written.
///
/// `[1]`, `[2][3]`, `[1, 3]` and `[2-4]` are citations. A number that no source has is taken out of the text and
/// reported, so that nothing is shown that points nowhere.
public struct CitationCheck: Sendable {
    /// Numbers cited so far, in the order of their first citation.
    public private(set) var cited: [Int] = []
    /// Numbers that were cited and that no source has.
    public private(set) var removed: [Int] = []
    private let sourceCount: Int
    /// Text that may be the beginning of a citation, with the blanks before it.
    private var pending = ""

    /// A check for an answer from sources with the numbers 1 to `sourceCount`.
    public init(sourceCount: Int) { self.sourceCount = sourceCount }

    /// Checks a whole text.
    public static func checked(_ text: String, sourceCount: Int) -> (text: String, check: CitationCheck) {
        var check = CitationCheck(sourceCount: sourceCount)
        let result = check.append(text) + check.finish()
        return (result, check)
    }

    /// Takes the next piece of the answer and gives the text that is certain.
    public mutating func append(_ text: String) -> String {
        pending += text
        return take(isAtEnd: false)
    }

    /// The rest, when the answer has ended.
    public mutating func finish() -> String { take(isAtEnd: true) }

    private mutating func take(isAtEnd: Bool) -> String {
        var result = ""
        var rest = pending[...]
        while let open = rest.firstIndex(where: { CitationMark.brackets[$0] != nil }) {
            let before = rest[..<open]
            switch CitationMark.read(rest[open...]) {
            case .mark(let mark):
                let kept = keep(mark)
                let after = rest[rest.index(open, offsetBy: mark.length)...]
                if kept.isEmpty, after.isEmpty, !isAtEnd { return result + hold(before, rest) }
                // Without the citation the blanks before it go, too, unless another one follows.
                let isLast = after.first.map { CitationMark.brackets[$0] == nil } ?? true
                let certain = kept.isEmpty ? before.withoutTrailingBlanks : before
                result += certain
                result += kept
                rest = kept.isEmpty && !isLast ? before[certain.endIndex...] + after : after
            case .incomplete where !isAtEnd:
                return result + hold(before, rest)
            case .text, .incomplete:
                result += rest[...open]
                rest = rest[rest.index(after: open)...]
            }
        }
        if !isAtEnd { return result + hold(rest, rest) }
        pending = ""
        return result + rest
    }

    /// Keeps what is not certain yet, from the blanks at the end of `before` on; the text that is certain.
    private mutating func hold(_ before: Substring, _ rest: Substring) -> Substring {
        let certain = before.withoutTrailingBlanks
        pending = String(rest[certain.endIndex...])
        return certain
    }

    /// The citation with the numbers that exist; empty if none does.
    private mutating func keep(_ mark: CitationMark) -> String {
        var kept: [Int] = []
        for number in mark.numbers {
            if (1...max(sourceCount, 1)).contains(number), sourceCount > 0 {
                if !kept.contains(number) { kept.append(number) }
                if !cited.contains(number) { cited.append(number) }
            } else if !removed.contains(number) {
                removed.append(number)
            }
        }
        return kept.isEmpty ? "" : "[" + kept.map(String.init).joined(separator: ", ") + "]"
    }
}

extension Substring {
    /// The text without blanks at its end.
    fileprivate var withoutTrailingBlanks: Substring {
        var end = endIndex
        while end > startIndex, self[index(before: end)] == " " { end = index(before: end) }
        return self[..<end]
    }
}
