/// Eight bytes at once: questions about ASCII text that a table would answer one byte at a time.
///
/// Each answer has the high bit of a byte set where the byte is meant. All of it holds for bytes below 0x80 only;
/// `nonASCII` says which are not.
enum ByteWord {
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    static func load(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    static func store(_ word: UInt64, to bytes: UnsafeMutablePointer<UInt8>) {
        UnsafeMutableRawPointer(bytes).storeBytes(of: word.littleEndian, as: UInt64.self)
    }

    @inline(__always)
    static func repeating(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Bytes in `low...high` (both below 0x80) of a word whose bytes are below 0x80.
    @inline(__always)
    static func inRange(_ word: UInt64, _ low: UInt8, _ high: UInt8) -> UInt64 {
        (word &+ repeating(0x80 &- low)) & ~(word &+ repeating(0x7F &- high)) & highBits
    }

    /// Whether all eight bytes are printable ASCII, the space included.
    @inline(__always)
    static func isPrintable(_ word: UInt64) -> Bool {
        word & highBits == 0 && inRange(word, 0x20, 0x7E) == highBits
    }

    /// The word in lower case, for bytes below 0x80.
    @inline(__always)
    static func lowercased(_ word: UInt64) -> UInt64 {
        word | inRange(word, UInt8(ascii: "A"), UInt8(ascii: "Z")) >> 2
    }

    /// How many bytes from the first on are ASCII letters (0...8).
    @inline(__always)
    static func leadingLetters(_ word: UInt64) -> Int {
        let ascii = word & ~highBits
        let letters = inRange(ascii | repeating(0x20), UInt8(ascii: "a"), UInt8(ascii: "z")) & ~word
        return (~letters & highBits).trailingZeroBitCount >> 3
    }

    /// How many bytes from the first on are ASCII letters or digits (0...8).
    @inline(__always)
    static func leadingAlphanumerics(_ word: UInt64) -> Int {
        let ascii = word & ~highBits
        let letters = inRange(ascii | repeating(0x20), UInt8(ascii: "a"), UInt8(ascii: "z"))
        let digits = inRange(ascii, UInt8(ascii: "0"), UInt8(ascii: "9"))
        return (~((letters | digits) & ~word) & highBits).trailingZeroBitCount >> 3
    }
}
