/// Finds the words of a text, one after the other.
protocol WordScanner {
    /// The next word as a range of places in the text, or `nil` at the end.
    mutating func next() -> Range<Int>?
}

/// A stretch of UTF-8 that is readable 16 bytes past its end.
struct TextSpan {
    let base: UnsafePointer<UInt8>
    let start: Int
    let end: Int

    /// The scalar at `place` with its length and classes.
    @inline(__always)
    func scalar(at place: Int) -> (classes: ScalarClass, length: Int) {
        let (scalar, length) = UTF8Text.decode(base + place, remaining: end - place)
        return (UnicodeProperties.shared.classes(of: scalar), length)
    }

    /// The common word of patterns that cut by letters: 1 to 7 ASCII letters, with a space before them or without, before
    /// another ASCII character. The place of its end; `nil` when the word at `start` is none.
    @inline(__always)
    func endOfShortWord(from start: Int) -> Int? {
        let first = start + (base[start] == 0x20 ? 1 : 0)
        let letters = ByteWord.leadingLetters(ByteWord.load(base + first))
        let place = first + letters
        return letters > 0 && letters < 8 && place < end && base[place] < 0x80 ? place : nil
    }

    /// The end of a run of letters, of numbers, of white space, or of what is none of them (`[]`).
    func endOfRun(of kind: ScalarClass, from start: Int) -> Int {
        var place = start
        while place < end {
            if kind == .letter { place += ByteWord.leadingLetters(ByteWord.load(base + place)) }
            guard place < end else { break }
            let (classes, length) = scalar(at: place)
            guard classes.intersection(.runs) == kind else { break }
            place += length
        }
        return min(place, end)
    }
}

extension ScalarClass {
    /// The classes that patterns cut runs of.
    static let runs: ScalarClass = [.letter, .number, .whitespace]
}

/// BERT's words: white space separates, each punctuation mark is a word of its own.
struct BertWords: WordScanner {
    private let text: TextSpan
    private var place: Int

    init(_ text: TextSpan) {
        self.text = text
        place = text.start
    }

    @inline(__always)
    mutating func next() -> Range<Int>? {
        while place < text.end, text.base[place] == 0x20 { place += 1 }
        var start = place
        while true {
            place += ByteWord.leadingAlphanumerics(ByteWord.load(text.base + place))
            if place >= text.end {
                place = text.end
                return start < place ? start..<place : nil
            }
            let byte = text.base[place]
            if byte == 0x20, start < place { return start..<place }
            if ByteWord.leadingAlphanumerics(UInt64(byte)) == 1 { continue }
            let (classes, length) = text.scalar(at: place)
            if classes.contains(.whitespace) {
                if start < place { return start..<place }
                place += length
                start = place
                continue
            }
            if classes.contains(.punctuation) {
                if start == place { place += length }
                return start..<place
            }
            place += length
        }
    }
}

/// Words between white space.
struct SpaceSeparatedWords: WordScanner {
    private let text: TextSpan
    private var place: Int

    init(_ text: TextSpan) {
        self.text = text
        place = text.start
    }

    mutating func next() -> Range<Int>? {
        var start = place
        while place < text.end {
            let (classes, length) = text.scalar(at: place)
            if classes.contains(.whitespace) {
                if start < place { return start..<place }
                start = place + length
            }
            place += length
        }
        return start < place ? start..<place : nil
    }
}

/// `\w+|[^\w\s]+`: runs of word characters and runs of what is neither word character nor white space.
struct CharacterRunWords: WordScanner {
    private let text: TextSpan
    private var place: Int

    init(_ text: TextSpan) {
        self.text = text
        place = text.start
    }

    mutating func next() -> Range<Int>? {
        var start = place
        var isWord = false
        while place < text.end {
            let (classes, length) = text.scalar(at: place)
            if classes.contains(.whitespace), !classes.contains(.word) {
                if start < place { return start..<place }
                start = place + length
            } else if start == place {
                isWord = classes.contains(.word)
            } else if classes.contains(.word) != isWord {
                return start..<place
            }
            place += length
        }
        return start < place ? start..<place : nil
    }
}
