/// The tokens `<0x00>` to `<0xFF>`, which spell what a vocabulary of text lacks.
struct ByteTokens: Sendable {
    /// -1 for a byte without a token.
    private let ids: [Int32]

    init(_ vocabulary: Vocabulary) {
        ids = (0..<256).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return vocabulary.id(of: Array("<0x\(digits.count < 2 ? "0" : "")\(digits)>".utf8)) ?? -1
        }
    }

    /// Hands out the ids of some bytes; when one has no token, none, and the answer is `false`.
    @inline(__always)
    func spell(_ bytes: UnsafePointer<UInt8>, count: Int, _ output: (Int32) -> Void) -> Bool {
        for offset in 0..<count where ids[Int(bytes[offset])] < 0 { return false }
        for offset in 0..<count { output(ids[Int(bytes[offset])]) }
        return true
    }

    /// The byte that a token such as `<0x0A>` stands for.
    static func byte(of token: some Collection<UInt8>) -> UInt8? {
        let bytes = Array(token)
        guard bytes.count == 6, bytes.starts(with: Array("<0x".utf8)), bytes[5] == UInt8(ascii: ">") else { return nil }
        func digit(_ byte: UInt8) -> UInt8? {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte - UInt8(ascii: "0")
            case UInt8(ascii: "A")...UInt8(ascii: "F"): return byte - UInt8(ascii: "A") + 10
            case UInt8(ascii: "a")...UInt8(ascii: "f"): return byte - UInt8(ascii: "a") + 10
            default: return nil
            }
        }
        guard let low = digit(bytes[4]) else { return nil }
        if bytes[3] == UInt8(ascii: "+") { return low }  // as Rust reads numbers
        return digit(bytes[3]).map { $0 << 4 | low }
    }
}
