/// Text to ids and back, identical to Hugging Face's `tokenizers` 0.23, from the files of a model on the hub.
///
/// WordPiece (BERT, DistilBERT, MiniLM) and byte-pair encoding (RoBERTa, GPT-2) are implemented; a file that asks
/// for more is refused with the name of the slot. A tokenizer does not change and may be used from many threads.
public final class Tokenizer: Sendable {
    private let files: TokenizerFiles
    private let parts: TokenizerParts
    private let truncation: Truncation
    private let sessions = SessionPool()

    /// The longest sequence the model takes, special tokens included, when the files name one.
    public let modelMaxLength: Int?

    /// Opens the tokenizer in a directory: `tokenizer.json` (with `tokenizer_config.json` and
    /// `special_tokens_map.json` for the names of special tokens), else `vocab.txt`, else `vocab.json` and
    /// `merges.txt`.
    ///
    /// - Throws: `TokenizerError` with file and place.
    public init(directory: String) throws {
        files = try TokenizerFiles(directory: directory)
        let configuration = try TokenizerConfiguration(files)
        parts = try TokenizerParts.read(files, configuration)
        truncation = configuration.truncation
        modelMaxLength = configuration.modelMaxLength
    }

    // MARK: Text to ids

    /// The ids of a text, or of a pair of texts. Nothing is ever padded.
    ///
    /// - Parameters:
    ///   - pair: the second text of a pair.
    ///   - addSpecialTokens: put the model's special tokens around and between the texts.
    ///   - maxLength: the most tokens, special ones included. The longer text is cut first (`longest_first`). Special
    ///     tokens are never cut, so a limit below their number leaves just them.
    public func encode(
        _ text: String, pair: String? = nil, addSpecialTokens: Bool = true, maxLength: Int? = nil
    ) -> Encoding {
        sessions.withSession { session in
            append(text, to: session)
            let firstCount = session.count
            if let pair { append(pair, to: session) }
            var first = UnsafeBufferPointer<Int32>(start: session.ids, count: firstCount)
            var second =
                pair == nil
                ? nil : UnsafeBufferPointer<Int32>(start: session.ids + firstCount, count: session.count - firstCount)
            if let maxLength {
                let special = addSpecialTokens ? parts.template.specialCount(isPair: pair != nil) : 0
                let room = max(0, maxLength) - min(special, max(0, maxLength))
                let kept = Truncation.kept(first: first.count, second: second?.count ?? 0, limit: room)
                first = truncation.cut(first, to: second == nil ? min(room, first.count) : kept.first)
                second = second.map { truncation.cut($0, to: kept.second) }
            }
            return parts.template.fill(first, second, addsSpecialTokens: addSpecialTokens)
        }
    }

    private func append(_ text: String, to session: EncodingSession) {
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { parts.pipeline.encode($0, into: session) }
        guard done == nil else { return }
        Array(text.utf8).withUnsafeBufferPointer { parts.pipeline.encode($0, into: session) }
    }

    // MARK: Ids to text

    /// The text of some ids, as the decoder of the files writes it. Ids without a token are left out.
    ///
    /// - Parameter skipSpecialTokens: leave special tokens out.
    public func decode(_ ids: [Int32], skipSpecialTokens: Bool = true) -> String {
        var tokens: [UnsafeBufferPointer<UInt8>] = []
        tokens.reserveCapacity(ids.count)
        // Added tokens have no block of bytes of their own that outlives this call; they stand in one array.
        var block: [UInt8] = []
        var places: [(index: Int, range: Range<Int>)] = []
        for id in ids {
            if let added = parts.added.token(id) {
                if skipSpecialTokens, added.isSpecial { continue }
                places.append((tokens.count, block.count..<block.count + added.content.count))
                block += added.content
                tokens.append(UnsafeBufferPointer(start: nil, count: 0))
            } else if let bytes = vocabulary.bytes(of: Int(id)) {
                tokens.append(bytes)
            }
        }
        return withExtendedLifetime(self) {
            block.withUnsafeBufferPointer { bytes in
                for (index, range) in places { tokens[index] = UnsafeBufferPointer(rebasing: bytes[range]) }
                return parts.decoder.decode(tokens)
            }
        }
    }

    // MARK: Vocabulary

    private var vocabulary: Vocabulary { parts.pipeline.model.vocabulary }

    /// One more than the largest id, added tokens included: the number of rows an embedding needs.
    public var vocabularySize: Int { max(vocabulary.bound, parts.added.bound) }

    /// The id of a token, compared byte by byte.
    public func id(of token: String) -> Int32? {
        let bytes = Array(token.utf8)
        return parts.added.id(of: bytes) ?? vocabulary.id(of: bytes)
    }

    /// The token with an id, as it stands in the files.
    public func token(_ id: Int32) -> String? {
        if let added = parts.added.token(id) { return String(decoding: added.content, as: UTF8.self) }
        return vocabulary.bytes(of: Int(id)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The id of the padding token.
    public var paddingId: Int32? { parts.roles[.padding] }
    /// The id of the token that begins a sequence and stands for it in classification.
    public var classifyId: Int32? { parts.roles[.classify] }
    /// The id of the token between and after texts.
    public var separatorId: Int32? { parts.roles[.separator] }
    /// The id of the token that hides a word in masked language modelling.
    public var maskId: Int32? { parts.roles[.mask] }
    /// The id of the token for what the vocabulary does not cover.
    public var unknownId: Int32? { parts.roles[.unknown] }

    // MARK: Files

    /// Writes the tokenizer's files into an existing directory, byte for byte as they were read, so that
    /// Hugging Face's `AutoTokenizer` opens them. A missing `tokenizer_config.json` is added.
    ///
    /// - Throws: `TokenizerError` when a file cannot be written.
    public func save(to directory: String) throws {
        try files.write(to: directory, adding: ["tokenizer_config.json": parts.configurationFile])
    }
}
