/// The words of Llama 3 and Qwen, which `KnownPattern.llama3` and `.qwen2` describe: contractions in either case, letters
/// with any one character before them, up to `mostDigits` digits, other characters with the line ends behind them,
/// white space up to its last line end, white space. Together they are the whole text.
struct LetterRunWords: WordScanner {
    private let text: TextSpan
    private let mostDigits: Int
    private var place: Int

    init(_ text: TextSpan, mostDigits: Int) {
        self.text = text
        self.mostDigits = mostDigits
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
        place = scan(from: start)
        return start..<place
    }

    /// Where the word from `start` ends.
    @inline(never)
    private func scan(from start: Int) -> Int {
        let byte = text.base[start]
        if byte == UInt8(ascii: "'"), let length = contraction(at: start) { return start + length }
        let (classes, length) = text.scalar(at: start)
        if classes.contains(.letter) { return text.endOfRun(of: .letter, from: start + length) }
        if classes.contains(.number) { return digits(from: start + length) }
        let second = start + length
        let following: (classes: ScalarClass, length: Int) = second < text.end ? text.scalar(at: second) : ([], 0)
        if byte != 0x0A, byte != 0x0D, following.classes.contains(.letter) {
            return text.endOfRun(of: .letter, from: second + following.length)
        }
        if !classes.contains(.whitespace) { return lineEnds(from: text.endOfRun(of: [], from: second)) }
        if byte == 0x20, following.length > 0, following.classes.isDisjoint(with: .runs) {
            return lineEnds(from: text.endOfRun(of: [], from: second + following.length))
        }
        return whitespace(from: start)
    }

    private func digits(from start: Int) -> Int {
        var place = start
        var count = 1
        while place < text.end, count < mostDigits {
            let (classes, length) = text.scalar(at: place)
            guard classes.contains(.number) else { break }
            place += length
            count += 1
        }
        return place
    }

    private func lineEnds(from start: Int) -> Int {
        var place = start
        while place < text.end, text.base[place] == 0x0A || text.base[place] == 0x0D { place += 1 }
        return place
    }

    /// A run of white space: up to its last line end; without one, all but its last scalar when something follows.
    private func whitespace(from start: Int) -> Int {
        var place = start
        var last = start
        var afterLineEnd = start
        while place < text.end {
            let (classes, length) = text.scalar(at: place)
            guard classes.contains(.whitespace) else { break }
            last = place
            place += length
            if text.base[last] == 0x0A || text.base[last] == 0x0D { afterLineEnd = place }
        }
        if afterLineEnd > start { return afterLineEnd }
        return place < text.end && last > start ? last : place
    }

    /// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `place`, in either case; `ſ` is a lower-case s.
    private func contraction(at place: Int) -> Int? {
        let remaining = text.end - place
        guard remaining >= 2 else { return nil }
        let second = remaining >= 3 ? text.base[place + 2] | 0x20 : 0
        switch text.base[place + 1] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"),
            UInt8(ascii: "S"), UInt8(ascii: "T"), UInt8(ascii: "M"), UInt8(ascii: "D"):
            return 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "R"), UInt8(ascii: "V"):
            return second == UInt8(ascii: "e") ? 3 : nil
        case UInt8(ascii: "l"), UInt8(ascii: "L"):
            return second == UInt8(ascii: "l") ? 3 : nil
        case 0xC5:
            return remaining >= 3 && text.base[place + 2] == 0xBF ? 3 : nil
        default:
            return nil
        }
    }
}
