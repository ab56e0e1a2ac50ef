/// Characters that carry text or change its order and that nobody sees.
///
/// Tag characters (U+E0000 to U+E007F, but for those of a flag emoji), zero width space and word joiner, the invisible
/// operators, byte order marks inside of a text, and overrides of the writing direction. Joiners (U+200C, U+200D) and
/// variation selectors, which scripts and emoji need, are not among them.
public enum HiddenText {
    /// Whether a scalar is one of them, given the one before it.
    static func isHidden(_ value: UInt32, isInFlag: Bool) -> Bool {
        switch value {
        case 0x200B, 0x2060...0x2064, 0xFEFF, 0x180E, 0x202A...0x202E, 0x2066...0x2069: true
        case 0xE0000...0xE007F: !isInFlag
        default: false
        }
    }

    /// Whether a part of valid UTF-8 holds any of them.
    static func isPresent(in bytes: [UInt8], _ range: Range<Int>) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            var isInFlag = false
            var place = range.lowerBound
            while place < range.upperBound {
                if buffer[place] < 0xE1 {
                    isInFlag = false
                    place += buffer[place] < 0x80 ? 1 : UTF8Scalar(buffer, at: place).length
                    continue
                }
                let scalar = UTF8Scalar(buffer, at: place)
                if let value = scalar.value {
                    if isHidden(value, isInFlag: isInFlag) { return true }
                    isInFlag = value == 0x1F3F4 || (isInFlag && (0xE0000...0xE007F).contains(value))
                }
                place += scalar.length
            }
            return false
        }
    }

    /// The text without them, and whether there were any.
    static func removed(from bytes: [UInt8]) -> (bytes: [UInt8], isFound: Bool) {
        guard isPresent(in: bytes, 0..<bytes.count) else { return (bytes, false) }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        bytes.withUnsafeBufferPointer { buffer in
            var isInFlag = false
            var place = 0
            while place < buffer.count {
                let scalar = UTF8Scalar(buffer, at: place)
                let value = scalar.value ?? 0xFFFD
                if !isHidden(value, isInFlag: isInFlag) {
                    kept.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[place..<(place + scalar.length)]))
                }
                isInFlag = value == 0x1F3F4 || (isInFlag && (0xE0000...0xE007F).contains(value))
                place += scalar.length
            }
        }
        return (kept, true)
    }
}
