import Testing

@testable import LinnetTokenizers

@Suite struct BertNormalizerTests {
    static func bytes(_ text: String, _ body: (UnsafeBufferPointer<UInt8>, ByteBuffer) -> Void) -> [UInt8] {
        let output = ByteBuffer()
        Array(text.utf8).withUnsafeBufferPointer { body($0, output) }
        return Array(UnsafeBufferPointer(start: output.base, count: output.count))
    }

    /// The fast way over bytes against the definition over scalars, for every scalar beside ASCII of every length.
    @Test func theFastWayIsTheDefinition() {
        for flags in 0..<16 {
            let normalizer = BertNormalizer(
                cleansText: flags & 1 == 1, separatesIdeographs: flags & 2 == 2, stripsAccents: flags & 4 == 4,
                lowercases: flags & 8 == 8)
            var text = ""
            // Every scalar of the first planes in steps that hit every block, with ASCII runs of changing length.
            for code in stride(from: UInt32(1), to: 0x20000, by: 7 + flags) {
                guard let scalar = Unicode.Scalar(code) else { continue }
                text.unicodeScalars.append(scalar)
                text += String("Abc XYZ 123 [`{@".prefix(Int(code) % 17))
                if code % 50 == 0 {
                    let fast = Self.bytes(text) { normalizer.normalize($0, into: $1) }
                    let plain = Self.bytes(text) { normalizer.normalizeByScalars($0, into: $1) }
                    #expect(fast == plain, "flags \(flags), up to U+\(String(code, radix: 16))")
                    text = ""
                }
            }
        }
    }

    @Test func marksThatNormalFormsMoveAreMoved() {
        let normalizer = BertNormalizer(
            cleansText: true, separatesIdeographs: true, stripsAccents: true, lowercases: true)
        // Two spacing marks of classes 226 and 216: the lower class comes first.
        let result = Self.bytes("A\u{1D16D}\u{1D165}") { normalizer.normalize($0, into: $1) }
        #expect(result == Array("a\u{1D165}\u{1D16D}".utf8))
    }
}
