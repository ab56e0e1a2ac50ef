/// A trie over the bytes of a vocabulary's tokens, which finds all tokens at one place of a text in one walk.
final class PieceTrie: Sendable {
    private struct Slot {
        /// Node and byte; 0 for a free slot.
        var key: UInt64
        var child: Int32
    }

    private let mask: Int
    private let seed: UInt64
    nonisolated(unsafe) private let slots: UnsafeMutablePointer<Slot>
    /// The id of the token that ends at each node; -1 for none. The root is node 1.
    private let ids: [Int32]

    /// - Parameter tokens: bytes and ids; of equal tokens the last one counts.
    init(_ tokens: [(bytes: [UInt8], id: Int32)]) {
        let edges = tokens.reduce(0) { $0 + $1.bytes.count }
        var slotCount = 64
        while slotCount < edges * 2 { slotCount *= 2 }
        mask = slotCount - 1
        seed = UInt64.random(in: 1...UInt64.max)
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: Slot(key: 0, child: 0), count: slotCount)
        var ids: [Int32] = [-1, -1]
        for token in tokens {
            var node: Int32 = 1
            for byte in token.bytes {
                let key = Self.key(node, byte)
                var index = Self.place(key, seed) & mask
                while slots[index].key != 0, slots[index].key != key { index = (index + 1) & mask }
                if slots[index].key == 0 {
                    slots[index] = Slot(key: key, child: Int32(clamping: ids.count))
                    ids.append(-1)
                }
                node = slots[index].child
            }
            ids[Int(node)] = token.id
        }
        self.ids = ids
    }

    deinit { slots.deallocate() }

    @inline(__always)
    private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
        UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
    }

    @inline(__always)
    private static func place(_ key: UInt64, _ seed: UInt64) -> Int {
        let mixed = (key ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: (mixed.high ^ mixed.low) >> 1)
    }

    /// Calls `body` with id and length of every token that `bytes` begin with, the shortest first.
    @inline(__always)
    func forEachPrefix(of bytes: UnsafePointer<UInt8>, count: Int, _ body: (Int32, Int) -> Void) {
        var node: Int32 = 1
        for offset in 0..<count {
            let key = Self.key(node, bytes[offset])
            var index = Self.place(key, seed) & mask
            while slots[index].key != key {
                guard slots[index].key != 0 else { return }
                index = (index + 1) & mask
            }
            node = slots[index].child
            let id = ids[Int(node)]
            if id >= 0 { body(id, offset + 1) }
        }
    }
}
