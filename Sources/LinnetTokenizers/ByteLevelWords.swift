/// GPT-2's words, which the pattern
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+` describes. Together they are the
/// whole text. Source: Radford et al. 2019, the encoder of GPT-2.
struct ByteLevelWords: WordScanner {
    private let text: TextSpan
    private var place: Int

    init(_ text: TextSpan) {
        self.text = text
        place = text.start
    }

    @inline(__always)
    mutating func next() -> Range<Int>? {
        guard place < text.end else { return nil }
        let start = place
        if let end = text.endOfShortWord(from: start) {
            place = end
            return start..<end
        }
        return scan(from: start)
    }

    @inline(never)
    private mutating func scan(from start: Int) -> Range<Int>? {
        if text.base[start] == UInt8(ascii: "'"), let length = contraction(at: start) {
            place = start + length
            return start..<place
        }
        var head = start
        if text.base[start] == 0x20, start + 1 < text.end { head = start + 1 }
        var (classes, length) = text.scalar(at: head)
        if classes.contains(.whitespace) {
            head = start
            (classes, length) = text.scalar(at: head)
        }
        place = head + length
        if classes.contains(.whitespace) { return whitespace(from: start) }
        place = text.endOfRun(of: classes.intersection(.runs), from: place)
        return start..<place
    }

    /// A run of white space. When something follows, its last scalar is left for that.
    private mutating func whitespace(from start: Int) -> Range<Int> {
        var last = start
        place = start
        while place < text.end {
            let (classes, length) = text.scalar(at: place)
            guard classes.contains(.whitespace) else {
                if last > start { place = last }
                return start..<place
            }
            last = place
            place += length
        }
        return start..<place
    }

    /// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `place`.
    private func contraction(at place: Int) -> Int? {
        let remaining = text.end - place
        guard remaining >= 2 else { return nil }
        switch text.base[place + 1] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return remaining >= 3 && text.base[place + 2] == UInt8(ascii: "e") ? 3 : nil
        case UInt8(ascii: "l"):
            return remaining >= 3 && text.base[place + 2] == UInt8(ascii: "l") ? 3 : nil
        default:
            return nil
        }
    }
}
