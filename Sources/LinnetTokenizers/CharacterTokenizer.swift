import LinnetFormats

extension Tokenizer {
    /// A tokenizer whose tokens are the characters (Unicode scalars) of a corpus, in order of their code points: for models
    /// trained from scratch on a small corpus. Its `tokenizer.json`, which `save(to:)` writes, gives the same ids in
    /// Hugging Face's library. Decoding the ids of a text of these characters gives exactly the text; other characters
    /// have no ids and are left out.
    ///
    /// - Throws: `TokenizerError` for a corpus without a character.
    public static func characters(of corpus: String) throws -> Tokenizer {
        let scalars = Set(corpus.unicodeScalars).sorted()
        let members = scalars.enumerated().map { (String(String.UnicodeScalarView([$1])), JSON($0)) }
        guard !members.isEmpty else {
            throw TokenizerError.malformed("corpus", "", "expected some text to take characters from, found none")
        }
        // Byte-pair encoding without a merge: every character is a token, and nothing cuts or changes the text before.
        let model: JSON = [
            "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": nil,
            "end_of_word_suffix": nil, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": .object(JSONObject(members)), "merges": [],
        ]
        let content: JSON = [
            "version": "1.0", "truncation": nil, "padding": nil, "added_tokens": [], "normalizer": nil,
            "pre_tokenizer": nil, "post_processor": nil, "decoder": ["type": "Fuse"], "model": model,
        ]
        let configuration: JSON = [
            "tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false,
        ]
        return try Tokenizer(
            TokenizerFiles(
                directory: "corpus",
                contents: [
                    "tokenizer.json": Array((content.text(pretty: true) + "\n").utf8),
                    "tokenizer_config.json": Array((configuration.text(pretty: true) + "\n").utf8),
                ]))
    }
}
