import Testing

@testable import LinnetTokenizers

/// The scanners written by hand against the patterns they stand for, matched by PCRE2.
@Suite struct KnownPatternTests {
    static let patterns: [KnownPattern] = [.gpt2, .llama3, .qwen2]

    static func words<Scanner: WordScanner>(_ scanner: Scanner) -> [Range<Int>] {
        var scanner = scanner
        var words: [Range<Int>] = []
        while let word = scanner.next() { words.append(word) }
        return words
    }

    /// The words of both ways.
    static func bothWays(
        _ pattern: KnownPattern, _ expression: RegularExpression, _ text: String
    ) -> (scanned: [Range<Int>], matched: [Range<Int>]) {
        let buffer = ByteBuffer()
        buffer.append(Array(text.utf8))
        let span = TextSpan(base: buffer.base, start: 0, end: buffer.count)
        let matched = expression.withMatcher { words(SplitWords(ExpressionSegments(span, $0), .isolated)) }
        switch pattern {
        case .gpt2: return (words(ByteLevelWords(span)), matched)
        case .llama3: return (words(LetterRunWords(span, mostDigits: 3)), matched)
        case .qwen2: return (words(LetterRunWords(span, mostDigits: 1)), matched)
        }
    }

    @Test(arguments: patterns)
    func theScannerFindsTheWordsOfThePattern(pattern: KnownPattern) throws {
        #expect(KnownPattern(pattern.text) == pattern)
        let expression = try RegularExpression(pattern.text)
        let goldens = try CausalTokenizerTests.goldens()
        var random = RandomStrings(goldens)
        for text in CausalTokenizerTests.texts(goldens["strings"]) + random.next(5000) {
            let (scanned, matched) = Self.bothWays(pattern, expression, text)
            #expect(scanned == matched, "\(text.debugDescription)")
        }
    }

    @Test(arguments: patterns)
    func everyScalarIsOfTheSameKindInBoth(pattern: KnownPattern) throws {
        let expression = try RegularExpression(pattern.text)
        // Beyond the third plane nothing is assigned but tags, variation selectors and private use.
        let starts = Array(stride(from: UInt32(0), to: 0x34000, by: 64)) + [0xE0000, 0xE0100, 0xF0000, 0x10FFC0]
        for start in starts {
            var text = ""
            for code in start..<start + 64 {
                guard let scalar = Unicode.Scalar(code) else { continue }
                for neighbours in ["a#a", "1#", " #!"] {
                    for part in neighbours.unicodeScalars { text.unicodeScalars.append(part == "#" ? scalar : part) }
                }
            }
            let (scanned, matched) = Self.bothWays(pattern, expression, text)
            #expect(scanned == matched, "U+\(String(start, radix: 16))")
        }
    }
}
