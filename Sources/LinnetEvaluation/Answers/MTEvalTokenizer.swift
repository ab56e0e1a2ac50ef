/// The tokens of mteval-v13a, which BLEU is counted over (`13a` of sacrebleu).
enum MTEvalTokenizer {
    /// The tokens of a segment.
    static func tokens(_ text: String) -> [PythonText.Scalars] {
        var scalars = PythonText.Scalars(text.unicodeScalars)
        while let last = scalars.last, PythonText.isSpace(last) { scalars.removeLast() }
        for (old, new) in replacements { scalars = replaced(scalars, old, new) }
        scalars = [" "] + scalars + [" "]
        scalars = scalars.flatMap { isSeparated($0) ? [" ", $0, " "] : [$0] }
        scalars = rewritten(scalars) { !isDigit($0) && isPoint($1) ? [$0, " ", $1, " "] : nil }
        scalars = rewritten(scalars) { isPoint($0) && !isDigit($1) ? [" ", $0, " ", $1] : nil }
        scalars = rewritten(scalars) { isDigit($0) && $1 == "-" ? [$0, " ", $1, " "] : nil }
        return PythonText.split(scalars)
    }

    /// Marks of skipped text, words split over lines, line ends, and the entities of SGML, in this order.
    private static let replacements: [(PythonText.Scalars, PythonText.Scalars)] = [
        ("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"),
    ].map { (PythonText.Scalars($0.unicodeScalars), PythonText.Scalars($1.unicodeScalars)) }

    private static func replaced(
        _ text: PythonText.Scalars, _ old: PythonText.Scalars, _ new: PythonText.Scalars
    ) -> PythonText.Scalars {
        var result: PythonText.Scalars = []
        result.reserveCapacity(text.count)
        var place = 0
        while place < text.count {
            if text[place] == old[0], text[place...].starts(with: old) {
                result.append(contentsOf: new)
                place += old.count
            } else {
                result.append(text[place])
                place += 1
            }
        }
        return result
    }

    /// Replaces pairs of neighbours from left to right; a code point belongs to one pair only.
    private static func rewritten(
        _ text: PythonText.Scalars, _ rule: (Unicode.Scalar, Unicode.Scalar) -> PythonText.Scalars?
    ) -> PythonText.Scalars {
        var result: PythonText.Scalars = []
        result.reserveCapacity(text.count + text.count / 4)
        var place = 0
        while place < text.count {
            if place + 1 < text.count, let replacement = rule(text[place], text[place + 1]) {
                result.append(contentsOf: replacement)
                place += 2
            } else {
                result.append(text[place])
                place += 1
            }
        }
        return result
    }

    /// ASCII signs that stand alone wherever they occur: all but the apostrophe, the comma, the hyphen and the point.
    private static func isSeparated(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x26, 0x28...0x2B, 0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    private static func isPoint(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }
}
