import LinnetFormats

extension PreTokenizer {
    private static let known =
        "BertPreTokenizer, ByteLevel, Whitespace, WhitespaceSplit, Punctuation, Digits, Split, CharDelimiterSplit, "
        + "Metaspace and Sequence"

    /// The steps that the slot `pre_tokenizer` of a `tokenizer.json` asks for.
    static func read(_ slot: FileValue?) throws -> [PreTokenizer] {
        let values = try FileValue.components(of: slot, member: "pretokenizers")
        return try values.enumerated().map { place, value in
            let step = try readOne(value)
            if case .byteLevel = step, place + 1 < values.count {
                throw TokenizerError.unsupported(value.path, value.place, "a step after ByteLevel is not implemented")
            }
            return step
        }
    }

    private static func readOne(_ value: FileValue) throws -> PreTokenizer {
        let type = try value.type()
        switch type {
        case "BertPreTokenizer":
            return .bert
        case "ByteLevel":
            return .byteLevel(
                addsPrefixSpace: try value.bool("add_prefix_space", default: true),
                splits: try value.bool("use_regex", default: true))
        case "Whitespace":
            return .whitespace
        case "WhitespaceSplit":
            return .whitespaceSplit
        case "Digits":
            return .digits(individually: try value.bool("individual_digits", default: false))
        case "Punctuation":
            return .punctuation(try behavior(value, default: .isolated))
        case "Metaspace":
            return .metaspace(try Metaspace.read(value))
        case "CharDelimiterSplit":
            let delimiter = try value.required("delimiter")
            let bytes = Array(try delimiter.string().utf8)
            guard !bytes.isEmpty else { throw delimiter.malformed("one character") }
            return .split(.literal(bytes), .removed, inverts: false)
        case "Split":
            return try readSplit(value)
        default:
            throw value.unsupported(type, known: known)
        }
    }

    private static func behavior(_ value: FileValue, default standard: SplitBehavior?) throws -> SplitBehavior {
        if let standard, value["behavior"] == nil { return standard }
        let name = try value.required("behavior")
        guard let behavior = SplitBehavior(rawValue: try name.string()) else {
            throw TokenizerError.malformed(
                name.path, name.place,
                "expected Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous, found "
                    + FormatError.quoted(try name.string()))
        }
        return behavior
    }

    private static func readSplit(_ value: FileValue) throws -> PreTokenizer {
        let behavior = try behavior(value, default: nil)
        let inverts = try value.bool("invert", default: false)
        let pattern = try SplitPattern.read(value.required("pattern"))
        // These patterns match all of the text, so that nothing stands between their matches.
        if case .expression(let expression) = pattern, let known = KnownPattern(expression.pattern),
            inverts ? behavior == .removed : behavior == .isolated
        {
            return .known(known)
        }
        return .split(pattern, behavior, inverts: inverts)
    }
}

extension SplitPattern {
    /// A pattern as `{"String": …}` or `{"Regex": …}`.
    static func read(_ value: FileValue) throws -> SplitPattern {
        if let text = value["String"] {
            let bytes = Array(try text.string().utf8)
            guard !bytes.isEmpty else { throw TokenizerError.malformed(text.path, text.place, "expected some text") }
            return .literal(bytes)
        }
        guard let expression = value["Regex"] else {
            throw TokenizerError.malformed(value.path, value.place, "expected a 'String' or a 'Regex'")
        }
        do {
            return .expression(try RegularExpression(try expression.string()))
        } catch let failure as ExpressionSyntax.Failure {
            throw TokenizerError.unsupported(
                expression.path, expression.place, "expected a regular expression: \(failure.message)")
        }
    }
}
