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

    /// How many of the first bytes no further byte can change: all but a character at the end that is valid so far.
    static func completePrefix(of bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let place = bytes.count - length
            let first = bytes[place]
            if first & 0xC0 == 0x80 { continue }
            let needed = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
            guard needed > length else { return bytes.count }
            if length > 1 {
                // The second byte must be one that may stand behind the first.
                let second = bytes[place + 1]
                let isPossible: Bool
                switch first {
                case 0xE0: isPossible = second >= 0xA0
                case 0xED: isPossible = second < 0xA0
                case 0xF0: isPossible = second >= 0x90
                case 0xF4: isPossible = second < 0x90
                default: isPossible = true
                }
                guard isPossible else { return bytes.count }
            }
            return place
        }
        return bytes.count
    }

    /// Whether some bytes are UTF-8.
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var index = 0
        let count = bytes.count
        while index < count {
            while count - index >= 8, ByteWord.load(base + index) & ByteWord.highBits == 0 { index += 8 }
            guard index < count else { return true }
            let first = base[index]
            if first < 0x80 {
                index += 1
                continue
            }
            let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
            guard length > 0, count - index >= length else { return false }
            for offset in 1..<length where base[index + offset] & 0xC0 != 0x80 { return false }
            let scalar = decode(base + index, remaining: length).scalar
            let isLongest = length == 2 || scalar >= (length == 3 ? 0x800 : 0x10000)
            guard isLongest, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else { return false }
            index += length
        }
        return true
    }
}
