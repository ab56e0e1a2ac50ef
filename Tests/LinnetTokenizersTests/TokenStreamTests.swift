import LinnetFormats
import LinnetTokenizers
import Testing

@Suite struct TokenStreamTests {
    static let names = TokenizerTests.names + CausalTokenizerTests.names

    static func streamed(_ ids: [Int32], _ tokenizer: Tokenizer, skipSpecialTokens: Bool = true) -> String {
        var stream = TokenStream(tokenizer, skipSpecialTokens: skipSpecialTokens)
        var text = String.UnicodeScalarView()
        for id in ids { text.append(contentsOf: stream.append(id).unicodeScalars) }
        text.append(contentsOf: stream.finish().unicodeScalars)
        return String(text)
    }

    @Test(arguments: names)
    func streamedTextIsTheDecodedText(name: String) throws {
        let tokenizer = try TokenizerFixture.tokenizer(name)
        let goldens = try CausalTokenizerTests.goldens()
        var random = RandomStrings(goldens)
        for text in CausalTokenizerTests.texts(goldens["strings"]) + random.next(300) {
            let ids = tokenizer.encode(text).ids
            #expect(Array(Self.streamed(ids, tokenizer).utf8) == Array(tokenizer.decode(ids).utf8))
            let all = tokenizer.decode(ids, skipSpecialTokens: false)
            #expect(Array(Self.streamed(ids, tokenizer, skipSpecialTokens: false).utf8) == Array(all.utf8))
        }
        for index in 0..<300 {
            let ids = (0..<12).map { Int32((index * 7919 + $0 * $0 * 31) % tokenizer.vocabularySize) }
            #expect(Array(Self.streamed(ids, tokenizer).utf8) == Array(tokenizer.decode(ids).utf8))
        }
    }

    @Test func everyDecoderStreamsWhatItDecodes() throws {
        let goldens = try CausalTokenizerTests.goldens()
        var random = RandomStrings(goldens)
        let texts = random.next(60)
        for variant in goldens["variants"]?.list ?? [] where variant["change"]?["decoder"] != nil {
            let tokenizer = try CausalTokenizerTests.changed(variant)
            for text in texts {
                let ids = tokenizer.encode(text).ids
                #expect(
                    Array(Self.streamed(ids, tokenizer).utf8) == Array(tokenizer.decode(ids).utf8),
                    "\(variant["name"]?.stringValue ?? "")")
            }
        }
    }

    @Test(arguments: ["llama3", "llama2", "unigrambytes"])
    func noHalfCharacterIsGivenOut(name: String) throws {
        let tokenizer = try TokenizerFixture.tokenizer(name)
        let ids = tokenizer.encode("a 😀 é 中 a", addSpecialTokens: false).ids
        var stream = TokenStream(tokenizer)
        var pieces: [String] = []
        for id in ids { pieces.append(stream.append(id)) }
        #expect(pieces.contains(""))
        #expect(!pieces.joined().contains("\u{FFFD}"))
        #expect(stream.finish() == "")
        #expect(pieces.joined().hasSuffix("a 😀 é 中 a"))
    }

    @Test func bytesThatBecomeNoCharacterComeOutAtTheEnd() throws {
        let tokenizer = try TokenizerFixture.tokenizer("llama2")
        let half = try #require(tokenizer.id(of: "<0xE4>"))
        let letter = try #require(tokenizer.id(of: "a"))
        var stream = TokenStream(tokenizer)
        #expect(stream.append(half) == "")
        #expect(stream.finish() == "\u{FFFD}")
        #expect(stream.append(half) == "")
        #expect(stream.append(letter) == "\u{FFFD}a")
        #expect(stream.append(Int32.max) == "")
        #expect(stream.append(-1) == "")
    }
}
