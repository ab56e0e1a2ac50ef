/// What the tokenizers ask about a Unicode scalar, as bits.
struct ScalarClass: OptionSet, Sendable {
    let rawValue: UInt16

    static let letter = ScalarClass(rawValue: 1 << 0)
    static let number = ScalarClass(rawValue: 1 << 1)
    static let numeric = ScalarClass(rawValue: 1 << 2)
    static let whitespace = ScalarClass(rawValue: 1 << 3)
    static let word = ScalarClass(rawValue: 1 << 4)
    static let punctuation = ScalarClass(rawValue: 1 << 5)
    static let control = ScalarClass(rawValue: 1 << 6)
    static let ideograph = ScalarClass(rawValue: 1 << 7)
    static let nonspacingMark = ScalarClass(rawValue: 1 << 8)
    static let mark = ScalarClass(rawValue: 1 << 9)
    /// Has a lower-case mapping other than itself.
    static let cased = ScalarClass(rawValue: 1 << 10)
    /// Has a canonical decomposition (Hangul syllables included).
    static let decomposable = ScalarClass(rawValue: 1 << 11)
    /// Normal forms may move it: its combining class is not 0.
    static let combining = ScalarClass(rawValue: 1 << 12)
}

/// The classes of all Unicode scalars: one table for the process, made at first use.
final class UnicodeProperties: Sendable {
    static let shared = UnicodeProperties()

    /// One entry per code point.
    nonisolated(unsafe) private let classes: UnsafeMutablePointer<ScalarClass>
    let lowercase: ScalarMap
    let canonical: ScalarMap
    /// Ranges of code points with their canonical combining class, ascending by first code point.
    private let combiningClasses: [(range: ClosedRange<UInt32>, value: UInt8)]

    private init() {
        let classes = UnsafeMutablePointer<ScalarClass>.allocate(capacity: 0x110000)
        classes.initialize(repeating: [], count: 0x110000)
        func mark(_ range: ClosedRange<UInt32>, _ bit: ScalarClass) {
            for code in range where code < 0x110000 { classes[Int(code)].formUnion(bit) }
        }
        let tables: [(StaticString, ScalarClass)] = [
            (UnicodeCategoryTables.letters, .letter), (UnicodeCategoryTables.numbers, .number),
            (UnicodeCategoryTables.numerics, .numeric), (UnicodeCategoryTables.whitespace, .whitespace),
            (UnicodeCategoryTables.wordCharacters, .word), (UnicodeCategoryTables.punctuation, .punctuation),
            (UnicodeCategoryTables.controls, .control), (UnicodeCategoryTables.ideographs, .ideograph),
            (UnicodeCategoryTables.nonspacingMarks, .nonspacingMark), (UnicodeCategoryTables.marks, .mark),
        ]
        for (table, bit) in tables {
            UnicodeTableReader.forEachWord(of: table) { mark($0.first...max($0.first, $0.last), bit) }
        }
        lowercase = ScalarMap(UnicodeCategoryTables.lowercase)
        canonical = ScalarMap(UnicodeDecompositionTables.canonical)
        for code in lowercase.scalars { mark(code...code, .cased) }
        for code in canonical.scalars { mark(code...code, .decomposable) }
        mark(Hangul.syllables, .decomposable)
        var combining: [(range: ClosedRange<UInt32>, value: UInt8)] = []
        UnicodeTableReader.forEachWord(of: UnicodeDecompositionTables.combiningClasses) { word in
            let range = word.first...max(word.first, word.last)
            combining.append((range, UInt8(truncatingIfNeeded: word.values.first ?? 0)))
            mark(range, .combining)
        }
        combining.sort { $0.range.lowerBound < $1.range.lowerBound }
        combiningClasses = combining
        self.classes = classes
    }

    /// The classes of `scalar`.
    @inline(__always)
    func classes(of scalar: UInt32) -> ScalarClass {
        scalar < 0x110000 ? classes[Int(scalar)] : []
    }

    /// The canonical combining class of `scalar`; 0 for starters.
    func combiningClass(of scalar: UInt32) -> UInt8 {
        guard classes(of: scalar).contains(.combining) else { return 0 }
        var low = 0
        var high = combiningClasses.count
        while low < high {
            let middle = (low + high) >> 1
            if combiningClasses[middle].range.upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        guard low < combiningClasses.count, combiningClasses[low].range.contains(scalar) else { return 0 }
        return combiningClasses[low].value
    }
}

/// The arithmetic of Hangul syllables (Unicode, section 3.12).
enum Hangul {
    static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3
    private static let leading: UInt32 = 0x1100
    private static let vowel: UInt32 = 0x1161
    private static let trailing: UInt32 = 0x11A7

    /// Appends the two or three jamo of a syllable.
    static func decompose(_ syllable: UInt32, into output: inout [UInt32]) {
        let index = syllable &- syllables.lowerBound
        output.append(leading + index / 588)
        output.append(vowel + index % 588 / 28)
        if index % 28 != 0 { output.append(trailing + index % 28) }
    }

    /// The syllable of two parts, when they form one.
    static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if first >= leading, first < leading + 19, second >= vowel, second < vowel + 21 {
            return syllables.lowerBound + ((first - leading) * 21 + (second - vowel)) * 28
        }
        if syllables.contains(first), (first - syllables.lowerBound) % 28 == 0, second > trailing, second < trailing + 28 {
            return first + (second - trailing)
        }
        return nil
    }
}
