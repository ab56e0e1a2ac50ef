extension Normalizer {
    private static let known =
        "BertNormalizer, Lowercase, StripAccents, NFC, NFD, NFKC, NFKD, Replace, Precompiled, Strip, Prepend "
        + "and Sequence"

    /// The steps that the slot `normalizer` of a `tokenizer.json` asks for.
    static func read(_ slot: FileValue?) throws -> [Normalizer] {
        try FileValue.components(of: slot, member: "normalizers").map(readOne)
    }

    private static func readOne(_ value: FileValue) throws -> Normalizer {
        let type = try value.type()
        switch type {
        case "BertNormalizer":
            let lowercases = try value.bool("lowercase", default: true)
            return .bert(
                BertNormalizer(
                    cleansText: try value.bool("clean_text", default: true),
                    separatesIdeographs: try value.bool("handle_chinese_chars", default: true),
                    stripsAccents: try value.bool("strip_accents", default: lowercases),
                    lowercases: lowercases))
        case "Lowercase":
            return .lowercase
        case "StripAccents":
            return .stripAccents
        case "Strip":
            return .strip(
                left: try value.bool("strip_left", default: true), right: try value.bool("strip_right", default: true))
        case "Prepend":
            return .prepend(Array(try value.required("prepend").string().utf8))
        case "Replace":
            let content = Array(try value.required("content").string().utf8)
            switch try SplitPattern.read(value.required("pattern")) {
            case .literal(let pattern): return .replace(pattern: pattern, content: content)
            case .expression(let expression): return .replaceMatches(expression, content: content)
            }
        case "Precompiled":
            return .precompiled(try PrecompiledMap.read(value))
        default:
            guard let form = NormalizationForm(rawValue: type) else { throw value.unsupported(type, known: known) }
            return .form(form)
        }
    }
}
