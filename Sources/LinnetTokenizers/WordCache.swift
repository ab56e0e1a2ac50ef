/// Words of at most 15 bytes with their at most four ids.
///
/// Two entries, one cache line, share a place; a newcomer takes the first and replaces the older of the two.
struct WordCache {
    /// The binary logarithms of the numbers of places: at first, and once many words have been met.
    static let bits = (first: 13, full: 16)

    /// A key that fits: the bytes, zero-filled, with their number in the last byte. A key is never zero.
    struct Key {
        var low: UInt64
        var high: UInt64

        /// - Parameter bytes: `count` (1...15) bytes, readable 16 bytes from their start.
        @inline(__always)
        init(_ bytes: UnsafePointer<UInt8>, count: Int) {
            let raw = UnsafeRawPointer(bytes)
            let first = raw.loadUnaligned(as: UInt64.self)
            let second = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            let bits = UInt64(truncatingIfNeeded: count) &* 8
            // Smart shifts give 0 for shifts of 64 and more.
            low = UInt64(littleEndian: first) & ~(~0 << bits)
            high = count > 8 ? UInt64(littleEndian: second) & ~(~0 &<< (bits &- 64)) : 0
            high |= UInt64(truncatingIfNeeded: count) &<< 56
        }

        @inline(__always)
        var hash: Int {
            let mixed = (low ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: high ^ 0xE703_7ED1_A0B4_28DB)
            return Int(truncatingIfNeeded: (mixed.high ^ mixed.low) >> 1)
        }
    }

    static let longestWord = 15
    static let mostIds = 4

    private struct Entry {
        var low: UInt64
        var high: UInt64
        /// Unused places hold -1.
        var ids: SIMD4<Int32>
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let mask: Int
    private var newcomers = 0

    /// - Parameter bits: the binary logarithm of the number of places, 64 bytes each.
    init(bits: Int) {
        let count = 2 << bits
        mask = count - 2
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Entry>.stride, alignment: 64)
        entries = bytes.bindMemory(to: Entry.self, capacity: count)
        entries.initialize(repeating: Entry(low: 0, high: 0, ids: SIMD4(repeating: -1)), count: count)
    }

    func deallocate() { entries.deallocate() }

    /// Writes the ids of a known word (four places are overwritten) and returns their number; 0 for a stranger.
    @inline(__always)
    func find(_ key: Key, into ids: UnsafeMutablePointer<Int32>) -> Int {
        var entry = entries + (key.hash & mask)
        if entry.pointee.low != key.low || entry.pointee.high != key.high {
            entry += 1
            guard entry.pointee.low == key.low, entry.pointee.high == key.high else { return 0 }
        }
        let found = entry.pointee.ids
        UnsafeMutableRawPointer(ids).storeBytes(of: found, as: SIMD4<Int32>.self)
        let present = (found &>> 31) &+ 1  // 1 for an id, 0 for -1
        return Int(present.wrappedSum())
    }

    /// So many newcomers have come that more places would serve better.
    var isCrowded: Bool { newcomers > 2 * (mask + 2) }

    /// Remembers a word with 1...4 ids.
    mutating func insert(_ key: Key, ids: UnsafePointer<Int32>, count: Int) {
        guard count > 0, count <= Self.mostIds else { return }
        var found = SIMD4<Int32>(repeating: -1)
        for index in 0..<count { found[index] = ids[index] }
        let entry = entries + (key.hash & mask)
        newcomers += 1
        entry[1] = entry[0]
        entry[0] = Entry(low: key.low, high: key.high, ids: found)
    }
}

/// Words of 16 to 31 bytes with their at most eight ids; a newcomer replaces the word in its place, one cache line.
struct LongWordCache {
    /// The bytes, zero-filled, with their number in the last byte.
    private typealias Key = SIMD4<UInt64>

    static let lengths = 16...31
    static let mostIds = 8

    private struct Entry {
        var key: Key
        /// Unused places hold -1.
        var ids: SIMD8<Int32>
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let mask: Int

    /// - Parameter bits: the binary logarithm of the number of places, 64 bytes each.
    init(bits: Int) {
        mask = 1 << bits - 1
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<Entry>.stride << bits, alignment: 64)
        entries = bytes.bindMemory(to: Entry.self, capacity: 1 << bits)
        entries.initialize(repeating: Entry(key: Key(), ids: SIMD8(repeating: -1)), count: 1 << bits)
    }

    func deallocate() { entries.deallocate() }

    @inline(__always)
    private func key(_ bytes: UnsafePointer<UInt8>, count: Int) -> Key {
        let raw = UnsafeRawPointer(bytes)
        var key = Key()
        for part in 0..<4 {
            key[part] = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: part * 8, as: UInt64.self))
        }
        let bits = UInt64(truncatingIfNeeded: count - 16) &* 8  // 0...120 of the upper half
        // Smart shifts give 0 for shifts of 64 and more.
        key[2] &= ~(~0 << bits)
        key[3] = bits > 64 ? key[3] & ~(~0 << (bits - 64)) : 0
        key[3] |= UInt64(truncatingIfNeeded: count) &<< 56
        return key
    }

    @inline(__always)
    private func place(of key: Key) -> Int {
        let lower = (key[0] ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: key[1] ^ 0xE703_7ED1_A0B4_28DB)
        let upper = (key[2] ^ lower.low).multipliedFullWidth(by: key[3] ^ 0x8EBC_6AF0_9C88_C6E3)
        return Int(truncatingIfNeeded: (upper.high ^ upper.low ^ lower.high) >> 1) & mask
    }

    /// Writes the ids of a known word and returns their number; 0 for a stranger.
    ///
    /// - Parameters:
    ///   - word: `count` (16...31) bytes, readable 32 bytes from their start.
    ///   - ids: has room for the ids of any such word.
    @inline(__always)
    func find(_ word: UnsafePointer<UInt8>, count: Int, into ids: UnsafeMutablePointer<Int32>) -> Int {
        let key = key(word, count: count)
        let entry = entries[place(of: key)]
        guard entry.key == key else { return 0 }
        UnsafeMutableRawPointer(ids).storeBytes(of: entry.ids, as: SIMD8<Int32>.self)
        let present = (entry.ids &>> 31) &+ 1  // 1 for an id, 0 for -1
        return Int(present.wrappedSum())
    }

    /// Remembers a word with 1...8 ids.
    func insert(_ word: UnsafePointer<UInt8>, count: Int, ids: UnsafePointer<Int32>, idCount: Int) {
        guard idCount > 0, idCount <= Self.mostIds else { return }
        let key = key(word, count: count)
        var found = SIMD8<Int32>(repeating: -1)
        for index in 0..<idCount { found[index] = ids[index] }
        entries[place(of: key)] = Entry(key: key, ids: found)
    }
}
