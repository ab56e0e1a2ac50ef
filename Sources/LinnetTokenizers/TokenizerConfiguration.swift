import LinnetFormats

/// What `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say beside a vocabulary.
struct TokenizerConfiguration: Sendable {
    var tokenizerClass: String?
    var lowercases: Bool?
    var stripsAccents: Bool?
    var separatesIdeographs: Bool?
    var addsPrefixSpace: Bool?
    var modelMaxLength: Int?
    var truncation = Truncation()
    var roles: [TokenRole: AddedToken] = [:]
    /// Tokens beyond the vocabulary, by ascending id.
    var addedTokens: [AddedToken] = []

    /// Larger limits stand for 'none': Hugging Face writes 10^30.
    private static let largestMaxLength = 1e9

    init() {}

    /// Reads those of the files that exist.
    init(_ files: TokenizerFiles) throws {
        var added: [(id: Int, token: AddedToken)] = []
        if let table = try files.json("special_tokens_map.json") { try readRoles(table) }
        if let table = try files.json("added_tokens.json") {
            for (content, id) in try table.object() {
                let value = FileValue(json: .string(content), path: table.path, place: FormatError.quoted(content))
                var token = try AddedToken.read(value, isSpecial: false)
                token.isSpecial = false
                token.isNormalized = true
                added.append((try FileValue(json: id, path: table.path, place: value.place).integer(), token))
            }
        }
        if let table = try files.json("tokenizer_config.json") {
            try readRoles(table)
            try readSettings(table)
            if let decoder = table["added_tokens_decoder"] {
                for (key, _) in try decoder.object() {
                    guard let entry = decoder[key], let id = Int(key) else {
                        throw TokenizerError.malformed(
                            decoder.path, decoder.place, "expected ids as keys, found \(FormatError.quoted(key))")
                    }
                    added.append((id, try AddedToken.read(entry, isSpecial: false)))
                }
            }
        }
        addedTokens = added.sorted { $0.id < $1.id }.map(\.token)
    }

    private mutating func readSettings(_ table: FileValue) throws {
        tokenizerClass = try table["tokenizer_class"]?.string()
        lowercases = try table["do_lower_case"]?.bool()
        stripsAccents = try table["strip_accents"]?.bool()
        separatesIdeographs = try table["tokenize_chinese_chars"]?.bool()
        addsPrefixSpace = try table["add_prefix_space"]?.bool()
        if let value = table["model_max_length"] {
            guard let length = value.json.doubleValue else { throw value.malformed("a number") }
            modelMaxLength = length >= 1 && length <= Self.largestMaxLength ? Int(exactly: length.rounded()) : nil
        }
        truncation.cutsLeft = try table["truncation_side"]?.string() == "left"
    }

    private mutating func readRoles(_ table: FileValue) throws {
        for role in TokenRole.allCases {
            guard let value = table[role.rawValue] else { continue }
            var token = try AddedToken.read(value, isSpecial: true)
            token.isSpecial = true
            roles[role] = token
        }
    }
}
