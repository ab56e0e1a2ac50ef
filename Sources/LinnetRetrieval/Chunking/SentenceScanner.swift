/// Cuts a text into sentences, one after the other, in one pass and with bounded looking ahead and back.
///
/// A sentence ends
/// - after `.`, `!`, `?`, `…` and the closing quotes and brackets behind them, when white space follows and the next
///   word does not begin with a small letter; but not after an abbreviation (`Dr.`, `e.g.`), an initial (`J.`) or the
///   number of a list's item, and never inside of a number;
/// - after a full stop that needs no space behind it (`。`, `！`, `？`, `।`, `۔` and their like);
/// - at an empty line;
/// - at a line end when the line is short, or when the next line begins with neither letter nor digit: items of lists,
///   lines of code, rows of tables;
/// - where a section begins.
///
/// A sentence longer than `longest` bytes is cut at its last white space before that, or between two characters.
struct SentenceScanner {
    /// A piece of the text and how good the cut before it is.
    struct Piece {
        /// The bytes without the white space behind them.
        var range: Range<Int>
        /// Where the next piece begins.
        var next: Int
        /// The kind of cut before this piece.
        var boundary: TextBoundary
    }

    private static let shortLine = 48
    private static let longestIndent = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private let end: Int
    private let longest: Int
    private var sectionStarts: ArraySlice<Int>
    private var position: Int
    private var boundary = TextBoundary.section

    /// Scans a part of a text.
    /// - Parameters:
    ///   - sectionStarts: where sections begin, ascending.
    ///   - longest: the most bytes of a piece.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, sectionStarts: ArraySlice<Int>, longest: Int) {
        self.bytes = bytes
        self.end = range.upperBound
        self.longest = max(longest, 8)
        self.sectionStarts = sectionStarts
        position = range.lowerBound
        position = afterSpace(from: position).next
    }

    /// The next piece, or nil at the end.
    mutating func next() -> Piece? {
        guard position < end else { return nil }
        let start = position
        let before = boundary
        var lineStart = start
        var lastSpace: Int?
        var place = start
        while place < end {
            if place - start >= longest { return cut(start, atOrBefore: lastSpace, place, before) }
            let byte = bytes[place]
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == 0x0C {
                let gap = afterSpace(from: place)
                if let kind = lineEnd(place, lineStart: lineStart, gap) {
                    return piece(start, place, gap.next, before, kind)
                }
                lastSpace = place
                lineStart = gap.next
                place = max(gap.next, place + 1)
            } else if byte == 0x20 || byte == 0x09 {
                lastSpace = place
                place += 1
            } else if let stop = fullStop(at: place, start: start) {
                let gap = afterSpace(from: stop)
                return piece(start, stop, gap.next, before, max(.sentence, gap.boundary))
            } else {
                place += byte < 0x80 ? 1 : UTF8Scalar(bytes, at: place).length
            }
        }
        return piece(start, end, end, before, .section)
    }

    private mutating func piece(
        _ start: Int, _ stop: Int, _ next: Int, _ before: TextBoundary, _ after: TextBoundary
    ) -> Piece {
        boundary = after
        while let section = sectionStarts.first, section <= next {
            if section > start { boundary = .section }
            sectionStarts.removeFirst()
        }
        position = next
        return Piece(range: start..<textEnd(start, stop), next: next, boundary: before)
    }

    /// Ends an overlong piece at its last space, or between two characters.
    private mutating func cut(_ start: Int, atOrBefore space: Int?, _ place: Int, _ before: TextBoundary) -> Piece {
        if let space, space > start {
            let gap = afterSpace(from: space)
            return piece(start, space, gap.next, before, max(.word, gap.boundary))
        }
        let stop = UTF8Scalar.start(bytes, atOrBefore: place)
        return piece(start, stop > start ? stop : place, stop > start ? stop : place, before, .character)
    }

    /// The end of the text in a range without the white space at its end.
    private func textEnd(_ start: Int, _ stop: Int) -> Int {
        var stop = stop
        while stop > start, Self.isSpace(bytes[stop - 1]) { stop -= 1 }
        return stop
    }

    /// Moves over white space, back to the begin of the last line's indent, and says what was in between.
    private func afterSpace(from start: Int) -> (next: Int, boundary: TextBoundary) {
        var place = start
        var lineFeeds = 0
        var lineStart = start
        while place < end, Self.isSpace(bytes[place]) {
            let isReturn = bytes[place] == UInt8(ascii: "\r") && !(place + 1 < end && bytes[place + 1] == 0x0A)
            if bytes[place] == 0x0A || isReturn || bytes[place] == 0x0C {
                lineFeeds += bytes[place] == 0x0C ? 2 : 1
                lineStart = place + 1
            }
            place += 1
        }
        guard place < end else { return (end, .section) }
        let keepsIndent = lineFeeds > 0 && place - lineStart <= Self.longestIndent
        return (keepsIndent ? lineStart : place, lineFeeds > 1 ? .paragraph : .word)
    }

    /// Whether a line end ends the sentence.
    private func lineEnd(_ place: Int, lineStart: Int, _ gap: (next: Int, boundary: TextBoundary)) -> TextBoundary? {
        if gap.boundary >= .paragraph { return gap.boundary }
        if let section = sectionStarts.first, section > lineStart, section <= gap.next { return .section }
        if place - lineStart < Self.shortLine { return .sentence }
        guard gap.next < end else { return .section }
        let scalar = UTF8Scalar(bytes, at: gap.next)
        guard let value = scalar.value, let first = UnicodeScalar(value) else { return nil }
        let isWord =
            value >= 0x80
            ? first.properties.isAlphabetic || first.properties.numericType != nil
            : Self.isAlphanumeric(UInt8(truncatingIfNeeded: value))
        return isWord ? nil : .sentence
    }

    /// The end of the sentence if one ends with the mark at `place`.
    private func fullStop(at place: Int, start: Int) -> Int? {
        let byte = bytes[place]
        if byte < 0x80 {
            guard byte == UInt8(ascii: ".") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?") else {
                return nil
            }
            let stop = afterClosing(place + 1)
            guard stop < end, Self.isSpace(bytes[stop]), !nextWordIsSmall(stop) else { return nil }
            return byte == UInt8(ascii: ".") && isAbbreviation(place, start) ? nil : stop
        }
        let scalar = UTF8Scalar(bytes, at: place)
        switch scalar.value {
        case 0x3002, 0xFF01, 0xFF1F, 0xFF61, 0x0964, 0x0965, 0x06D4, 0x061F, 0x1362, 0x0589, 0x104B:
            return afterClosing(place + scalar.length)
        case 0x2026:
            let stop = afterClosing(place + scalar.length)
            return stop < end && Self.isSpace(bytes[stop]) && !nextWordIsSmall(stop) ? stop : nil
        default: return nil
        }
    }

    /// Moves over marks that repeat and over closing quotes and brackets; at most 16 of them.
    private func afterClosing(_ start: Int) -> Int {
        var place = start
        for _ in 0..<16 where place < end {
            let scalar = UTF8Scalar(bytes, at: place)
            switch scalar.value {
            case 0x21, 0x2E, 0x3F, 0x22, 0x27, 0x29, 0x5D, 0x2A, 0x5F, 0x2019, 0x201D, 0xBB, 0x3002, 0x300D, 0x300F,
                0xFF01, 0xFF09, 0xFF1F:
                place += scalar.length
            default: return place
            }
        }
        return place
    }

    /// Whether the word after white space begins with a small letter; looks at 64 bytes of white space at most.
    private func nextWordIsSmall(_ start: Int) -> Bool {
        var place = start
        while place < end, place - start < 64, Self.isSpace(bytes[place]) { place += 1 }
        guard place < end, let value = UTF8Scalar(bytes, at: place).value, let scalar = UnicodeScalar(value) else {
            return false
        }
        return scalar.properties.isLowercase
    }

    /// Whether the word before a full stop is one that is shortened by it.
    private func isAbbreviation(_ stop: Int, _ start: Int) -> Bool {
        var wordStart = stop
        while wordStart > start, stop - wordStart < 12,
            Self.isAlphanumeric(bytes[wordStart - 1]) || bytes[wordStart - 1] == UInt8(ascii: ".")
        {
            wordStart -= 1
        }
        guard wordStart < stop else { return false }
        let isAtStart = wordStart == start || bytes[wordStart - 1] == UInt8(ascii: "\n")
        let word = bytes[wordStart..<stop]
        if isAtStart, word.count <= 3, word.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
        if word.count == 1, let letter = word.first, (0x41...0x5A).contains(letter) { return letter != 0x49 }
        return Self.abbreviations.contains(String(decoding: word, as: UTF8.self).lowercased())
    }

    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "sr", "jr", "st", "rev", "gen", "capt", "lt", "sgt", "hon", "gov", "sen", "vs",
        "etc", "e.g", "i.e", "cf", "al", "fig", "figs", "eq", "eqs", "vol", "nos", "pp", "eds", "approx", "dept", "inc",
        "ltd", "corp", "jan", "feb", "apr", "jun", "jul", "aug", "sept", "oct", "nov", "dec", "u.s", "u.k", "u.n",
        "a.m", "p.m", "ph.d", "z.b", "d.h", "bzw", "resp", "incl", "viz", "ibid",
    ]

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
