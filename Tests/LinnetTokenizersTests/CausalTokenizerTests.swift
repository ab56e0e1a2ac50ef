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

    @Test func qwenIsTheSameFromVocabularyAndMerges() throws {
        let goldens = try Self.goldens()
        let tokenizer = try TokenizerFixture.tokenizer("qwen2")
        let model = try JSON.read(path: TokenizerFixture.directory + "/qwen2/tokenizer.json")["model"]
        let merges = (model?["merges"]?.list ?? []).map { $0.list.compactMap(\.stringValue).joined(separator: " ") }
        try #require(merges.count > 100)
        let added = tokenizer.addedTokens.map {
            ("\($0.id)", JSON.object(["content": .string($0.content), "special": true]))
        }
        let configuration: JSON = [
            "tokenizer_class": "Qwen2Tokenizer", "unk_token": "<|endoftext|>", "bos_token": "<|endoftext|>",
            "eos_token": "<|im_end|>", "added_tokens_decoder": .object(JSONObject(added)),
        ]
        let files = [
            "vocab.json": model?["vocab"]?.text() ?? "", "merges.txt": merges.joined(separator: "\n"),
            "tokenizer_config.json": configuration.text(),
        ]
        try TokenizerFixture.withDirectory(files) { directory in
            let other = try Tokenizer(directory: directory)
            #expect(other.endId == tokenizer.endId && tokenizer.endId == tokenizer.id(of: "<|im_end|>"))
            #expect(other.vocabularySize == tokenizer.vocabularySize)
            var random = RandomStrings(goldens)
            for text in Self.texts(goldens["strings"]) + random.next(200) {
                #expect(other.encode(text).ids == tokenizer.encode(text).ids, "\(text.debugDescription)")
            }
        }
    }

    @Test func beginningAndEndAreThoseOfTheFiles() throws {
        for name in ["llama2", "mistral", "gemma"] {
            let tokenizer = try TokenizerFixture.tokenizer(name)
            #expect(tokenizer.beginId == 1 && tokenizer.endId == 2 && tokenizer.unknownId == 0)
        }
        let llama = try TokenizerFixture.tokenizer("llama3")
        #expect(llama.beginId == llama.id(of: "<|begin_of_text|>") && llama.endId == llama.id(of: "<|end_of_text|>"))
        #expect(llama.addedTokens.map(\.content).contains("<|eot_id|>"))
        // Without a configuration special tokens are known by their usual names.
        let file = try String(contentsOfFile: TokenizerFixture.directory + "/llama2/tokenizer.json", encoding: .utf8)
        try TokenizerFixture.withDirectory(["tokenizer.json": file]) { directory in
            let tokenizer = try Tokenizer(directory: directory)
            #expect(tokenizer.beginId == 1 && tokenizer.endId == 2)
        }
        let bert = try TokenizerFixture.tokenizer("wordpiece")
        #expect(bert.beginId == nil && bert.endId == nil)
    }

    @Test func longTextsGiveTheSameIdsAsBytes() throws {
        let goldens = try Self.goldens()
        var random = RandomStrings(goldens)
        let text = random.next(500).joined(separator: "\n")
        for name in Self.names {
            let tokenizer = try TokenizerFixture.tokenizer(name)
            var ids: [Int32] = [7]
            Array(text.utf8).withUnsafeBytes { tokenizer.encode(contentsOf: $0, into: &ids) }
            #expect(ids.first == 7)
            #expect(Array(ids.dropFirst()) == tokenizer.encode(text, addSpecialTokens: false).ids)
            // What is not UTF-8 is the replacement character.
            var broken: [Int32] = []
            ([0x61, 0xFF, 0x62, 0xE4, 0xB8] as [UInt8]).withUnsafeBytes {
                tokenizer.encode(contentsOf: $0, into: &broken)
            }
            #expect(broken == tokenizer.encode("a\u{FFFD}b\u{FFFD}", addSpecialTokens: false).ids)
            var nothing: [Int32] = []
            tokenizer.encode(contentsOf: UnsafeRawBufferPointer(start: nil, count: 0), into: &nothing)
            #expect(nothing.isEmpty)
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
