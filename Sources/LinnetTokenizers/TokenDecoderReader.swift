import LinnetFormats

extension TokenDecoder {
    private static let known =
        "WordPiece, ByteLevel, ByteFallback, Metaspace, BPEDecoder, Replace, Strip, Fuse and Sequence"

    /// The decoder that the slot `decoder` of a `tokenizer.json` asks for.
    static func read(_ slot: FileValue?) throws -> TokenDecoder {
        let values = try FileValue.components(of: slot, member: "decoders")
        return values.isEmpty && slot == nil ? .spaced : TokenDecoder(steps: try values.map(readOne))
    }

    private static func readOne(_ value: FileValue) throws -> DecoderStep {
        let type = try value.type()
        switch type {
        case "WordPiece":
            return .wordPiece(
                prefix: Array((try value["prefix"]?.string() ?? "##").utf8),
                cleansUp: try value.bool("cleanup", default: true))
        case "ByteLevel":
            return .byteLevel
        case "ByteFallback":
            return .byteFallback
        case "Fuse":
            return .fuse
        case "Metaspace":
            return .metaspace(try Metaspace.read(value))
        case "BPEDecoder":
            let suffix = Array((try value["suffix"]?.string() ?? "</w>").utf8)
            guard !suffix.isEmpty else {
                throw TokenizerError.malformed(value.path, value.place + ".suffix", "expected some text")
            }
            return .suffix(suffix)
        case "Replace":
            return .replace(
                try SplitPattern.read(value.required("pattern")),
                content: Array(try value.required("content").string().utf8))
        case "Strip":
            let content = try value.required("content")
            guard try content.string().unicodeScalars.count == 1 else { throw content.malformed("one character") }
            return .strip(
                Array(try content.string().utf8), start: try count(value, "start"), stop: try count(value, "stop"))
        default:
            throw value.unsupported(type, known: known)
        }
    }

    private static func count(_ value: FileValue, _ key: String) throws -> Int {
        guard let number = value[key] else { return 0 }
        guard try number.integer() >= 0 else {
            throw TokenizerError.malformed(
                number.path, number.place, "expected 0 or more, found \(try number.integer())")
        }
        return try number.integer()
    }
}
