import Foundation
import Testing

@testable import LinnetTokenizers

@Suite struct RegularExpressionTests {
    /// The matches of a pattern, as text.
    static func matches(_ pattern: String, in text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        return try RegularExpression(pattern).withMatcher { matcher in
            bytes.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return [] }
                var segments = ExpressionSegments(TextSpan(base: base, start: 0, end: buffer.count), matcher)
                var found: [String] = []
                while let segment = segments.next() {
                    if segment.isMatch { found.append(String(decoding: bytes[segment.range], as: UTF8.self)) }
                }
                return found
            }
        }
    }

    @Test func theSyntaxIsOniguruma() throws {
        #expect(try Self.matches(#"\h+"#, in: "xAf0 g9") == ["Af0", "9"])
        #expect(try Self.matches("(?m:a.b)", in: "a\nb") == ["a\nb"])
        #expect(try Self.matches("^b$", in: "a\nb\nc") == ["b"])
        #expect(try Self.matches(#"a{,2}b"#, in: "aaab") == ["aab"])
        #expect(try Self.matches(#"\u00e9"#, in: "café") == ["é"])
        #expect(try Self.matches(#"\s"#, in: "\u{180E} \u{85}") == [" ", "\u{85}"])
        #expect(try Self.matches(#"[^\S ]"#, in: "a \tb") == ["\t"])
        // A letter of Unicode 16.
        #expect(try Self.matches(#"\p{L}+"#, in: "1\u{1C89}2") == ["\u{1C89}"])
        #expect(try Self.matches(#"\p{^Lu}"#, in: "A\u{1C89}b") == ["b"])
        #expect(try Self.matches(#"(?i:'s)"#, in: "'s 'S 'ſ") == ["'s", "'S", "'ſ"])
    }

    @Test func aMatchFarFromWhereTheSearchBeginsIsFound() throws {
        let text = String(repeating: "é", count: 5000) + "x" + String(repeating: "中", count: 1000) + "x"
        #expect(try Self.matches("x", in: text) == ["x", "x"])
        #expect(try Self.matches("(?<=中)x", in: text) == ["x"])
    }

    @Test(arguments: [
        ("(a+)+$", "a"), ("(a|a)*b", "a"), ("(?:a?){50}a{50}b", "a"), (#"(\w+\s?)+!"#, "ab "), ("(?=(a+))*b", "a"),
    ])
    func patternsWithoutEndEnd(pattern: String, unit: String) throws {
        let start = Date()
        let text = String(repeating: unit, count: 3000) + "\u{1}"
        _ = try Self.matches(pattern, in: text)
        #expect(Date().timeIntervalSince(start) < 60)
    }

    @Test func bytesThatAreNoTextMatchNothingAndDoNoHarm() throws {
        let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0x61, 0xE4, 0xB8, 0x61, 0xF0]
        let words = try RegularExpression("a|.").withMatcher { matcher in
            bytes.withUnsafeBufferPointer { buffer -> [Range<Int>] in
                guard let base = buffer.baseAddress else { return [] }
                let span = TextSpan(base: base, start: 0, end: buffer.count)
                return KnownPatternTests.words(SplitWords(ExpressionSegments(span, matcher), .isolated))
            }
        }
        #expect(words.first == 0..<1 && words.last?.upperBound == bytes.count)
    }
}
