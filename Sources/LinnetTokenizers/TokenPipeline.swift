/// A model of any kind.
enum TokenModel: Sendable {
    case wordPiece(WordPieceModel)
    case bytePair(BytePairModel)
    case unigram(UnigramModel)

    var vocabulary: Vocabulary {
        switch self {
        case .wordPiece(let model): return model.vocabulary
        case .bytePair(let model): return model.vocabulary
        case .unigram(let model): return model.vocabulary
        }
    }
}

/// The way from text to ids: added tokens, normalizers, added tokens in normal form, words, model.
struct TokenPipeline: Sendable {
    let normalizers: [Normalizer]
    let steps: [PreTokenizer]
    let model: TokenModel
    private let rawTokens: AddedTokenScanner?
    private let normalizedTokens: AddedTokenScanner?

    init(normalizers: [Normalizer], steps: [PreTokenizer], model: TokenModel, added: AddedVocabulary) {
        self.normalizers = normalizers
        self.steps = steps
        self.model = model
        // Of tokens with the same pattern the special ones come first.
        let ordered = added.tokens.filter(\.token.isSpecial) + added.tokens.filter { !$0.token.isSpecial }
        rawTokens = AddedTokenScanner(
            ordered.filter { !$0.token.isNormalized }.map { ($0.token.content, $0.token, $0.id) })
        normalizedTokens = AddedTokenScanner(
            ordered.filter(\.token.isNormalized).map {
                (Self.normalForm(of: $0.token.content, normalizers), $0.token, $0.id)
            })
    }

    private static func normalForm(of content: [UInt8], _ normalizers: [Normalizer]) -> [UInt8] {
        var bytes = content
        let output = ByteBuffer()
        output.replacementLimit = replacementLimit(of: content.count)
        for normalizer in normalizers {
            bytes.withUnsafeBufferPointer { normalizer.normalize($0, into: output) }
            bytes = Array(UnsafeBufferPointer(start: output.base, count: output.count))
        }
        return bytes
    }

    /// What replacements may make of a text of `count` bytes; the signs of real tokenizers triple it at most.
    private static func replacementLimit(of count: Int) -> Int { 16 * count + 4096 }

    /// Appends the ids of `text` (without special tokens around it) to `session`.
    func encode(_ text: UnsafeBufferPointer<UInt8>, into session: EncodingSession) {
        guard let rawTokens else {
            encodePlain(text, isBeginning: true, into: session)
            return
        }
        rawTokens.forEachPart(of: text) { part in
            switch part {
            case .token(let id):
                session.reserve(1)
                session.append(id)
            case .text(let range):
                encodePlain(
                    UnsafeBufferPointer(rebasing: text[range]), isBeginning: range.lowerBound == 0, into: session)
            }
        }
    }

    private func encodePlain(
        _ text: UnsafeBufferPointer<UInt8>, isBeginning: Bool, into session: EncodingSession
    ) {
        guard let base = text.baseAddress else { return }
        if let first = normalizers.first {
            session.text.replacementLimit = Self.replacementLimit(of: text.count)
            session.other.replacementLimit = session.text.replacementLimit
            first.normalize(text, into: session.text)
            for normalizer in normalizers.dropFirst() {
                let input = UnsafeBufferPointer<UInt8>(start: session.text.base, count: session.text.count)
                normalizer.normalize(input, into: session.other)
                session.text.swapContents(with: session.other)
            }
        } else {
            session.text.count = 0
            session.text.append(base, count: text.count)
        }
        let normal = UnsafeBufferPointer<UInt8>(start: session.text.base, count: session.text.count)
        guard let normalizedTokens else {
            encodeWords(normal, 0..<normal.count, isBeginning: isBeginning, into: session)
            return
        }
        normalizedTokens.forEachPart(of: normal) { part in
            switch part {
            case .token(let id):
                session.reserve(1)
                session.append(id)
            case .text(let range):
                encodeWords(normal, range, isBeginning: isBeginning && range.lowerBound == 0, into: session)
            }
        }
    }

    private func encodeWords(
        _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, isBeginning: Bool, into session: EncodingSession
    ) {
        guard let base = text.baseAddress else { return }
        let span = TextSpan(base: base, start: range.lowerBound, end: range.upperBound)
        let beginning = isBeginning ? range.lowerBound : nil
        switch model {
        case .wordPiece(let model):
            WordFeeder(steps: steps, model: model, session: session, beginning: beginning).feed(span)
        case .bytePair(let model):
            WordFeeder(steps: steps, model: model, session: session, beginning: beginning).feed(span)
        case .unigram(let model):
            WordFeeder(steps: steps, model: model, session: session, beginning: beginning).feed(span)
        }
    }
}
