import LinnetFormats

extension PreTokenizer {
    private static let known =
        "BertPreTokenizer, ByteLevel, Whitespace, WhitespaceSplit, Punctuation, Digits and Sequence"

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
            let behavior = try value["behavior"]?.string() ?? "Isolated"
            guard behavior == "Isolated" else {
                throw TokenizerError.unsupported(
                    value.path, value.place + ".behavior",
                    "only 'Isolated' is implemented, found \(FormatError.quoted(behavior))")
            }
            return .punctuation
        default:
            throw value.unsupported(type, known: known)
        }
    }
}
