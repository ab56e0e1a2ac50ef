/// Reading and writing scalars of text that is known to be valid UTF-8.
enum UTF8Text {
    /// The scalar at `bytes` and its length. Truncated text (never the case for a `String`) gives U+FFFD.
    @inline(__always)
    static func decode(_ bytes: UnsafePointer<UInt8>, remaining: Int) -> (scalar: UInt32, length: Int) {
        let first = UInt32(bytes[0])
        if first < 0x80 { return (first, 1) }
        if first < 0xE0, remaining >= 2 {
            return ((first & 0x1F) << 6 | UInt32(bytes[1] & 0x3F), 2)
        }
        if first < 0xF0, remaining >= 3 {
            return ((first & 0x0F) << 12 | UInt32(bytes[1] & 0x3F) << 6 | UInt32(bytes[2] & 0x3F), 3)
        }
        if remaining >= 4 {
            let high = (first & 0x07) << 18 | UInt32(bytes[1] & 0x3F) << 12
            return (high | UInt32(bytes[2] & 0x3F) << 6 | UInt32(bytes[3] & 0x3F), 4)
        }
        return (0xFFFD, 1)
    }

    /// The scalar that ends right before `end`, not reaching below `start`.
    static func decodeLast(_ bytes: UnsafePointer<UInt8>, start: Int, end: Int) -> (scalar: UInt32, start: Int) {
        var index = end - 1
        while index > start, bytes[index] & 0xC0 == 0x80 { index -= 1 }
        return (decode(bytes + index, remaining: end - index).scalar, index)
    }

    /// Writes up to four bytes; returns how many.
    @inline(__always)
    static func encode(_ scalar: UInt32, into bytes: UnsafeMutablePointer<UInt8>) -> Int {
        if scalar < 0x80 {
            bytes[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        }
        if scalar < 0x800 {
            bytes[0] = UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
            bytes[1] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 2
        }
        if scalar < 0x10000 {
            bytes[0] = UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
            bytes[1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F)
            bytes[2] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 3
        }
        bytes[0] = UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
        bytes[1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F)
        bytes[2] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F)
        bytes[3] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
        return 4
    }

    /// All scalars of `bytes`.
    static func scalars(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt32] {
        guard let base = bytes.baseAddress else { return [] }
        var output: [UInt32] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let (scalar, length) = decode(base + index, remaining: bytes.count - index)
            output.append(scalar)
            index += length
        }
        return output
    }
}
