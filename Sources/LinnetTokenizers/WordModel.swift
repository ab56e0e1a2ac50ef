/// A model that turns one word into ids.
protocol WordModel: Sendable {
    /// The tokens with their ids.
    var vocabulary: Vocabulary { get }

    /// Appends the ids of a word to `session`.
    ///
    /// - Parameters:
    ///   - word: `count` bytes (at least 1), readable 16 bytes past their end. The ids of the word are at most as
    ///     many as its bytes, and room for them has been reserved.
    func encode(_ word: UnsafePointer<UInt8>, count: Int, into session: EncodingSession)
}

extension WordModel {
    /// Appends the ids of a word, from the session's cache when it has been seen before.
    @inline(__always)
    func append(_ word: UnsafePointer<UInt8>, count: Int, to session: EncodingSession) {
        guard count > 0 else { return }
        session.reserve(count)
        guard count <= WordCache.longestWord else {
            appendLong(word, count: count, to: session)
            return
        }
        let key = WordCache.Key(word, count: count)
        let found = session.cache.find(key, into: session.ids + session.count)
        if found > 0 {
            session.count += found
            return
        }
        let start = session.count
        encode(word, count: count, into: session)
        session.remember(key, ids: session.ids + start, count: session.count - start)
    }

    @inline(never)
    private func appendLong(_ word: UnsafePointer<UInt8>, count: Int, to session: EncodingSession) {
        guard LongWordCache.lengths.contains(count) else {
            encode(word, count: count, into: session)
            return
        }
        let found = session.longWords.find(word, count: count, into: session.ids + session.count)
        if found > 0 {
            session.count += found
            return
        }
        let start = session.count
        encode(word, count: count, into: session)
        session.longWords.insert(word, count: count, ids: session.ids + start, idCount: session.count - start)
    }
}
