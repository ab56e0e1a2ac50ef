/// The sentences of an answer, each with the sources its marks name; the rules are those of ``CitationFaithfulness``.
struct CitedSentences {
    /// A sentence without its marks.
    struct Sentence: Equatable {
        var text: PythonText.Scalars = []
        /// Numbers of its marks, each once, in order.
        var citations: [Int] = []
    }

    private(set) var sentences: [Sentence] = []

    init(_ answer: String) {
        let scalars = PythonText.Scalars(answer.unicodeScalars)
        var sentence = Sentence()
        var place = 0
        var isEnding = false  // behind a sentence's end: only what closes it may follow
        func finish() {
            if sentence.text.contains(where: { !PythonText.isSpace($0) }) || !sentence.citations.isEmpty {
                sentences.append(sentence)
            }
            sentence = Sentence()
            isEnding = false
        }
        while place < scalars.count {
            let scalar = scalars[place]
            if let mark = Self.mark(at: place, in: scalars) {
                for number in mark.numbers where !sentence.citations.contains(number) {
                    sentence.citations.append(number)
                }
                sentence.text.append(" ")
                place = mark.end
                continue
            }
            if scalar == "\n" || scalar == "\r" {
                finish()
            } else if isEnding, PythonText.isSpace(scalar) {
                // A mark may stand behind the space: `It is so. [1] The next sentence.`
                if Self.markFollows(place, in: scalars) { sentence.text.append(scalar) } else { finish() }
            } else {
                if ".!?".unicodeScalars.contains(scalar) {
                    isEnding = true
                } else if !Self.closing.contains(scalar) {
                    isEnding = false
                }
                sentence.text.append(scalar)
            }
            place += 1
        }
        finish()
    }

    private static let closing = Set(")]}\"'”’»".unicodeScalars)

    private static func markFollows(_ place: Int, in scalars: PythonText.Scalars) -> Bool {
        guard let next = scalars[place...].firstIndex(where: { $0 != " " && $0 != "\t" }) else { return false }
        return mark(at: next, in: scalars) != nil
    }

    /// `[2]`, `[1, 3]`, `[2-4]`: the numbers, and where the mark ends; nil where there is none.
    private static func mark(at place: Int, in scalars: PythonText.Scalars) -> (numbers: [Int], end: Int)? {
        guard scalars[place] == "[" else { return nil }
        let longest = 64
        let window = scalars[(place + 1)..<min(scalars.count, place + longest)]
        guard let close = window.firstIndex(of: "]") else { return nil }
        let inside = String(String.UnicodeScalarView(scalars[(place + 1)..<close]))
        var numbers: [Int] = []
        for part in inside.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
                Int(PythonText.stripped(String($0)))
            }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first >= 0, last >= first,
                last - first < longest, last < 1_000_000
            else { return nil }
            numbers += Array(first...last)
        }
        return (numbers, close + 1)
    }
}
