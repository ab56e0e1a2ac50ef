/// Everything a tokenizer is made of, whatever files it came from.
struct TokenizerParts: Sendable {
    var pipeline: TokenPipeline
    var added: AddedVocabulary
    var template: SequenceTemplate
    var decoder: TokenDecoder
    var roles: [TokenRole: Int32]
    /// A `tokenizer_config.json` for tokenizers that came without one.
    var configurationFile: [UInt8]

    /// Parts from the best of the files: `tokenizer.json`, else `vocab.txt`, else `vocab.json` and `merges.txt`.
    static func read(_ files: TokenizerFiles, _ configuration: TokenizerConfiguration) throws -> TokenizerParts {
        if let file = try files.json("tokenizer.json") {
            return try read(file, configuration)
        }
        if let lines = try files.lines("vocab.txt") {
            return try readWordPieces(lines, path: files.path(of: "vocab.txt"), configuration)
        }
        if let vocabulary = try files.json("vocab.json"), let merges = try files.lines("merges.txt") {
            return try readBytePairs(vocabulary, merges, path: files.path(of: "merges.txt"), configuration)
        }
        throw TokenizerError(
            .missing, path: files.directory,
            "expected tokenizer.json, vocab.txt, or vocab.json and merges.txt, found none of them")
    }

    /// The ids of the special tokens: as the files name them, else by their usual names.
    static func roleIds(
        _ configuration: TokenizerConfiguration, _ added: AddedVocabulary, _ vocabulary: Vocabulary
    ) -> [TokenRole: Int32] {
        var ids: [TokenRole: Int32] = [:]
        for role in TokenRole.allCases {
            let named = configuration.roles[role].map { [$0.content] }
            for content in named ?? role.usualNames.map({ Array($0.utf8) }) where ids[role] == nil {
                ids[role] = added.id(of: content) ?? vocabulary.id(of: content)
            }
        }
        return ids
    }
}
