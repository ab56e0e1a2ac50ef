/// How tokens become text again: steps that each turn tokens into tokens, and at the end they are put together.
struct TokenDecoder: Sendable, Equatable {
    let steps: [DecoderStep]

    /// Tokens with spaces between them.
    static let spaced = TokenDecoder(steps: [.spaced])
    /// The bytes behind GPT-2's alphabet.
    static let byteLevel = TokenDecoder(steps: [.byteLevel])
    /// WordPiece with the prefix of pieces that continue a word.
    static func wordPiece(prefix: [UInt8], cleansUp: Bool) -> TokenDecoder {
        TokenDecoder(steps: [.wordPiece(prefix: prefix, cleansUp: cleansUp)])
    }
}

/// A step of a decoder.
enum DecoderStep: Sendable, Equatable {
    /// A space between tokens.
    case spaced
    /// A prefix marks what continues a word; `cleansUp` removes spaces that English writes otherwise.
    case wordPiece(prefix: [UInt8], cleansUp: Bool)
    /// The bytes behind GPT-2's alphabet as one token; what is not valid UTF-8 becomes U+FFFD.
    case byteLevel
    /// Runs of tokens such as `<0x0A>` become the text they spell, or one U+FFFD each.
    case byteFallback
    /// Marks become spaces; the first token loses its marks if text begins with one.
    case metaspace(Metaspace)
    /// A suffix that ends words becomes a space, and nothing in the last token.
    case suffix([UInt8])
    case replace(SplitPattern, content: [UInt8])
    /// Removes a character (in UTF-8) up to some number of times from the ends of each token.
    case strip([UInt8], start: Int, stop: Int)
    /// All tokens as one.
    case fuse

    /// Whether what it hands on are pieces of a single token.
    var isFusing: Bool { self == .byteLevel || self == .fuse }

    /// What becomes of one token, for steps that look at each by itself.
    ///
    /// - Parameter place: how many tokens came before.
    func changed(_ token: [UInt8], at place: Int) -> [UInt8] {
        switch self {
        case .spaced:
            return place > 0 ? [0x20] + token : token
        case .wordPiece(let prefix, let cleansUp):
            var word = token
            if place > 0 {
                if word.starts(with: prefix) { word.removeFirst(prefix.count) } else { word.insert(0x20, at: 0) }
            }
            return cleansUp ? EnglishSpacing.cleanedUp(word) : word
        case .metaspace(let metaspace):
            let content: [UInt8] = place == 0 && metaspace.prefix != .never ? [] : [0x20]
            return Self.replaced(.literal(metaspace.mark), by: content, in: token)
        case .replace(let pattern, let content):
            return Self.replaced(pattern, by: content, in: token)
        case .strip(let character, let start, let stop):
            return Self.stripped(token, of: character, start: start, stop: stop)
        case .byteLevel:
            var bytes: [UInt8] = []
            token.withUnsafeBufferPointer { ByteAlphabet.appendBytes(of: $0, to: &bytes) }
            return bytes
        case .byteFallback, .suffix, .fuse:
            return token
        }
    }

    static func replaced(_ pattern: SplitPattern, by content: [UInt8], in token: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        func collect(_ segments: some SegmentScanner) {
            var segments = segments
            while let segment = segments.next() { output += segment.isMatch ? content[...] : token[segment.range] }
        }
        token.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            let text = TextSpan(base: base, start: 0, end: bytes.count)
            switch pattern {
            case .literal(let literal): collect(LiteralSegments(text, literal))
            case .expression(let expression): expression.withMatcher { collect(ExpressionSegments(text, $0)) }
            }
        }
        return output
    }

    static func stripped(_ token: [UInt8], of character: [UInt8], start: Int, stop: Int) -> [UInt8] {
        var kept = token[...]
        var left = start
        while left > 0, kept.starts(with: character) {
            kept = kept.dropFirst(character.count)
            left -= 1
        }
        var right = stop
        while right > 0, kept.count >= character.count, kept.suffix(character.count).elementsEqual(character) {
            kept = kept.dropLast(character.count)
            right -= 1
        }
        return Array(kept)
    }
}

/// The clean-up of spaces that BERT's decoder does.
enum EnglishSpacing {
    private static let changes: [(pattern: [UInt8], content: [UInt8])] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

    /// A word with its space, cleaned up.
    static func cleanedUp(_ word: [UInt8]) -> [UInt8] {
        guard word.contains(0x20) else { return word }
        return changes.reduce(word) { word, change in
            word.count < change.pattern.count
                ? word : DecoderStep.replaced(.literal(change.pattern), by: change.content, in: word)
        }
    }
}
