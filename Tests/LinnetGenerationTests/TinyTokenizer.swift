import Foundation
import LinnetTokenizers
import TestSupport

/// A byte-level tokenizer of single letters, a few merged words, and two special tokens.
enum TinyTokenizer {
    /// The tokenizer, from files that are gone again.
    static func make() throws -> Tokenizer {
        let directory = try TemporaryDirectory()
        try write(to: directory.path)
        return try Tokenizer(directory: directory.path)
    }

    /// Writes `tokenizer.json` with at most as many tokens as given.
    static func write(to directory: String, tokens limit: Int = .max) throws {
        let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
        let marks = ["Ġ", "Ċ", ".", ",", ":", "?", "'", "!", "Ã", "©", "ð", "Ł", "Ļ", "Ģ"]
        let others = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/<>[]_-$%&=+*(){}\"".map(String.init)
        let merged = ["th", "the", "in", "Ġt", "Ġthe", "st", "sto", "stop"]
        let merges = [
            ["t", "h"], ["th", "e"], ["i", "n"], ["Ġ", "t"], ["Ġ", "the"], ["s", "t"], ["st", "o"], ["sto", "p"],
        ]
        let vocabulary = (["<s>", "</s>"] + letters + marks + (limit < 64 ? [] : others + merged)).prefix(limit)
        let object: [String: Any] = [
            "version": "1.0", "truncation": NSNull(), "padding": NSNull(), "normalizer": NSNull(),
            "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
            "post_processor": NSNull(),
            "decoder": ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true],
            "added_tokens": ["<s>", "</s>"].enumerated().map { id, content in
                [
                    "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true,
                ]
            },
            "model": [
                "type": "BPE", "dropout": NSNull(), "unk_token": NSNull(), "continuing_subword_prefix": NSNull(),
                "end_of_word_suffix": NSNull(), "fuse_unk": false, "byte_fallback": false,
                "vocab": Dictionary(uniqueKeysWithValues: vocabulary.enumerated().map { ($1, $0) }),
                "merges": limit < 64 ? [] : merges.filter { vocabulary.contains($0.joined()) },
            ],
        ]
        let data = try JSONSerialization.data(withJSONObject: object)
        try data.write(to: URL(fileURLWithPath: "\(directory)/tokenizer.json"))
    }
}
