/// A growing buffer of UTF-8 bytes that may be read 16 bytes past its end.
final class ByteBuffer {
    /// Bytes behind the last one that may always be read (their values are unspecified).
    static let slack = 16

    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int
    var count = 0
    /// How many bytes replacements may fill; see ``append(replacement:for:)``.
    var replacementLimit = Int.max

    init() {
        capacity = 4096
        base = .allocate(capacity: capacity + Self.slack)
        base.initialize(repeating: 0, count: capacity + Self.slack)
    }

    deinit { base.deallocate() }

    /// Makes room for `needed` bytes in all.
    @inline(__always)
    func reserve(_ needed: Int) {
        if needed > capacity { grow(needed) }
    }

    @inline(never)
    private func grow(_ needed: Int) {
        resize(to: max(needed, capacity * 2))
    }

    private func resize(to newCapacity: Int) {
        let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity + Self.slack)
        let kept = min(count, newCapacity)
        fresh.update(from: base, count: kept)
        (fresh + kept).initialize(repeating: 0, count: newCapacity + Self.slack - kept)
        base.deallocate()
        base = fresh
        capacity = newCapacity
        count = kept
    }

    /// Empties the buffer and gives back storage beyond `limit` bytes.
    func reset(keeping limit: Int) {
        count = 0
        if capacity > limit { resize(to: limit) }
    }

    /// Exchanges the contents of two buffers.
    func swapContents(with other: ByteBuffer) {
        (base, other.base) = (other.base, base)
        (capacity, other.capacity) = (other.capacity, capacity)
        (count, other.count) = (other.count, count)
    }

    @inline(__always)
    func append(_ byte: UInt8) {
        reserve(count + 1)
        base[count] = byte
        count += 1
    }

    func append(_ bytes: UnsafePointer<UInt8>, count added: Int) {
        reserve(count + added)
        (base + count).update(from: bytes, count: added)
        count += added
    }

    func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { buffer in
            if let start = buffer.baseAddress { append(start, count: buffer.count) }
        }
    }

    /// Appends a replacement, or what it stands for when it would pass the limit: replacements come from files, and a
    /// dozen of them one after the other make gigabytes of a word.
    func append(replacement: some Collection<UInt8>, for original: some Collection<UInt8>) {
        if count + replacement.count <= replacementLimit {
            for byte in replacement { append(byte) }
        } else {
            for byte in original { append(byte) }
        }
    }

    /// Appends the UTF-8 form of a scalar.
    func append(scalar: UInt32) {
        reserve(count + 4)
        count += UTF8Text.encode(scalar, into: base + count)
    }
}
