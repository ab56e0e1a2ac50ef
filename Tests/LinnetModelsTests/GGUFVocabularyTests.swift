import Foundation
import LinnetFormats
import LinnetLayers
import TestSupport
import Testing

@testable import LinnetModels

@Suite("GGUF vocabulary")
struct GGUFVocabularyTests {
    static let byteLevel = """
        {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "\u{120}": 3, "<|end|>": 4},
                   "merges": [["a", "b"], ["ab", "a b"], "\u{120} a"]},
         "added_tokens": [{"id": 4, "content": "<|end|>", "special": false}, {"id": 5, "content": "<tool>", "special": false},
                          {"id": 7, "content": "<s>", "special": true}],
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
         "post_processor": {"type": "TemplateProcessing",
                            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A"}}]}}
        """
    static let sentencePiece = """
        {"model": {"type": "BPE", "byte_fallback": true, "unk_token": "<unk>",
                   "vocab": {"<unk>": 0, "<s>": 1, "<0x0A>": 2, "\u{2581}": 3, "a": 4, "aa": 5, "\u{2581}a": 6, "\u{2581}aa": 7},
                   "merges": ["a a", "\u{2581} a", "\u{2581} aa", "\u{2581}a a"]},
         "added_tokens": [{"id": 0, "content": "<unk>", "special": true}, {"id": 1, "content": "<s>", "special": true}],
         "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u{2581}"}]}}
        """

    static func pairs(
        _ tokenizer: String, settings: String? = nil, config: String? = nil, template: String? = nil, size: Int = 9
    ) throws -> (metadata: GGUFMetadata, isComplete: Bool) {
        let folder = try TemporaryDirectory()
        let files = [
            "tokenizer.json": tokenizer, "tokenizer_config.json": settings, "config.json": config,
            "chat_template.jinja": template,
        ]
        for (name, text) in files {
            try text.map { try Data($0.utf8).write(to: URL(fileURLWithPath: folder.file(name))) }
        }
        return try GGUFVocabulary.pairs(directory: folder.path, size: size)
    }

    static func integers(_ value: GGUFValue?) -> [Int32]? {
        guard case .int32(let numbers)? = value?.arrayValue else { return nil }
        return numbers
    }

    @Test("gives every id its token, merges as text, and the ids of special tokens")
    func byteLevelModel() throws {
        let (metadata, isComplete) = try Self.pairs(
            Self.byteLevel,
            settings: #"{"bos_token": {"content": "<s>"}, "add_eos_token": true, "chat_template": "x"}"#,
            config: #"{"eos_token_id": [4, 5], "pad_token_id": 99, "bos_token_id": 1}"#)
        #expect(isComplete)
        #expect(metadata["tokenizer.ggml.model"]?.stringValue == "gpt2")
        #expect(metadata["tokenizer.ggml.pre"]?.stringValue == "gpt-2")
        #expect(
            metadata["tokenizer.ggml.tokens"]?.stringsValue == [
                "a", "b", "ab", "\u{120}", "<|end|>", "<tool>", "[PAD6]", "<s>", "[PAD8]",
            ])
        // Normal, control (a token that looks special counts as such), user-defined, unused.
        #expect(Self.integers(metadata["tokenizer.ggml.token_type"]) == [1, 1, 1, 1, 3, 4, 5, 3, 5])
        #expect(metadata["tokenizer.ggml.merges"]?.stringsValue == ["a b", "ab a\u{120}b", "\u{120} a"])
        #expect(metadata["tokenizer.ggml.bos_token_id"]?.intValue == 7)
        #expect(metadata["tokenizer.ggml.eos_token_id"]?.intValue == 4)
        #expect(metadata["tokenizer.ggml.padding_token_id"] == nil)
        #expect(metadata["tokenizer.ggml.add_bos_token"]?.boolValue == true)
        #expect(metadata["tokenizer.ggml.add_eos_token"]?.boolValue == false)  // the template decides
        #expect(metadata["tokenizer.chat_template"]?.stringValue == "x")
        #expect(metadata["tokenizer.ggml.scores"] == nil)
    }

    @Test("scores SentencePiece tokens by their first merge, and marks bytes and the unknown token")
    func sentencePieceModel() throws {
        let (metadata, _) = try Self.pairs(Self.sentencePiece, template: "{{ messages }}", size: 8)
        #expect(metadata["tokenizer.ggml.model"]?.stringValue == "llama")
        #expect(Self.integers(metadata["tokenizer.ggml.token_type"]) == [2, 3, 6, 1, 1, 1, 1, 1])
        guard case .float32(let scores)? = metadata["tokenizer.ggml.scores"]?.arrayValue else {
            return #expect(Bool(false), "no scores")
        }
        #expect(scores == [-4, -4, -4, -4, -4, 0, -1, -2])
        #expect(metadata["tokenizer.ggml.add_space_prefix"]?.boolValue == true)
        #expect(metadata["tokenizer.chat_template"]?.stringValue == "{{ messages }}")
    }

    @Test("knows the ways of splitting that llama.cpp has names for")
    func splitting() throws {
        func name(_ pattern: String) throws -> String? {
            let text = String(decoding: Data(JSON.string(pattern).text().utf8), as: UTF8.self)
            return PreTokenizerName.find(
                try JSON.parse(
                    #"{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": \#(text)}}, "#
                        + #"{"type": "ByteLevel"}]}"#, path: "x"))
        }
        let (start, rest) = (
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"#,
            #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        )
        #expect(try name(start + #"\p{N}{1,3}"# + rest) == "llama-bpe")
        #expect(try name(start + #"\p{N}"# + rest) == "qwen2")
        #expect(try name("x+") == nil)
        let digits = try JSON.parse(
            #"{"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, "#
                + #"{"type": "ByteLevel", "add_prefix_space": false}]}"#, path: "x")
        #expect(PreTokenizerName.find(digits) == "smollm")
        #expect(PreTokenizerName.find(.null) == nil)
    }

    @Test("leaves out a tokenizer that llama.cpp would read otherwise")
    func noVocabulary() throws {
        for text in [
            #"{"model": {"type": "Unigram", "vocab": [["a", 0.0]]}}"#,
            #"{"model": {"type": "WordLevel", "vocab": {"a": 0}}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "pre_tokenizer": {"type": "Whitespace"}}"#,
            "{}",
        ] {
            let (metadata, isComplete) = try Self.pairs(text)
            #expect(!isComplete && metadata.keys == ["tokenizer.ggml.model"], "\(text)")
            #expect(metadata["tokenizer.ggml.model"]?.stringValue == "no_vocab")
        }
    }

    @Test("refuses ids beyond the embedding and merges that are none")
    func refused() throws {
        for (text, word) in [
            (Self.byteLevel, "'<s>'"),
            (Self.byteLevel.replacingOccurrences(of: "\"ab\": 2", with: "\"ab\": -2"), "'ab'"),
            (Self.sentencePiece.replacingOccurrences(of: "\"a a\"", with: "\"aa\""), "merges[0]"),
            (Self.sentencePiece.replacingOccurrences(of: "\"a a\"", with: "[1, 2]"), "merges[0]"),
        ] {
            #expect(
                performing: { _ = try Self.pairs(text, size: text.contains("byte_fallback") ? 8 : 7) },
                throws: { "\($0)".contains(word) && "\($0)".contains("tokenizer.json") })
        }
    }
}
