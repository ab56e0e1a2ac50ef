import Foundation
import LinnetFormats
import LinnetTokenizers
import Testing

/// Ids against those of Hugging Face tokenizers in `goldens.json`.
@Suite struct TokenizerTests {
    static let names = ["wordpiece", "vocabulary", "cased", "bytelevel", "pairfiles"]

    @Test(arguments: names)
    func idsOfNastyStringsAreThoseOfHuggingFace(name: String) throws {
        let goldens = try TokenizerFixture.goldens()
        let tokenizer = try TokenizerFixture.tokenizer(name)
        let strings = (goldens["strings"]?.list ?? []).compactMap(\.stringValue)
        let expected = goldens["tokenizers"]?[name]?["ids"]?.list ?? []
        try #require(strings.count == expected.count && strings.count >= 200)
        for (text, ids) in zip(strings, expected) {
            #expect(tokenizer.encode(text).ids == ids.ids, "\(text.debugDescription)")
        }
    }

    @Test(arguments: names)
    func decodedTextIsThatOfHuggingFace(name: String) throws {
        let record = try TokenizerFixture.goldens()["tokenizers"]?[name]
        let tokenizer = try TokenizerFixture.tokenizer(name)
        let ids = record?["ids"]?.list ?? []
        let texts = record?["decoded"]?.list ?? []
        try #require(ids.count == texts.count && !ids.isEmpty)
        for (ids, text) in zip(ids, texts) {
            #expect(Array(tokenizer.decode(ids.ids).utf8) == Array((text.stringValue ?? "").utf8))
        }
    }

    @Test(arguments: names)
    func pairsAndTruncationAreThoseOfHuggingFace(name: String) throws {
        let goldens = try TokenizerFixture.goldens()
        let tokenizer = try TokenizerFixture.tokenizer(name)
        let pairs = (goldens["pairs"]?.list ?? []).map(\.list)
        let expected = goldens["tokenizers"]?[name]?["pairs"]?.list ?? []
        try #require(expected.count >= pairs.count * 8)
        for (index, golden) in expected.enumerated() {
            let pair = pairs[index / 2 % pairs.count]
            let encoding = tokenizer.encode(
                pair[0].stringValue ?? "", pair: pair[1].stringValue,
                addSpecialTokens: golden["bare"]?.boolValue != true, maxLength: golden["limit"]?.intValue)
            #expect(encoding.ids == golden["ids"]?.ids, "\(golden.text()) of \(pair)")
            #expect(encoding.typeIds == golden["types"]?.ids, "\(golden.text()) of \(pair)")
        }
    }

    @Test func everyNormalizerPreTokenizerAndProcessorGivesTheIdsOfHuggingFace() throws {
        let goldens = try TokenizerFixture.goldens()
        let strings = (goldens["strings"]?.list ?? []).compactMap(\.stringValue)
        let short = (goldens["short"]?.list ?? []).compactMap(\.intValue).map { strings[$0] }
        let variants = goldens["variants"]?.list ?? []
        try #require(variants.count >= 20 && short.count >= 200)
        let base = try JSON.read(path: TokenizerFixture.directory + "/bytelevel/tokenizer.json")
        for variant in variants {
            let name = variant["name"]?.stringValue ?? ""
            var changed = base.objectValue ?? [:]
            for (key, value) in variant["change"]?.objectValue ?? [:] {
                guard key == "model" else {
                    changed[key] = value
                    continue
                }
                var model = changed["model"]?.objectValue ?? [:]
                for (setting, content) in value.objectValue ?? [:] { model[setting] = content }
                changed["model"] = .object(model)
            }
            try TokenizerFixture.withDirectory(["tokenizer.json": JSON.object(changed).text()]) { directory in
                let tokenizer = try Tokenizer(directory: directory)
                for (text, ids) in zip(short, variant["ids"]?.list ?? []) {
                    #expect(
                        tokenizer.encode(text, addSpecialTokens: false).ids == ids.ids,
                        "\(name): \(text.debugDescription)")
                }
                let pair = tokenizer.encode("a b", pair: "c")
                #expect(pair.ids == variant["pair"]?["ids"]?.ids, "\(name)")
                #expect(pair.typeIds == variant["pair"]?["types"]?.ids, "\(name)")
            }
        }
    }

    @Test func specialTokensAreKnownByTheirRoles() throws {
        for name in ["wordpiece", "vocabulary", "cased"] {
            let tokenizer = try TokenizerFixture.tokenizer(name)
            #expect(tokenizer.paddingId == 0)
            #expect(tokenizer.unknownId == 1)
            #expect(tokenizer.classifyId == 2)
            #expect(tokenizer.separatorId == 3)
            #expect(tokenizer.maskId == 4)
        }
        let pairs = try TokenizerFixture.tokenizer("pairfiles")
        #expect(pairs.classifyId == 0 && pairs.paddingId == 1 && pairs.separatorId == 2 && pairs.unknownId == 3)
        #expect(pairs.maskId == Int32(pairs.vocabularySize - 1))
    }

    @Test func maximumLengthIsReadAndHuggingFacesInfinityIsNone() throws {
        #expect(try TokenizerFixture.tokenizer("wordpiece").modelMaxLength == 512)
        #expect(try TokenizerFixture.tokenizer("bytelevel").modelMaxLength == nil)
        #expect(try TokenizerFixture.tokenizer("pairfiles").modelMaxLength == nil)
    }

    @Test func tokensAndIdsAreFoundBothWays() throws {
        let tokenizer = try TokenizerFixture.tokenizer("wordpiece")
        for id in Int32(0)..<Int32(tokenizer.vocabularySize) {
            let token = try #require(tokenizer.token(id))
            #expect(tokenizer.id(of: token) == id)
        }
        #expect(tokenizer.token(-1) == nil)
        #expect(tokenizer.token(Int32.max) == nil)
        #expect(tokenizer.id(of: "no such token") == nil)
        #expect(tokenizer.decode([-1, Int32.max, Int32.min]) == "")
    }

    @Test func canonicallyEqualTokensStayApart() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        let file = """
            {"model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"\(composed)":1,"\(decomposed)":2}},
            "pre_tokenizer":{"type":"WhitespaceSplit"}}
            """
        try TokenizerFixture.withDirectory(["tokenizer.json": file]) { directory in
            let tokenizer = try Tokenizer(directory: directory)
            #expect(tokenizer.encode("\(composed) \(decomposed)").ids == [1, 2])
            #expect(tokenizer.id(of: decomposed) == 2)
        }
    }

    @Test func aLimitBelowTheSpecialTokensLeavesJustThem() throws {
        let tokenizer = try TokenizerFixture.tokenizer("wordpiece")
        for limit in [-1, 0, 1, 2] {
            #expect(tokenizer.encode("the bird", maxLength: limit).ids == [2, 3])
            #expect(tokenizer.encode("the bird", addSpecialTokens: false, maxLength: limit).count == max(0, limit))
        }
    }

    @Test func truncationOnTheLeftKeepsTheEnd() throws {
        let files = try ["tokenizer.json", "tokenizer_config.json"].map {
            try String(contentsOfFile: TokenizerFixture.directory + "/wordpiece/" + $0, encoding: .utf8)
        }
        let left = files[1].replacingOccurrences(of: "{\"tok", with: "{\"truncation_side\":\"left\",\"tok")
        try TokenizerFixture.withDirectory(["tokenizer.json": files[0], "tokenizer_config.json": left]) { directory in
            let tokenizer = try Tokenizer(directory: directory)
            let all = tokenizer.encode("the bird sings in the hedge", addSpecialTokens: false).ids
            #expect(tokenizer.encode("the bird sings in the hedge", maxLength: 4).ids == [2] + all.suffix(2) + [3])
        }
    }

    @Test func manyThreadsGetTheSameIds() async throws {
        let tokenizer = try TokenizerFixture.tokenizer("bytelevel")
        let strings = (try TokenizerFixture.goldens()["strings"]?.list ?? []).compactMap(\.stringValue)
        let expected = strings.map { tokenizer.encode($0) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { strings.map { tokenizer.encode($0) } == expected }
            }
            for await isSame in group { #expect(isSame) }
        }
    }

    @Test func oneLongWordTakesTimeInProportion() throws {
        let tokenizer = try TokenizerFixture.tokenizer("bytelevel")
        for unit in ["a", "ab", "!", "\u{300}", "the"] {
            let text = String(repeating: unit, count: 200_000 / unit.utf8.count)
            let start = Date()
            let count = tokenizer.encode(text).count
            #expect(count > 1000)
            // A quadratic merge would take minutes even in a release build.
            #expect(Date().timeIntervalSince(start) < 30)
        }
    }
}
