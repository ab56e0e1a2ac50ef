import Foundation
import LinnetFormats
import LinnetTokenizers
import Testing

/// Files that break the rules are refused with file and place; none of them may trap.
@Suite struct TokenizerErrorTests {
    /// A small WordPiece file whose parts can be exchanged.
    static func file(
        model: String = wordPiece(#"{"[UNK]":0,"a":1}"#), added: String = "[]", normalizer: String = "null",
        preTokenizer: String = #"{"type":"WhitespaceSplit"}"#, processor: String = "null", decoder: String = "null"
    ) -> String {
        """
        {"version":"1.0","added_tokens":\(added),"normalizer":\(normalizer),"pre_tokenizer":\(preTokenizer),
        "post_processor":\(processor),"decoder":\(decoder),"model":\(model)}
        """
    }

    static func wordPiece(_ vocabulary: String) -> String {
        #"{"type":"WordPiece","unk_token":"[UNK]","vocab":\#(vocabulary)}"#
    }

    static func bytePair(_ merges: String, settings: String = "") -> String {
        #"{"type":"BPE",\#(settings)"vocab":{"a":0,"b":1,"ab":2},"merges":\#(merges)}"#
    }

    static func template(_ single: String, special: String = #"{"S":{"ids":[1]}}"#) -> String {
        #"{"type":"TemplateProcessing","single":\#(single),"pair":[],"special_tokens":\#(special)}"#
    }

    static func split(_ pattern: String, behavior: String = "Isolated") -> String {
        #"{"type":"Split","pattern":\#(pattern),"behavior":"\#(behavior)"}"#
    }

    static let nested = String(repeating: #"{"type":"Sequence","normalizers":["#, count: 1000)

    @Test func replacementsThatMultiplyAreBounded() throws {
        let step = #"{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaaaaaaaa"}"#
        let steps = Array(repeating: step, count: 20).joined(separator: ",")
        let text = Self.file(normalizer: #"{"type":"Sequence","normalizers":[\#(steps)]}"#)
        try TokenizerFixture.withDirectory(["tokenizer.json": text]) { path in
            let tokenizer = try Tokenizer(directory: path)
            #expect(tokenizer.encode("a a", addSpecialTokens: false).ids.count < 10_000)
        }
    }

    /// Files with the kind of their error and the place it names.
    static let refused: [(file: String, kind: TokenizerError.Kind, place: String)] = [
        ("", .malformed, ""),
        (#"{"model":"#, .malformed, ""),
        ("[]", .malformed, ""),
        ("{}", .malformed, ""),
        (#"{"version":"2.0","model":{}}"#, .unsupported, "version"),
        (#"{"version":1,"model":{}}"#, .malformed, "version"),
        (file(model: "null"), .malformed, ""),
        (file(model: "[]"), .malformed, "model"),
        (file(model: #"{"type":"WordPiece"}"#), .malformed, "model"),
        (file(model: #"{"type":"Unigram","vocab":[]}"#), .malformed, "model.vocab"),
        (file(model: #"{"type":7}"#), .malformed, "model.type"),
        (file(model: wordPiece("{}")), .malformed, "model.vocab"),
        (file(model: wordPiece("[]")), .malformed, "model.vocab"),
        (file(model: wordPiece(#"{"a":1}"#)), .malformed, "model.unk_token"),
        (file(model: wordPiece(#"{"[UNK]":-1}"#)), .malformed, "model.vocab['[UNK]']"),
        (file(model: wordPiece(#"{"[UNK]":0,"a":0}"#)), .malformed, "model.vocab['a']"),
        (file(model: wordPiece(#"{"[UNK]":0,"a":0.5}"#)), .malformed, "model.vocab['a']"),
        (file(model: wordPiece(#"{"[UNK]":0,"a":"1"}"#)), .malformed, "model.vocab['a']"),
        (file(model: wordPiece(#"{"[UNK]":0,"a":2147483647}"#)), .malformed, "model.vocab['a']"),
        (file(model: wordPiece(#"{"[UNK]":0,"a":9223372036854775807}"#)), .malformed, "model.vocab['a']"),
        (file(model: wordPiece(#"{"[UNK]":0,"a":1,"a":2}"#)), .malformed, ""),
        (file(model: bytePair(#"["a c"]"#)), .malformed, "model.merges[0]"),
        (file(model: bytePair(#"["b a"]"#)), .malformed, "model.merges[0]"),
        (file(model: bytePair(#"["a b","a"]"#)), .malformed, "model.merges[1]"),
        (file(model: bytePair(#"["a b c"]"#)), .malformed, "model.merges[0]"),
        (file(model: bytePair(#"[["a"]]"#)), .malformed, "model.merges[0]"),
        (file(model: bytePair(#"[1]"#)), .malformed, "model.merges[0]"),
        (file(model: bytePair(#"{}"#)), .malformed, "model.merges"),
        (file(model: #"{"type":"BPE","vocab":{"a":0}}"#), .malformed, "model"),
        (file(model: bytePair("[]", settings: #""dropout":0.1,"#)), .unsupported, "model.dropout"),
        (file(model: bytePair("[]", settings: #""byte_fallback":1,"#)), .malformed, "model.byte_fallback"),
        (file(model: #"{"type":"Unigram","vocab":{}}"#), .malformed, "model.vocab"),
        (file(model: #"{"type":"Unigram","vocab":[["a"]]}"#), .malformed, "model.vocab[0]"),
        (file(model: #"{"type":"Unigram","vocab":[["a",-1],["b","-2"]]}"#), .malformed, "model.vocab[1]"),
        (file(model: #"{"type":"Unigram","vocab":[["a",-1]],"unk_id":1}"#), .malformed, "model.unk_id"),
        (file(model: #"{"type":"Unigram","vocab":[["a",-1]],"unk_id":-1}"#), .malformed, "model.unk_id"),
        (
            file(model: #"{"type":"Unigram","vocab":[["\#(String(repeating: "x", count: 5000))",-1]]}"#), .malformed,
            "model.vocab[0]"
        ),
        (file(model: bytePair("[]", settings: #""unk_token":"u","#)), .malformed, "model.unk_token"),
        (
            file(model: bytePair("[]", settings: #""end_of_word_suffix":"</w>","#)), .unsupported,
            "model.end_of_word_suffix"
        ),
        (file(added: #"[{"id":2,"content":""}]"#), .malformed, "added_tokens[0].content"),
        (file(added: #"[{"id":2}]"#), .malformed, "added_tokens[0]"),
        (file(added: #"[{"content":"x"}]"#), .malformed, "added_tokens[0]"),
        (file(added: #"[{"id":-2,"content":"x"}]"#), .malformed, "added_tokens[0].id"),
        (file(added: #"[{"id":2,"content":"x","lstrip":1}]"#), .malformed, "added_tokens[0].lstrip"),
        (file(added: "{}"), .malformed, "added_tokens"),
        (
            file(added: #"[{"id":2,"content":"\#(String(repeating: "x", count: 5000))"}]"#), .malformed,
            "added_tokens[0].content"
        ),
        (file(normalizer: #"{"type":"Precompiled"}"#), .malformed, "normalizer"),
        (file(normalizer: #"{"type":"Precompiled","precompiled_charsmap":"%"}"#), .malformed, "normalizer.precompiled"),
        (file(normalizer: #"{"type":"Precompiled","precompiled_charsmap":""}"#), .malformed, "normalizer.precompiled"),
        (file(normalizer: #"{"type":"Precompiled","precompiled_charsmap":"////fwA="}"#), .malformed, "normalizer.pre"),
        (
            file(normalizer: #"{"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAAD/"}"#), .malformed,
            "normalizer.precompiled_charsmap"
        ),
        (file(normalizer: #"{"type":"Sequence"}"#), .malformed, "normalizer"),
        (file(normalizer: nested + String(repeating: "]}", count: 1000)), .malformed, ""),
        (
            file(normalizer: #"{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Nope"}]}"#), .unsupported,
            "normalizer.normalizers[1]"
        ),
        (
            file(normalizer: #"{"type":"Replace","pattern":{"Regex":"(a+"},"content":""}"#), .unsupported,
            "normalizer.pattern.Regex"
        ),
        (
            file(normalizer: #"{"type":"Replace","pattern":{"String":""},"content":""}"#), .malformed,
            "normalizer.pattern.String"
        ),
        (file(preTokenizer: #"{"type":"Split"}"#), .malformed, "pre_tokenizer"),
        (file(preTokenizer: split(#"{"String":""}"#)), .malformed, "pre_tokenizer.pattern.String"),
        (file(preTokenizer: split(#"{"Regex":7}"#)), .malformed, "pre_tokenizer.pattern.Regex"),
        (file(preTokenizer: split(#"{"Glob":"*"}"#)), .malformed, "pre_tokenizer.pattern"),
        (file(preTokenizer: split(#"{"Regex":"["}"#)), .unsupported, "pre_tokenizer.pattern.Regex"),
        (file(preTokenizer: split(#"{"Regex":"\\"}"#)), .unsupported, "pre_tokenizer.pattern.Regex"),
        (file(preTokenizer: split(#"{"Regex":"\\p{"}"#)), .unsupported, "pre_tokenizer.pattern.Regex"),
        (file(preTokenizer: split(#"{"Regex":"\\p{Nope}"}"#)), .unsupported, "pre_tokenizer.pattern.Regex"),
        (file(preTokenizer: split(#"{"Regex":"[a&&b]"}"#)), .unsupported, "pre_tokenizer.pattern.Regex"),
        (file(preTokenizer: split(#"{"Regex":"[a[b]]"}"#)), .unsupported, "pre_tokenizer.pattern.Regex"),
        (file(preTokenizer: split(#"{"Regex":"a{1,2}+"}"#)), .unsupported, "pre_tokenizer.pattern.Regex"),
        (file(preTokenizer: split(#"{"Regex":"\\C"}"#)), .unsupported, "pre_tokenizer.pattern.Regex"),
        (
            file(preTokenizer: split(#"{"Regex":"\#(String(repeating: "(", count: 70_000))"}"#)), .unsupported,
            "pre_tokenizer.pattern.Regex"
        ),
        (
            file(preTokenizer: split(#"{"Regex":"\#(String(repeating: "(", count: 10_000))"}"#)), .unsupported,
            "pre_tokenizer.pattern.Regex"
        ),
        (file(preTokenizer: split(#"{"Regex":"a"}"#, behavior: "Eaten")), .malformed, "pre_tokenizer.behavior"),
        (file(preTokenizer: #"{"type":"Metaspace","replacement":"__"}"#), .malformed, "pre_tokenizer.replacement"),
        (file(preTokenizer: #"{"type":"Metaspace","prepend_scheme":"last"}"#), .malformed, "pre_tokenizer.prepend"),
        (file(preTokenizer: #"{"type":"CharDelimiterSplit","delimiter":""}"#), .malformed, "pre_tokenizer.delimiter"),
        (file(preTokenizer: #"{"type":"ByteLevel"}"#), .unsupported, "model"),
        (
            file(preTokenizer: #"{"type":"Punctuation","behavior":"removed"}"#), .malformed,
            "pre_tokenizer.behavior"
        ),
        (
            file(preTokenizer: #"{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits"}]}"#),
            .unsupported, "pre_tokenizer.pretokenizers[0]"
        ),
        (file(processor: #"{"type":"BertProcessing"}"#), .malformed, "post_processor"),
        (file(processor: #"{"type":"BertProcessing","cls":["a"],"sep":["a",1]}"#), .malformed, "post_processor.cls"),
        (
            file(processor: #"{"type":"BertProcessing","cls":["a",-1],"sep":["a",1]}"#), .malformed,
            "post_processor.cls[1]"
        ),
        (file(processor: template(#"[{"Sequence":{"id":"B","type_id":0}}]"#)), .malformed, "post_processor.single[0]"),
        (file(processor: template(#"[{"Sequence":{"id":"A"}}]"#)), .malformed, "post_processor.single[0]"),
        (file(processor: template(#"[{"SpecialToken":{"id":"T"}}]"#)), .malformed, "post_processor.single[0]"),
        (file(processor: template(#""$A""#)), .malformed, "post_processor.single"),
        (
            file(
                processor: #"{"type":"Sequence","processors":[\#(template("[]")),\#(template("[]"))]}"#), .unsupported,
            "post_processor.processors[1]"
        ),
        (file(decoder: #"{"type":"CTC"}"#), .unsupported, "decoder"),
        (file(decoder: #"{"type":"Sequence","decoders":[{"type":"CTC"}]}"#), .unsupported, "decoder.decoders[0]"),
        (file(decoder: #"{"type":"Strip","content":"ab"}"#), .malformed, "decoder.content"),
        (file(decoder: #"{"type":"Strip","content":"a","start":-1}"#), .malformed, "decoder.start"),
        (file(decoder: #"{"type":"BPEDecoder","suffix":""}"#), .malformed, "decoder.suffix"),
        (file(decoder: #"{"type":"WordPiece","cleanup":"yes"}"#), .malformed, "decoder.cleanup"),
    ]

    @Test(arguments: refused.indices)
    func aFileThatBreaksTheRulesIsRefusedWithItsPlace(index: Int) throws {
        let (file, kind, place) = Self.refused[index]
        try TokenizerFixture.withDirectory(["tokenizer.json": file]) { directory in
            let error = #expect(throws: TokenizerError.self) { try Tokenizer(directory: directory) }
            #expect(error?.kind == kind, "\(file.prefix(200))")
            #expect(error?.path == directory + "/tokenizer.json")
            let found = error?.place ?? ""
            #expect(place.isEmpty ? found.isEmpty : found.hasPrefix(place), "\(found) for \(file.prefix(200))")
            #expect(error?.description.contains("\n") == false)
        }
    }

    @Test func theFileTheOthersAreMadeFromIsAccepted() throws {
        try TokenizerFixture.withDirectory(["tokenizer.json": Self.file()]) { directory in
            let tokenizer = try Tokenizer(directory: directory)
            #expect(tokenizer.encode("a b").ids == [1, 0])
        }
        let pair = Self.file(model: Self.bytePair(#"["a b"]"#))
        try TokenizerFixture.withDirectory(["tokenizer.json": pair]) { directory in
            let tokenizer = try Tokenizer(directory: directory)
            #expect(tokenizer.encode("ab ba abc").ids == [2, 1, 0, 2])
        }
    }

    @Test func aDirectoryWithoutATokenizerSaysWhatItShouldHold() throws {
        try TokenizerFixture.withDirectory { directory in
            let empty = #expect(throws: TokenizerError.self) { try Tokenizer(directory: directory) }
            #expect(empty?.kind == .missing)
            #expect(empty?.message.contains("tokenizer.json") == true)
            let absent = #expect(throws: TokenizerError.self) { try Tokenizer(directory: directory + "/absent") }
            #expect(absent?.kind == .missing)
        }
    }

    @Test func brokenVocabularyFilesAreRefusedWithTheLine() throws {
        let cases: [(files: [String: String], place: String)] = [
            (["vocab.txt": ""], "unknown token"),
            (["vocab.txt": "a\nb\n"], "unknown token"),
            (["vocab.json": #"{"a":0,"b":1,"ab":2}"#, "merges.txt": "#version: 0.2\na b\na c\n"], "line 3"),
            (["vocab.json": #"{"a":0,"b":1,"ab":2}"#, "merges.txt": "a b c\n"], "line 1"),
            (["vocab.json": #"{"a":0,"b":0}"#, "merges.txt": ""], "['b']"),
            (["vocab.json": "[]", "merges.txt": ""], ""),
        ]
        for (files, place) in cases {
            try TokenizerFixture.withDirectory(files) { directory in
                let error = #expect(throws: TokenizerError.self) { try Tokenizer(directory: directory) }
                #expect(error?.kind == .malformed)
                #expect(error?.place == place)
            }
        }
        try TokenizerFixture.withDirectory { directory in
            try Data([0x5B, 0x0A, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: directory + "/vocab.txt"))
            let error = #expect(throws: TokenizerError.self) { try Tokenizer(directory: directory) }
            #expect(error?.place == "line 2")
        }
    }

    @Test func brokenConfigurationsAreRefusedWithTheKey() throws {
        let cases = [
            (#"{"do_lower_case":"yes"}"#, "do_lower_case"), (#"{"cls_token":7}"#, "cls_token"),
            (#"{"cls_token":{"content":""}}"#, "cls_token.content"), (#"{"model_max_length":"x"}"#, "model_max_length"),
            (#"{"added_tokens_decoder":{"x":{}}}"#, "added_tokens_decoder"),
        ]
        for (configuration, place) in cases {
            let files = ["tokenizer.json": Self.file(), "tokenizer_config.json": configuration]
            try TokenizerFixture.withDirectory(files) { directory in
                let error = #expect(throws: TokenizerError.self) { try Tokenizer(directory: directory) }
                #expect(error?.path == directory + "/tokenizer_config.json")
                #expect(error?.place == place)
            }
        }
    }

    @Test func namesFromHostileFilesStayOnOneLine() throws {
        let hostile = #"{"[UNK]":0,"a\nb\u0000\u2028":-5}"#
        try TokenizerFixture.withDirectory(["tokenizer.json": Self.file(model: Self.wordPiece(hostile))]) { directory in
            let error = #expect(throws: TokenizerError.self) { try Tokenizer(directory: directory) }
            let text = error?.description ?? ""
            #expect(text.contains("found -5"))
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 })
        }
    }
}
