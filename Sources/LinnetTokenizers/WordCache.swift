/// Words of at most 15 bytes with their at most four ids: direct-mapped, a newcomer replaces the resident.
struct WordCache {
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

    /// - Parameter bits: the binary logarithm of the number of entries, 32 bytes each.
    init(bits: Int) {
        mask = (1 << bits) - 1
        entries = .allocate(capacity: mask + 1)
        entries.initialize(repeating: Entry(low: 0, high: 0, ids: SIMD4(repeating: -1)), count: mask + 1)
    }

    func deallocate() { entries.deallocate() }

    /// Writes the ids of a known word (four places are overwritten) and returns their number; 0 for a stranger.
    @inline(__always)
    func find(_ key: Key, into ids: UnsafeMutablePointer<Int32>) -> Int {
        let entry = entries + (key.hash & mask)
        guard entry.pointee.low == key.low, entry.pointee.high == key.high else { return 0 }
        let found = entry.pointee.ids
        UnsafeMutableRawPointer(ids).storeBytes(of: found, as: SIMD4<Int32>.self)
        let present = (found &>> 31) &+ 1  // 1 for an id, 0 for -1
        return Int(present.wrappedSum())
    }

    /// Remembers a word with 1...4 ids.
    func insert(_ key: Key, ids: UnsafePointer<Int32>, count: Int) {
        guard count > 0, count <= Self.mostIds else { return }
        var found = SIMD4<Int32>(repeating: -1)
        for index in 0..<count { found[index] = ids[index] }
        entries[key.hash & mask] = Entry(low: key.low, high: key.high, ids: found)
    }
}
