/// Text to ids and back, identical to Hugging Face's `tokenizers` 0.23, from the files of a model on the hub.
///
/// WordPiece (BERT, MiniLM), byte-pair encoding over bytes (GPT-2, RoBERTa, Llama 3, Qwen) and in SentencePiece's way
/// (Llama 2, Mistral, Gemma), and Unigram (T5, XLM-R) are implemented; a file that asks for more is refused with the name
/// of the slot. A tokenizer does not change and may be used from many threads.
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
    public convenience init(directory: String) throws {
        try self.init(TokenizerFiles(directory: directory))
    }

    init(_ files: TokenizerFiles) throws {
        self.files = files
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

    /// Appends the ids of a text of any length, such as a corpus of gigabytes, to `ids`. Special tokens that stand in the
    /// text get their ids; none are added around it. Time grows in proportion to the text, whatever it holds.
    ///
    /// - Parameter bytes: UTF-8; what is not becomes U+FFFD.
    public func encode(contentsOf bytes: UnsafeRawBufferPointer, into ids: inout [Int32]) {
        sessions.withSession { session in
            let text = bytes.bindMemory(to: UInt8.self)
            if UTF8Text.isValid(text) {
                parts.pipeline.encode(text, into: session)
            } else {
                append(String(decoding: text, as: UTF8.self), to: session)
            }
            ids.append(contentsOf: UnsafeBufferPointer(start: session.ids, count: session.count))
        }
    }

    // MARK: Ids to text

    /// The text of some ids, as the decoder of the files writes it. Ids without a token are left out.
    ///
    /// - Parameter skipSpecialTokens: leave special tokens out.
    public func decode(_ ids: [Int32], skipSpecialTokens: Bool = true) -> String {
        var decoding = makeDecoding()
        for id in ids {
            if let token = tokenBytes(id, skipSpecialTokens: skipSpecialTokens) { decoding.append(token) }
        }
        decoding.finish()
        return decoding.take()
    }

    func makeDecoding() -> TokenDecoding { TokenDecoding(parts.decoder) }

    /// The token of an id as it stands in the files; `nil` for an id without one, and for a special one to be skipped.
    func tokenBytes(_ id: Int32, skipSpecialTokens: Bool) -> [UInt8]? {
        if let added = parts.added.token(id) { return skipSpecialTokens && added.isSpecial ? nil : added.content }
        return vocabulary.bytes(of: Int(id)).map { Array($0) }
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

    /// The tokens beside the model's vocabulary, which are found in a text before it is cut into words.
    public var addedTokens: [(id: Int32, content: String, isSpecial: Bool)] {
        parts.added.tokens.map { ($0.id, String(decoding: $0.token.content, as: UTF8.self), $0.token.isSpecial) }
    }

    /// The id of the token that begins a text: `bos_token` of the files, else a special token with a usual name.
    public var beginId: Int32? {
        parts.roles[.beginning] ?? specialId(["<s>", "<|begin_of_text|>", "<bos>", "<|endoftext|>"])
    }
    /// The id of the token that ends a text: `eos_token` of the files, else a special token with a usual name.
    public var endId: Int32? {
        parts.roles[.end] ?? specialId(["</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>"])
    }

    private func specialId(_ names: [String]) -> Int32? {
        names.lazy.compactMap { self.parts.added.id(of: Array($0.utf8)) }
            .first { self.parts.added.token($0)?.isSpecial == true }
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
