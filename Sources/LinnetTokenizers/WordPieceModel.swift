/// WordPiece: a word is cut greedily into the longest pieces of the vocabulary, from left to right.
///
/// The first piece is looked up as it stands, the others with a prefix (`##`). A word of more than
/// `longestWord` characters, or one with a part that no piece covers, is the unknown token as a whole.
/// Source: Wu et al. 2016, arXiv:1609.08144, in the form that BERT's vocabularies were made for.
final class WordPieceModel: WordModel {
    let vocabulary: Vocabulary
    /// The pieces that continue a word, without their prefix.
    private let continuations: Vocabulary
    private let continuationIds: [Int32]
    let unknownId: Int32
    private let longestWord: Int

    /// - Parameters:
    ///   - prefix: what marks a piece that continues a word.
    ///   - longestWord: in characters (Unicode scalars).
    init(vocabulary: Vocabulary, unknownId: Int32, prefix: [UInt8], longestWord: Int) throws {
        var pieces: [(bytes: [UInt8], id: Int)] = []
        var ids: [Int32] = []
        for id in 0..<vocabulary.bound {
            guard let bytes = vocabulary.bytes(of: id), bytes.starts(with: prefix) else { continue }
            // Of equal tokens only the one that the vocabulary finds counts.
            guard let found = vocabulary.id(of: Array(bytes)), Int(found) == id else { continue }
            pieces.append((Array(bytes.dropFirst(prefix.count)), pieces.count))
            ids.append(Int32(truncatingIfNeeded: id))
        }
        self.vocabulary = vocabulary
        self.unknownId = unknownId
        self.longestWord = longestWord
        continuations = try Vocabulary(pieces)
        continuationIds = ids
    }

    func encode(_ word: UnsafePointer<UInt8>, count: Int, into session: EncodingSession) {
        if count > longestWord {
            var characters = 0
            for index in 0..<count where word[index] & 0xC0 != 0x80 { characters += 1 }
            if characters > longestWord {
                session.append(unknownId)
                return
            }
        }
        let first = session.count
        var start = 0
        while start < count {
            let pieces = start == 0 ? vocabulary : continuations
            let (id, length) = longestPiece(word + start, count: count - start, of: pieces)
            guard length > 0 else {
                session.count = first
                session.append(unknownId)
                return
            }
            session.append(start == 0 ? id : continuationIds[Int(id)])
            start += length
        }
    }

    /// The longest piece at the start of `bytes`; length 0 when there is none.
    private func longestPiece(
        _ bytes: UnsafePointer<UInt8>, count: Int, of pieces: Vocabulary
    ) -> (id: Int32, length: Int) {
        let longest = min(count, pieces.longest)
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: longest + 1) { hashes in
            var hash = pieces.emptyHash
            for index in 0..<longest {
                hash = Vocabulary.extend(hash, bytes[index])
                hashes[index] = hash
            }
            var length = longest
            while length > 0 {
                let id = pieces.id(bytes, count: length, hash: hashes[length - 1])
                if id >= 0 { return (id, length) }
                length -= 1
            }
            return (-1, 0)
        }
    }
}
