import LinnetFormats

extension TokenizerParts {
    /// The parts of RoBERTa, GPT-2 or Qwen2 around a `vocab.json` and a `merges.txt`.
    static func readBytePairs(
        _ file: FileValue, _ lines: [String], path: String, _ configuration: TokenizerConfiguration
    ) throws -> TokenizerParts {
        let vocabulary = try Vocabulary.read(file)
        var pairs: [(first: Int32, second: Int32, id: Int32)] = []
        for (number, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#version") {
            pairs.append(try MergeTable.pair(line, vocabulary, path: path, place: "line \(number + 1)"))
        }
        let isRoberta = isRoberta(configuration, vocabulary)
        var named = configuration
        for (role, name) in isRoberta ? robertaNames : gpt2Names where named.roles[role] == nil {
            named.roles[role] = AddedToken(name)
        }
        var added = AddedVocabulary()
        for token in configuration.addedTokens { added.add(token, to: vocabulary) }
        for role in TokenRole.allCases {
            if let token = named.roles[role], added.id(of: token.content) == nil { added.add(token, to: vocabulary) }
        }
        let ids = roleIds(named, added, vocabulary)
        var template = SequenceTemplate.plain
        if isRoberta, let classify = ids[.classify], let separator = ids[.separator] {
            template = .roberta(classify: classify, separator: separator)
        }
        let settings = BytePairModel.Settings(
            isByteLevel: true, unknownId: nil, fusesUnknown: false, ignoresMerges: false)
        let model = BytePairModel(vocabulary: vocabulary, merges: MergeTable(pairs), settings: settings)
        let addsPrefixSpace = configuration.addsPrefixSpace ?? false
        let isQwen = configuration.tokenizerClass?.hasPrefix("Qwen2") == true
        let words: [PreTokenizer] =
            isQwen
            ? [.known(.qwen2), .byteLevel(addsPrefixSpace: addsPrefixSpace, splits: false)]
            : [.byteLevel(addsPrefixSpace: addsPrefixSpace, splits: true)]
        return TokenizerParts(
            pipeline: TokenPipeline(
                normalizers: isQwen ? [.form(.nfc)] : [], steps: words, model: .bytePair(model), added: added),
            added: added, template: template, decoder: .byteLevel, roles: ids,
            configurationFile: configurationFile(
                isQwen ? "Qwen2Tokenizer" : isRoberta ? "RobertaTokenizer" : "GPT2Tokenizer", ids, added, vocabulary,
                settings: [("add_prefix_space", .bool(addsPrefixSpace))]))
    }

    private static func isRoberta(_ configuration: TokenizerConfiguration, _ vocabulary: Vocabulary) -> Bool {
        if let name = configuration.tokenizerClass { return name.hasPrefix("Roberta") }
        return ["<s>", "</s>", "<mask>"].allSatisfy { vocabulary.id(of: Array($0.utf8)) != nil }
    }

    private static let robertaNames: [TokenRole: String] = [
        .beginning: "<s>", .end: "</s>", .unknown: "<unk>", .separator: "</s>", .padding: "<pad>", .classify: "<s>",
        .mask: "<mask>",
    ]

    private static let gpt2Names: [TokenRole: String] = [
        .beginning: "<|endoftext|>", .end: "<|endoftext|>", .unknown: "<|endoftext|>",
    ]
}
