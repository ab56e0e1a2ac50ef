/// Several chains of thought and what they conclude: self-consistency (Wang et al. 2023).
public struct AnswerVote: Sendable, Equatable {
    /// An answer and how many chains reached it.
    public struct Count: Sendable, Equatable {
        /// The answer, as ``AnswerExtraction`` writes it.
        public let answer: String
        /// Number of chains.
        public let votes: Int
    }

    /// The chains, in the order of their samples.
    public let chains: [String]
    /// What each chain concludes; `nil` where nothing could be found.
    public let answers: [String?]
    /// The different answers, those with most votes first and, of equal ones, the one that came first.
    public let counts: [Count]

    /// Counts the answers of chains.
    public init(chains: [String]) {
        self.chains = chains
        answers = chains.map(AnswerExtraction.answer)
        var counts: [Count] = []
        for answer in answers.compactMap({ $0 }) {
            if let place = counts.firstIndex(where: { Array($0.answer.utf8) == Array(answer.utf8) }) {
                counts[place] = Count(answer: answer, votes: counts[place].votes + 1)
            } else {
                counts.append(Count(answer: answer, votes: 1))
            }
        }
        let order = counts.indices.sorted { left, right in
            counts[left].votes != counts[right].votes ? counts[left].votes > counts[right].votes : left < right
        }
        self.counts = order.map { counts[$0] }
    }

    /// The answer with most votes.
    public var answer: String? { counts.first?.answer }

    /// Share of all chains that reached ``answer``.
    public var agreement: Double {
        chains.isEmpty ? 0 : Double(counts.first?.votes ?? 0) / Double(chains.count)
    }
}

/// Finds the conclusion in a chain of thought: the last `\boxed{…}`, else what follows the last "answer is" or
/// "answer:", else the last number.
public enum AnswerExtraction {
    /// The conclusion, without surrounding signs; numbers without thousands separators, currency and percent signs.
    public static func answer(in text: String) -> String? {
        if let boxed = lastBox(text) { return cleaned(boxed) }
        let lowered = text.lowercased()
        // Lowercasing changes lengths in a few scripts; the phrases are looked for in the text itself then.
        let source = lowered.count == text.count ? lowered : text
        let phrases = ["answer is", "answer:"]
        let ends = phrases.compactMap { lastRange(of: $0, in: source)?.upperBound }
        if let end = ends.max() {
            let distance = source.distance(from: source.startIndex, to: end)
            let rest = text.dropFirst(distance).drop { $0 == ":" || $0.isWhitespace }
            if let line = rest.split(whereSeparator: \.isNewline).first, let answer = conclusion(String(line)) {
                return answer
            }
        }
        return numbers(text).last
    }

    /// The answer at the beginning of a line: up to the sentence's end.
    private static func conclusion(_ line: String) -> String? {
        var end = line.endIndex
        for place in line.indices where ".!;".contains(line[place]) {
            let next = line.index(after: place)
            if next == line.endIndex || line[next].isWhitespace {
                end = place
                break
            }
        }
        return cleaned(String(line[..<end]))
    }

    private static func cleaned(_ text: String) -> String? {
        let marks: Set<Character> = ["*", "`", "\"", "'", "$", "(", ")", ".", ",", ":", ";"]
        var words = text[...]
        while let first = words.first, first.isWhitespace || marks.contains(first) { words.removeFirst() }
        while let last = words.last, last.isWhitespace || marks.contains(last) { words.removeLast() }
        guard !words.isEmpty else { return nil }
        // "18 dollars" and "$18" are the same answer; "Paris" stays.
        if let first = words.first, first.isNumber || first == "-", let number = numbers(String(words)).first {
            return number
        }
        return String(words)
    }

    /// The numbers of a text in order, as digits with at most one point.
    private static func numbers(_ text: String) -> [String] {
        var found: [String] = []
        var current = ""
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            let next = index + 1 < characters.count ? characters[index + 1] : " "
            let isDigit = character.isASCII && character.isNumber
            let goesOn = next.isASCII && next.isNumber
            if isDigit || (character == "." && goesOn && !current.isEmpty && !current.contains(".")) {
                current.append(character)
            } else if character == ",", goesOn, !current.isEmpty {
                continue
            } else {
                if !current.isEmpty { found.append(current) }
                let before = index > 0 ? characters[index - 1] : " "
                current = character == "-" && goesOn && !before.isLetter && !before.isNumber ? "-" : ""
            }
        }
        if !current.isEmpty { found.append(current) }
        return found
    }

    /// What stands in the last `\boxed{…}`, with braces inside it.
    private static func lastBox(_ text: String) -> String? {
        guard let start = lastRange(of: "\\boxed{", in: text)?.upperBound else { return nil }
        var depth = 1
        for place in text[start...].indices {
            if text[place] == "{" { depth += 1 }
            if text[place] == "}" { depth -= 1 }
            if depth == 0 { return String(text[start..<place]) }
        }
        return nil
    }

    private static func lastRange(of phrase: String, in text: String) -> Range<String.Index>? {
        text.ranges(of: phrase).last
    }
}
