/// A hash table from the UTF-8 bytes of a key to a place in a list that the owner keeps.
///
/// `Dictionary<String, …>` compares keys by canonical equivalence and would merge distinct tokens and tensor names.
/// The hash is seeded per process, so crafted keys cannot make the table slow.
struct ByteKeyTable: Sendable {
    /// Place plus one; 0 is a free slot. The count is a power of two, at most half of the slots are taken.
    private var slots: [Int] = []

    /// A table of the places `0..<count`, whose keys are all different.
    init(count: Int, keyAt: (Int) -> String) { rebuild(count: count, keyAt) }

    /// The place of `key`.
    func place(of key: String, keyAt: (Int) -> String) -> Int? {
        var slot = ByteKeyTable.hash(key) & (slots.count - 1)
        while slots[slot] != 0 {
            let place = slots[slot] - 1
            if keyAt(place).hasSameBytes(as: key) { return place }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds `place`, the next one after those already here, whose key is not in the table yet.
    mutating func insert(place: Int, keyAt: (Int) -> String) {
        if (place + 1) * 2 > slots.count {
            rebuild(count: place + 1, keyAt)
        } else {
            occupy(place, key: keyAt(place))
        }
    }

    private mutating func rebuild(count: Int, _ keyAt: (Int) -> String) {
        var size = 32
        while size < count * 4 { size *= 2 }
        slots = [Int](repeating: 0, count: size)
        for place in 0..<count { occupy(place, key: keyAt(place)) }
    }

    private mutating func occupy(_ place: Int, key: String) {
        var slot = ByteKeyTable.hash(key) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = place + 1
    }

    private static func hash(_ key: String) -> Int {
        var hasher = Hasher()
        let done: Void? = key.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if done == nil { for byte in key.utf8 { hasher.combine(byte) } }
        return hasher.finalize()
    }
}

extension String {
    /// Whether both texts have the same UTF-8 bytes; `==` would also accept canonically equivalent ones.
    func hasSameBytes(as other: String) -> Bool {
        let quick: Bool?? = utf8.withContiguousStorageIfAvailable { mine in
            other.utf8.withContiguousStorageIfAvailable { theirs in
                mine.count == theirs.count && mine.elementsEqual(theirs)
            }
        }
        if let quick, let same = quick { return same }
        return utf8.elementsEqual(other.utf8)
    }
}
