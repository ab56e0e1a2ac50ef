/// How tokens become text again.
enum TokenDecoder: Sendable, Equatable {
    /// Tokens with spaces between them.
    case spaced
    /// WordPiece: a prefix marks what continues a word; `cleansUp` removes spaces that English writes otherwise.
    case wordPiece(prefix: [UInt8], cleansUp: Bool)
    /// The bytes behind GPT-2's alphabet; what is not valid UTF-8 becomes U+FFFD.
    case byteLevel

    /// The text of some tokens.
    func decode(_ tokens: [UnsafeBufferPointer<UInt8>]) -> String {
        var output: [UInt8] = []
        for (place, token) in tokens.enumerated() {
            switch self {
            case .spaced:
                if place > 0 { output.append(0x20) }
                output.append(contentsOf: token)
            case .wordPiece(let prefix, let cleansUp):
                var word = Array(token)
                if place > 0 {
                    if word.starts(with: prefix) {
                        word.removeFirst(prefix.count)
                    } else {
                        word.insert(0x20, at: 0)
                    }
                }
                output.append(contentsOf: cleansUp ? Self.cleanedUp(word) : word)
            case .byteLevel:
                ByteAlphabet.appendBytes(of: token, to: &output)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static let cleanups: [(pattern: [UInt8], content: [UInt8])] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

    private static func cleanedUp(_ word: [UInt8]) -> [UInt8] {
        guard word.contains(0x20) else { return word }
        var word = word
        for (pattern, content) in cleanups where word.count >= pattern.count {
            var output: [UInt8] = []
            var index = 0
            while index < word.count {
                if word[index...].starts(with: pattern) {
                    output += content
                    index += pattern.count
                } else {
                    output.append(word[index])
                    index += 1
                }
            }
            word = output
        }
        return word
    }
}

extension TokenDecoder {
    /// The decoder that the slot `decoder` of a `tokenizer.json` asks for.
    static func read(_ slot: FileValue?) throws -> TokenDecoder {
        guard let slot else { return .spaced }
        let type = try slot.type()
        switch type {
        case "WordPiece":
            return .wordPiece(
                prefix: Array((try slot["prefix"]?.string() ?? "##").utf8),
                cleansUp: try slot.bool("cleanup", default: true))
        case "ByteLevel":
            return .byteLevel
        default:
            throw slot.unsupported(type, known: "WordPiece and ByteLevel")
        }
    }
}
