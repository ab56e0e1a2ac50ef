import LinnetFormats

extension TokenizerParts {
    /// BERT's parts around a `vocab.txt`: one token per line, the id of a token is the number of its line from 0.
    static func readWordPieces(
        _ lines: [String], path: String, _ configuration: TokenizerConfiguration
    ) throws -> TokenizerParts {
        // Of equal lines the last one counts.
        var lastLines: [[UInt8]: Int] = [:]
        for (line, token) in lines.enumerated() { lastLines[Array(token.utf8)] = line }
        let tokens = lines.enumerated().map { (bytes: Array($1.utf8), id: $0) }
            .filter { lastLines[$0.bytes] == $0.id }
        let vocabulary = try Vocabulary.make(tokens, path: path) { "line \(tokens[$0].id + 1)" }

        var roles = configuration.roles
        for role in TokenRole.allCases where roles[role] == nil {
            roles[role] = role.usualNames.first.map { AddedToken($0) }
        }
        let unknown = String(decoding: roles[.unknown]?.content ?? [], as: UTF8.self)
        let model = try WordPieceModel(
            vocabulary: vocabulary, unknownId: try TokenModel.unknownId(unknown, vocabulary, path, "unknown token"),
            prefix: Array("##".utf8), longestWord: 100)
        var added = AddedVocabulary()
        for token in configuration.addedTokens { added.add(token, to: vocabulary) }
        for role in TokenRole.allCases {
            if let token = roles[role], added.id(of: token.content) == nil { added.add(token, to: vocabulary) }
        }
        let lowercases = configuration.lowercases ?? true
        let normalizer = BertNormalizer(
            cleansText: true, separatesIdeographs: configuration.separatesIdeographs ?? true,
            stripsAccents: configuration.stripsAccents ?? lowercases, lowercases: lowercases)

        var named = configuration
        named.roles = roles
        let ids = roleIds(named, added, vocabulary)
        var template = SequenceTemplate.plain
        if let classify = ids[.classify], let separator = ids[.separator] {
            template = .bert(classify: classify, separator: separator)
        }
        return TokenizerParts(
            pipeline: TokenPipeline(
                normalizers: [.bert(normalizer)], steps: [.bert], model: .wordPiece(model), added: added),
            added: added, template: template, decoder: .wordPiece(prefix: Array("##".utf8), cleansUp: true),
            roles: ids,
            configurationFile: configurationFile(
                "BertTokenizer", ids, added, vocabulary,
                settings: [("do_lower_case", true), ("tokenize_chinese_chars", true), ("strip_accents", nil)]))
    }
}
