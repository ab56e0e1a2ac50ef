/// Where the sentences of a text stand.
///
/// A sentence ends after `.`, `!` or `?` (with closing quotes and brackets) before white space, unless what follows
/// begins with a small letter or what ends is an abbreviation; and at a blank line, a heading or an item of a list.
enum SentenceRanges {
    private static let abbreviations: Set<String> = [
        "al", "approx", "ca", "cf", "dr", "ed", "eq", "eqs", "etc", "fig", "figs", "inc", "jr", "ltd", "mr", "mrs",
        "ms", "no", "nos", "p", "pp", "prof", "ref", "refs", "sec", "st", "vol", "vs", "e.g", "i.e",
    ]

    /// UTF-8 byte ranges without white space at their ends, in order; none is empty.
    static func ranges(of text: String) -> [Range<Int>] {
        let characters = Array(text)
        var offsets = [0]
        offsets.reserveCapacity(characters.count + 1)
        for character in characters { offsets.append((offsets.last ?? 0) + character.utf8.count) }
        var ranges: [Range<Int>] = []
        var start = 0
        func close(_ end: Int) {
            var (low, high) = (start, end)
            while low < high, characters[low].isWhitespace { low += 1 }
            while high > low, characters[high - 1].isWhitespace { high -= 1 }
            if low < high { ranges.append(offsets[low]..<offsets[high]) }
            start = end
        }
        for index in characters.indices where endsSentence(characters, index, from: start) { close(index + 1) }
        close(characters.count)
        return ranges
    }

    private static func endsSentence(_ characters: [Character], _ index: Int, from start: Int) -> Bool {
        let character = characters[index]
        if character.isNewline { return beginsBlock(characters, index + 1) || isHeading(characters, start) }
        if "。！？".contains(character) { return true }
        let next = index + 1
        guard next < characters.count, characters[next].isWhitespace else { return false }
        var mark = index
        while mark > start, "\"'”’)]»".contains(characters[mark]) { mark -= 1 }
        guard ".!?".contains(characters[mark]), mark > start else { return false }
        if characters[mark] != "." { return true }
        if characters[mark - 1].isWhitespace { return true }  // " . " stands in tokenised text
        guard let following = characters[next...].first(where: { !$0.isWhitespace }) else { return true }
        return !following.isLowercase && !abbreviations.contains(word(characters, before: mark, from: start))
    }

    /// Whether a line begins that starts something new: a blank one, a heading, an item, a row.
    private static func beginsBlock(_ characters: [Character], _ index: Int) -> Bool {
        guard index < characters.count else { return true }
        let line = characters[index...].prefix { !$0.isNewline }
        guard let first = line.first(where: { !$0.isWhitespace }) else { return true }
        return "#-*•|>`".contains(first)
    }

    private static func isHeading(_ characters: [Character], _ start: Int) -> Bool {
        characters[start...].first { !$0.isWhitespace } == "#"
    }

    private static func word(_ characters: [Character], before index: Int, from start: Int) -> String {
        var first = index
        while first > start, characters[first - 1].isLetter || characters[first - 1] == "." { first -= 1 }
        return String(characters[first..<index]).lowercased()
    }
}
