import Foundation
import LinnetFormats
import LinnetTokenizers
import Testing

/// Tokenizers of causal models against Hugging Face tokenizers, whose answers are in `causal.json`.
@Suite struct CausalTokenizerTests {
    static let names = ["llama3", "qwen2", "llama2", "mistral", "gemma", "unigram", "unigrambytes"]

    static func goldens() throws -> JSON {
        try JSON.read(path: TokenizerFixture.directory + "/causal.json")
    }

    static func texts(_ value: JSON?) -> [String] { (value?.list ?? []).compactMap(\.stringValue) }

    @Test(arguments: names)
    func idsOfNastyStringsAreThoseOfHuggingFace(name: String) throws {
        let goldens = try Self.goldens()
        let record = goldens["tokenizers"]?[name]
        let tokenizer = try TokenizerFixture.tokenizer(name)
        let strings = Self.texts(goldens["strings"])
        let expected = record?["ids"]?.list ?? []
        try #require(strings.count == expected.count && strings.count >= 200)
        var decoded = Digest()
        for (text, golden) in zip(strings, expected) {
            let ids = tokenizer.encode(text).ids
            if let digest = golden.stringValue {
                #expect(Digest.of(ids) == digest, "\(text.debugDescription): \(ids)")
            } else {
                #expect(ids == golden.ids, "\(text.debugDescription)")
            }
            decoded.add(text: tokenizer.decode(ids))
        }
        #expect(decoded.text == record?["decoded"]?.stringValue)
    }

    @Test(arguments: names)
    func idsAndTextOfRandomStringsAreThoseOfHuggingFace(name: String) throws {
        let goldens = try Self.goldens()
        let record = goldens["tokenizers"]?[name]
        let tokenizer = try TokenizerFixture.tokenizer(name)
        let expected = Self.texts(record?["random"])
        let size = try #require(goldens["block"]?.intValue)
        var random = RandomStrings(goldens)
        let strings = random.next(expected.count * size)
        let lists = strings.map { tokenizer.encode($0, addSpecialTokens: false).ids }
        for (block, (found, golden)) in zip(Digest.blocks(lists, of: size), expected).enumerated() {
            #expect(found == golden, "block \(block)")
        }
        let decoded = lists.map { tokenizer.decode($0) }
        for (block, (found, golden)) in zip(
            Digest.blocks(decoded, of: size), Self.texts(record?["random_decoded"])
        ).enumerated() {
            #expect(found == golden, "decoded block \(block)")
        }
    }

    @Test(arguments: names)
    func idsInAnyOrderDecodeAsHuggingFaceDecodesThem(name: String) throws {
        let record = try Self.goldens()["tokenizers"]?[name]
        let tokenizer = try TokenizerFixture.tokenizer(name)
        var digest = Digest()
        for index in 0..<500 {
            let ids = (0..<12).map { Int32((index * 7919 + $0 * $0 * 31) % tokenizer.vocabularySize) }
            digest.add(text: tokenizer.decode(ids))
        }
        #expect(digest.text == record?["shuffled"]?.stringValue)
    }

    @Test func everyChangeOfAFileGivesTheIdsOfHuggingFace() throws {
        let goldens = try Self.goldens()
        let variants = goldens["variants"]?.list ?? []
        try #require(variants.count >= 60)
        let size = try #require(goldens["block"]?.intValue)
        var random = RandomStrings(goldens)
        let strings = Self.texts(goldens["strings"]).filter { $0.unicodeScalars.count < 30 } + random.next(500)
        for variant in variants {
            let name = "\(variant["base"]?.stringValue ?? "") \(variant["name"]?.stringValue ?? "")"
            let tokenizer = try Self.changed(variant)
            let lists = strings.map { tokenizer.encode($0, addSpecialTokens: false).ids }
            let expected = Self.texts(variant["ids"])
            let found = Digest.blocks(lists, of: size)
            let wrong = found.indices.filter { $0 >= expected.count || found[$0] != expected[$0] }
            #expect(wrong.isEmpty && found.count == expected.count, "\(name): blocks \(wrong)")
            var decoded = Digest()
            for ids in lists { decoded.add(text: tokenizer.decode(ids)) }
            #expect(decoded.text == variant["decoded"]?.stringValue, "\(name), decoded")
        }
    }

    /// The tokenizer of a variant.
    static func changed(_ variant: JSON) throws -> Tokenizer {
        let path = "\(TokenizerFixture.directory)/\(variant["base"]?.stringValue ?? "")/tokenizer.json"
        var content = try JSON.read(path: path).objectValue ?? [:]
        for (key, value) in variant["change"]?.objectValue ?? [:] {
            guard key == "model" else {
                content[key] = value
                continue
            }
            var model = content["model"]?.objectValue ?? [:]
            for (setting, value) in value.objectValue ?? [:] { model[setting] = value }
            content["model"] = .object(model)
        }
        return try TokenizerFixture.withDirectory(["tokenizer.json": JSON.object(content).text()]) {
            try Tokenizer(directory: $0)
        }
    }
}
