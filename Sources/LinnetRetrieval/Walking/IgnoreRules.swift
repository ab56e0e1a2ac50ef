/// The rules of one `.gitignore` or `.linnetignore` file.
///
/// As git reads them: a pattern per line; `#` begins a comment; `!` takes back what a rule before ignored; a `/` at the
/// end means directories only; a pattern with a `/` elsewhere is relative to the file's directory, any other matches at
/// every depth; the last rule that matches decides. Spaces at a line's end do not count unless escaped.
struct IgnoreRules {
    private struct Rule {
        var pattern: GlobPattern
        var isNegated: Bool
        var isForDirectories: Bool
    }

    private static let mostRules = 10_000
    private var rules: [Rule] = []

    /// Reads the rules of a text.
    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline).prefix(Self.mostRules) {
            if let rule = Self.rule(line) { rules.append(rule) }
        }
    }

    /// Whether there are none.
    var isEmpty: Bool { rules.isEmpty }

    /// Whether a path, relative to the rules' directory, is ignored; nil when no rule speaks of it.
    func isIgnored(_ path: ArraySlice<[UInt8]>, isDirectory: Bool) -> Bool? {
        let last = rules.last { ($0.isForDirectories ? isDirectory : true) && $0.pattern.matches(path) }
        return last.map { !$0.isNegated }
    }

    private static func rule(_ line: Substring) -> Rule? {
        var text = line
        guard text.first != "#" else { return nil }
        while text.last == " ", text.dropLast().last != "\\" { text.removeLast() }
        let isNegated = text.first == "!"
        if isNegated { text.removeFirst() }
        let isForDirectories = text.last == "/"
        guard !text.isEmpty, text != "/" else { return nil }
        return Rule(pattern: GlobPattern(text), isNegated: isNegated, isForDirectories: isForDirectories)
    }
}
