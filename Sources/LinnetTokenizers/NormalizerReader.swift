extension Normalizer {
    private static let known =
        "BertNormalizer, Lowercase, StripAccents, NFC, NFD, NFKC, NFKD, Replace, Strip, Prepend and Sequence"

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
            let pattern = try value.required("pattern")
            guard let text = pattern["String"] else {
                throw TokenizerError.unsupported(
                    pattern.path, pattern.place, "only a 'String' pattern is implemented, not a regular expression")
            }
            let bytes = Array(try text.string().utf8)
            guard !bytes.isEmpty else { throw TokenizerError.malformed(text.path, text.place, "expected some text") }
            return .replace(pattern: bytes, content: Array(try value.required("content").string().utf8))
        default:
            guard let form = NormalizationForm(rawValue: type) else { throw value.unsupported(type, known: known) }
            return .form(form)
        }
    }
}
