/// What an answer says beside each of its citations, and which sentence of the source is nearest to it.
struct CitedStatements {
    /// Per number the statements that cite it.
    private(set) var statements: [Int: String] = [:]

    /// Reads an answer whose citations have been checked.
    init(_ answer: String) {
        var rest = answer[...]
        var current = ""
        var previous = ""
        while let character = rest.first {
            if case .mark(let mark) = CitationMark.read(rest) {
                let statement = current.contains { !$0.isWhitespace } ? current : previous
                for number in mark.numbers { statements[number, default: ""] += " " + statement }
                rest = rest.dropFirst(mark.length)
                continue
            }
            rest = rest.dropFirst()
            current.append(character)
            let endsHere = ".!?".contains(character) && rest.first?.isWhitespace ?? true
            if endsHere || character.isNewline {
                if current.contains(where: { $0.isLetter || $0.isNumber }) { previous = current }
                current = ""
            }
        }
    }

    /// Cites a hit with the sentence that shares most words with what the answer says beside the number.
    ///
    /// The share is of the sentence's words, by the square root of their number: a long sentence does not win by length.
    func citation(_ number: Int, of hit: Hit) -> Citation {
        let text = hit.text
        let said = Self.words(statements[number] ?? "")
        var best = 0..<text.utf8.count
        var bestShare = -1.0
        for range in SentenceRanges.ranges(of: text) {
            let words = Self.words(text.bytes(range))
            let share = Double(words.intersection(said).count) / Double(max(words.count, 1)).squareRoot()
            if share > bestShare { (best, bestShare) = (range, share) }
        }
        return Citation(number: number, hit: hit, quoting: best)
    }

    private static func words(_ text: String) -> Set<String> {
        let shortest = 3
        return Set(
            text.split { !$0.isLetter && !$0.isNumber }.filter { $0.count >= shortest || $0.first?.isNumber ?? false }
                .map { $0.lowercased() })
    }
}
