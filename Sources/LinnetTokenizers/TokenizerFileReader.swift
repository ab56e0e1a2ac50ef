import LinnetFormats

extension TokenizerParts {
    /// The parts of a `tokenizer.json`.
    static func read(_ file: FileValue, _ configuration: TokenizerConfiguration) throws -> TokenizerParts {
        if let version = file["version"], try version.string() != "1.0" {
            throw TokenizerError.unsupported(
                version.path, version.place, "expected '1.0', found \(FormatError.quoted(try version.string()))")
        }
        var steps = try PreTokenizer.read(file["pre_tokenizer"])
        let isByteLevel = steps.contains { if case .byteLevel = $0 { return true } else { return false } }
        let model = try TokenModel.read(file.required("model"), isByteLevel: isByteLevel)
        if case .bytePair(let pairs) = model, pairs.mayBeCut(before: Metaspace.usualMark) {
            steps.append(.marked(Metaspace.usualMark))
        }
        var added = AddedVocabulary()
        for value in try file["added_tokens"]?.elements() ?? [] {
            let id = try value.required("id")
            guard try id.integer() >= 0 else {
                throw TokenizerError.malformed(
                    id.path, id.place, "expected an id of 0 or more, found \(try id.integer())")
            }
            // As in Hugging Face's library the vocabulary and the order decide the id, not this number.
            added.add(try AddedToken.read(value, isSpecial: false), to: model.vocabulary)
        }
        let normalizers = try Normalizer.read(file["normalizer"])
        let template = try SequenceTemplate.read(file["post_processor"])
        let roles = roleIds(configuration, added, model.vocabulary)
        return TokenizerParts(
            pipeline: TokenPipeline(normalizers: normalizers, steps: steps, model: model, added: added),
            added: added, template: template, decoder: try TokenDecoder.read(file["decoder"]), roles: roles,
            configurationFile: configurationFile("PreTrainedTokenizerFast", roles, added, model.vocabulary))
    }

    /// A `tokenizer_config.json` that names the class and the special tokens.
    static func configurationFile(
        _ className: String, _ roles: [TokenRole: Int32], _ added: AddedVocabulary, _ vocabulary: Vocabulary,
        settings: [(String, JSON)] = []
    ) -> [UInt8] {
        var members: [(String, JSON)] = [("tokenizer_class", .string(className))]
        for role in TokenRole.allCases {
            guard let id = roles[role] else { continue }
            let content = added.token(id)?.content ?? vocabulary.bytes(of: Int(id)).map { Array($0) }
            if let content { members.append((role.rawValue, .string(String(decoding: content, as: UTF8.self)))) }
        }
        return Array((JSON.object(JSONObject(members + settings)).text(pretty: true) + "\n").utf8)
    }
}

extension TokenModel {
    /// The model of a `tokenizer.json`.
    static func read(_ value: FileValue, isByteLevel: Bool) throws -> TokenModel {
        // Files of before 2021 leave the type out.
        let type = try value["type"]?.string() ?? (value["merges"] != nil ? "BPE" : "WordPiece")
        switch type {
        case "WordPiece":
            guard !isByteLevel else {
                throw TokenizerError.unsupported(
                    value.path, value.place, "WordPiece behind the ByteLevel pre-tokenizer is not implemented")
            }
            let vocabulary = try Vocabulary.read(value.required("vocab"))
            let unknown = try value["unk_token"]?.string() ?? "[UNK]"
            let limit = try value["max_input_chars_per_word"]?.integer() ?? 100
            return .wordPiece(
                try WordPieceModel(
                    vocabulary: vocabulary,
                    unknownId: try unknownId(unknown, vocabulary, value.path, value.place + ".unk_token"),
                    prefix: Array((try value["continuing_subword_prefix"]?.string() ?? "##").utf8),
                    longestWord: max(0, limit)))
        case "BPE":
            return .bytePair(try readBytePair(value, isByteLevel: isByteLevel))
        case "Unigram":
            guard !isByteLevel else {
                throw TokenizerError.unsupported(
                    value.path, value.place, "Unigram behind the ByteLevel pre-tokenizer is not implemented")
            }
            return .unigram(try readUnigram(value))
        default:
            throw value.unsupported(type, known: "WordPiece, BPE and Unigram")
        }
    }

    /// The id of the unknown token, which the vocabulary itself must have.
    static func unknownId(
        _ name: String, _ vocabulary: Vocabulary, _ path: String, _ place: String
    ) throws -> Int32 {
        guard let id = vocabulary.id(of: Array(name.utf8)) else {
            throw TokenizerError.malformed(
                path, place, "expected a token of the vocabulary, found \(FormatError.quoted(name))")
        }
        return id
    }

    private static func readBytePair(_ value: FileValue, isByteLevel: Bool) throws -> BytePairModel {
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let affix = value[key], try !affix.string().isEmpty {
                throw TokenizerError.unsupported(affix.path, affix.place, "only the empty string is implemented")
            }
        }
        if let dropout = value["dropout"], dropout.json.doubleValue != 0 {
            throw TokenizerError.unsupported(dropout.path, dropout.place, "dropout is not implemented; set it to null")
        }
        let spellsBytes = try value.bool("byte_fallback", default: false)
        let vocabulary = try Vocabulary.read(value.required("vocab"))
        let unknown = try value["unk_token"]?.string()
        let settings = BytePairModel.Settings(
            isByteLevel: isByteLevel,
            unknownId: try unknown.map { try unknownId($0, vocabulary, value.path, value.place + ".unk_token") },
            fusesUnknown: try value.bool("fuse_unk", default: false),
            ignoresMerges: try value.bool("ignore_merges", default: false),
            // Over bytes there is nothing left to spell.
            spellsBytes: spellsBytes && !isByteLevel)
        let merges = try MergeTable.read(value.required("merges"), vocabulary)
        return BytePairModel(vocabulary: vocabulary, merges: merges, settings: settings)
    }

    private static func readUnigram(_ value: FileValue) throws -> UnigramModel {
        let vocabulary = try value.required("vocab")
        guard let entries = vocabulary.json.arrayValue else { throw vocabulary.malformed("an array") }
        guard !entries.isEmpty else { throw vocabulary.malformed("at least one token") }
        var pieces: [(bytes: [UInt8], score: Double)] = []
        pieces.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            let place = "\(vocabulary.place)[\(index)]"
            guard let pair = entry.arrayValue, pair.count == 2, let token = pair[0].stringValue,
                let score = pair[1].doubleValue, score.isFinite
            else {
                throw TokenizerError.malformed(
                    value.path, place, "expected a token and its score, found \(entry.kindName)")
            }
            guard token.utf8.count <= UnigramModel.longestPiece else {
                throw TokenizerError.malformed(
                    value.path, place,
                    "expected a token of at most \(UnigramModel.longestPiece) bytes, found \(token.utf8.count)")
            }
            pieces.append((Array(token.utf8), score))
        }
        let unknown = value["unk_id"]
        if let unknown, try !pieces.indices.contains(unknown.integer()) {
            throw TokenizerError.malformed(
                unknown.path, unknown.place, "expected an id below \(pieces.count), found \(try unknown.integer())")
        }
        return try UnigramModel(
            pieces: pieces, unknownId: try unknown.map { Int32(truncatingIfNeeded: try $0.integer()) },
            spellsBytes: try value.bool("byte_fallback", default: false))
    }
}
