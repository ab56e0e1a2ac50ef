/// GPT-2's alphabet: every byte as one printable character, so that byte sequences can stand in a vocabulary of text.
///
/// Bytes that are printable in Latin-1 stand for themselves; the other 68 are U+0100 onwards, in order.
enum ByteAlphabet {
    /// The scalar of each byte.
    static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (UInt32(0)..<256).map { byte in
            if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte) {
                return byte
            }
            defer { next += 1 }
            return next
        }
    }()

    private static let bytesOfScalars: [UInt32: UInt8] = Dictionary(
        uniqueKeysWithValues: scalars.enumerated().map { ($1, UInt8(truncatingIfNeeded: $0)) })

    /// The UTF-8 form of the characters that stand for `bytes`.
    static func text(of bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            let scalar = scalars[Int(byte)]
            if scalar < 0x80 {
                output.append(byte)
            } else {
                output.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
                output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
            }
        }
        return output
    }

    /// Appends the bytes that a token stands for; a token with a character outside the alphabet stands for itself.
    static func appendBytes(of token: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        let start = output.count
        for scalar in UTF8Text.scalars(token) {
            guard let byte = bytesOfScalars[scalar] else {
                output.removeSubrange(start...)
                output.append(contentsOf: token)
                return
            }
            output.append(byte)
        }
    }
}
