/// Byte-pair encoding: the symbols of a word are merged pair by pair, the pair of lowest rank first and the leftmost of
/// equals. Source: Sennrich et al. 2016, arXiv:1508.07909; over bytes: Radford et al. 2019 (GPT-2).
///
/// Time is n log n in the length of a word, so that a megabyte without a space is no danger.
final class BytePairModel: WordModel {
    /// What the model does with parts that the vocabulary lacks, and where its symbols come from.
    struct Settings: Sendable {
        /// Symbols are bytes in `ByteAlphabet`; otherwise Unicode scalars.
        var isByteLevel: Bool
        /// Stands for a symbol that the vocabulary lacks; without it such a symbol is dropped.
        var unknownId: Int32?
        /// Neighbouring unknown symbols become one.
        var fusesUnknown: Bool
        /// A word that is a token as a whole is not merged.
        var ignoresMerges: Bool
        /// A symbol that the vocabulary lacks is spelled in bytes, `<0x0A>`.
        var spellsBytes = false
    }

    let vocabulary: Vocabulary
    private let settings: Settings
    private let merges: MergeTable
    /// The symbol of each byte when byte-level; -1 for one that the vocabulary lacks.
    private let byteIds: [Int32]
    private let byteTokens: ByteTokens?

    init(vocabulary: Vocabulary, merges: MergeTable, settings: Settings) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.settings = settings
        byteTokens = settings.spellsBytes ? ByteTokens(vocabulary) : nil
        byteIds = (0..<256).map { byte in
            [UInt8(truncatingIfNeeded: byte)].withUnsafeBufferPointer { one in
                vocabulary.id(of: ByteAlphabet.text(of: one)) ?? -1
            }
        }
    }

    /// Whether a text may be cut before every `mark` that follows something else, see `MarkedWords`: no merge joins what
    /// stands on both sides of such a cut.
    func mayBeCut(before mark: [UInt8]) -> Bool {
        guard !settings.isByteLevel, !settings.ignoresMerges, vocabulary.id(of: mark) != nil else { return false }
        return merges.results.allSatisfy { id in
            vocabulary.bytes(of: Int(id)).map { !MarkedWords.isCut($0, by: mark) } ?? true
        }
    }

    func encode(_ word: UnsafePointer<UInt8>, count: Int, into session: EncodingSession) {
        if settings.ignoresMerges, let whole = wholeWordId(word, count: count) {
            session.append(whole)
            return
        }
        let merging = session.merges
        merging.start(limit: count)
        if settings.isByteLevel {
            for index in 0..<count { addSymbol(byteIds[Int(word[index])], to: merging) }
        } else {
            var index = 0
            while index < count {
                let length = UTF8Text.decode(word + index, remaining: count - index).length
                let id = vocabulary.id(word + index, count: length)
                let isSpelled =
                    id < 0 && byteTokens?.spell(word + index, count: length) { merging.append($0) } == true
                if !isSpelled { addSymbol(id, to: merging) }
                index += length
            }
        }
        merging.merge(by: merges) { session.append($0) }
    }

    private func wholeWordId(_ word: UnsafePointer<UInt8>, count: Int) -> Int32? {
        let bytes = UnsafeBufferPointer(start: word, count: count)
        return vocabulary.id(of: settings.isByteLevel ? ByteAlphabet.text(of: bytes) : Array(bytes))
    }

    private func addSymbol(_ id: Int32, to workspace: BytePairWorkspace) {
        if id >= 0 {
            workspace.append(id)
        } else if let unknown = settings.unknownId {
            workspace.append(unknown: unknown, fusing: settings.fusesUnknown)
        }
    }
}
