/// The tokens of a model with their ids: bytes to id and id to bytes, compared as bytes.
///
/// An open-addressing hash table over one block of bytes. It does not change after `init`.
final class Vocabulary: Sendable {
    /// Why a vocabulary cannot be built; `entry` is the place in the list.
    enum Failure: Error {
        case negative(entry: Int)
        case repeatedId(entry: Int, id: Int)
        case sparse(entry: Int, id: Int, limit: Int)
    }

    private struct Slot {
        /// The upper half of the hash, to pass over most other tokens without a look at their bytes.
        var tag: UInt32
        /// -1 for a free slot.
        var id: Int32
    }

    /// How many tokens there are.
    let count: Int
    /// One more than the largest id.
    let bound: Int
    /// Bytes of the longest token.
    let longest: Int

    private let seed: UInt64
    private let mask: Int
    nonisolated(unsafe) private let slots: UnsafeMutablePointer<Slot>
    nonisolated(unsafe) private let blob: UnsafeMutablePointer<UInt8>
    /// Where the token of an id begins in `blob`; -1 for an id without a token. Lengths beside it.
    nonisolated(unsafe) private let starts: UnsafeMutablePointer<Int>
    nonisolated(unsafe) private let lengths: UnsafeMutablePointer<Int>

    /// - Parameter tokens: bytes and ids. Ids may leave gaps, but the largest must stay below 16 times the number
    ///   of tokens plus 65536, so that a small file cannot ask for gigabytes.
    /// - Throws: `Failure`.
    init(_ tokens: [(bytes: [UInt8], id: Int)]) throws {
        let limit = tokens.count * 16 + 65536
        var largest = -1
        for (entry, token) in tokens.enumerated() {
            guard token.id >= 0 else { throw Failure.negative(entry: entry) }
            guard token.id < limit, token.id < Int(Int32.max) else {
                throw Failure.sparse(entry: entry, id: token.id, limit: limit)
            }
            largest = max(largest, token.id)
        }
        var isUsed = [Bool](repeating: false, count: largest + 1)
        for (entry, token) in tokens.enumerated() {
            guard !isUsed[token.id] else { throw Failure.repeatedId(entry: entry, id: token.id) }
            isUsed[token.id] = true
        }
        count = tokens.count
        bound = largest + 1
        longest = tokens.reduce(0) { max($0, $1.bytes.count) }
        seed = UInt64.random(in: 1...UInt64.max)

        var slotCount = 64
        while slotCount < tokens.count * 2 { slotCount *= 2 }
        mask = slotCount - 1
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: Slot(tag: 0, id: -1), count: slotCount)
        blob = .allocate(capacity: tokens.reduce(1) { $0 + $1.bytes.count })
        starts = .allocate(capacity: bound + 1)
        starts.initialize(repeating: -1, count: bound + 1)
        lengths = .allocate(capacity: bound + 1)
        lengths.initialize(repeating: 0, count: bound + 1)
        var end = 0
        for token in tokens {
            for (offset, byte) in token.bytes.enumerated() { blob[end + offset] = byte }
            starts[token.id] = end
            lengths[token.id] = token.bytes.count
            end += token.bytes.count
            insert(token.id)
        }
    }

    deinit {
        slots.deallocate()
        blob.deallocate()
        starts.deallocate()
        lengths.deallocate()
    }

    private func insert(_ id: Int) {
        let bytes = UnsafePointer(blob + starts[id])
        let hash = hash(bytes, count: lengths[id])
        var index = Self.place(of: hash) & mask
        while slots[index].id >= 0 {
            if matches(slots[index], bytes, lengths[id], Self.tag(of: hash)) { break }  // the later one wins
            index = (index + 1) & mask
        }
        slots[index] = Slot(tag: Self.tag(of: hash), id: Int32(truncatingIfNeeded: id))
    }

    // MARK: Hashing, one byte at a time so that all prefixes of a word are hashed in one pass

    /// The hash of no bytes.
    var emptyHash: UInt64 { seed }

    /// The hash of some bytes and one more.
    @inline(__always)
    static func extend(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        (hash ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15 ^ (hash >> 29)
    }

    @inline(__always)
    private static func place(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: (hash ^ hash >> 32) & 0x7FFF_FFFF)
    }

    @inline(__always)
    private static func tag(of hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash >> 32)
    }

    private func hash(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        var hash = seed
        for index in 0..<count { hash = Self.extend(hash, bytes[index]) }
        return hash
    }

    @inline(__always)
    private func matches(_ slot: Slot, _ bytes: UnsafePointer<UInt8>, _ length: Int, _ tag: UInt32) -> Bool {
        guard slot.tag == tag, lengths[Int(slot.id)] == length else { return false }
        let other = blob + starts[Int(slot.id)]
        for index in 0..<length where other[index] != bytes[index] { return false }
        return true
    }

    // MARK: Questions

    /// The id of the token with these bytes, whose hash is known; -1 when there is none.
    @inline(__always)
    func id(_ bytes: UnsafePointer<UInt8>, count: Int, hash: UInt64) -> Int32 {
        let tag = Self.tag(of: hash)
        var index = Self.place(of: hash) & mask
        while slots[index].id >= 0 {
            if matches(slots[index], bytes, count, tag) { return slots[index].id }
            index = (index + 1) & mask
        }
        return -1
    }

    /// The id of the token with these bytes; -1 when there is none.
    func id(_ bytes: UnsafePointer<UInt8>, count: Int) -> Int32 {
        id(bytes, count: count, hash: hash(bytes, count: count))
    }

    /// The id of the token with these bytes, or `nil`.
    func id(of bytes: [UInt8]) -> Int32? {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return emptyTokenId() }
            let found = id(base, count: buffer.count)
            return found < 0 ? nil : found
        }
    }

    private func emptyTokenId() -> Int32? {
        let found = id(UnsafePointer(blob), count: 0, hash: seed)
        return found < 0 ? nil : found
    }

    /// The bytes of the token `id`, or `nil` when no token has it.
    func bytes(of id: Int) -> UnsafeBufferPointer<UInt8>? {
        guard id >= 0, id < bound, starts[id] >= 0 else { return nil }
        return UnsafeBufferPointer(start: blob + starts[id], count: lengths[id])
    }
}
