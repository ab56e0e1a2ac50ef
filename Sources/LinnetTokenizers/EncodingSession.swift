import Foundation

/// The working memory of one call to `encode`: buffers, and the cache of words seen so far.
///
/// A session serves one thread at a time; `SessionPool` lends them out.
final class EncodingSession {
    /// The text of a call, or what the normalizer made of it.
    let text = ByteBuffer()
    /// A second buffer for normalizers that come one after the other.
    let other = ByteBuffer()
    /// Text as pre-tokenizers change it, by step.
    private var changed: [ByteBuffer] = []
    private(set) var cache = WordCache(bits: WordCache.bits.first)
    let longWords = LongWordCache(bits: 12)
    private var hasFullCache = false
    /// Working memory of `BytePairModel`.
    let merges = BytePairWorkspace()
    /// Working memory of `UnigramModel`.
    var lattice = UnigramLattice()

    private(set) var ids: UnsafeMutablePointer<Int32>
    private var capacity = 1024
    var count = 0

    init() {
        ids = .allocate(capacity: 1024)
    }

    deinit {
        ids.deallocate()
        cache.deallocate()
        longWords.deallocate()
    }

    /// Makes room for `added` more ids and for a store of four at the end.
    @inline(__always)
    func reserve(_ added: Int) {
        if count + added + 4 > capacity { grow(count + added + 4) }
    }

    private func grow(_ needed: Int) {
        let newCapacity = max(needed, capacity * 2)
        let fresh = UnsafeMutablePointer<Int32>.allocate(capacity: newCapacity)
        fresh.update(from: ids, count: count)
        ids.deallocate()
        ids = fresh
        capacity = newCapacity
    }

    /// Remembers the ids of a word. Many different words make the cache grow, once.
    func remember(_ key: WordCache.Key, ids: UnsafePointer<Int32>, count: Int) {
        if !hasFullCache, cache.isCrowded {
            cache.deallocate()
            cache = WordCache(bits: WordCache.bits.full)
            hasFullCache = true
        }
        cache.insert(key, ids: ids, count: count)
    }

    /// The buffer that belongs to a step of the pre-tokenizers.
    func buffer(_ step: Int) -> ByteBuffer {
        while changed.count <= step { changed.append(ByteBuffer()) }
        return changed[step]
    }

    /// Appends one id. Room for it must have been reserved.
    @inline(__always)
    func append(_ id: Int32) {
        ids[count] = id
        count += 1
    }

    /// Forgets the last text and gives back memory that only a very long one needed.
    func reset() {
        count = 0
        text.reset(keeping: 1 << 20)
        other.reset(keeping: 1 << 20)
        for buffer in changed { buffer.reset(keeping: 1 << 20) }
        merges.reset(keeping: 1 << 18)
        lattice.reset(keeping: 1 << 18)
        if capacity > 1 << 20 {
            ids.deallocate()
            ids = .allocate(capacity: 1024)
            capacity = 1024
        }
    }
}

/// Sessions at rest. Every call borrows one, so that a `Tokenizer` can serve many threads.
final class SessionPool: @unchecked Sendable {
    private let lock = NSLock()
    private var resting: [EncodingSession] = []
    private let most = 64

    /// Lends a session to `body`.
    func withSession<Result>(_ body: (EncodingSession) -> Result) -> Result {
        lock.lock()
        let session = resting.popLast()
        lock.unlock()
        let borrowed = session ?? EncodingSession()
        let result = body(borrowed)
        borrowed.reset()
        lock.lock()
        if resting.count < most { resting.append(borrowed) }
        lock.unlock()
        return result
    }
}
