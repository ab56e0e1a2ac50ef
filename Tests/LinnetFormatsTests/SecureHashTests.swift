import Testing

@testable import LinnetFormats

@Suite("SecureHash")
struct SecureHashTests {
    @Test func hashesLikeTheStandardsSay() throws {
        #expect(SHA256.hexadecimal(of: [UInt8]()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256.hexadecimal(of: Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        var million = SHA256()
        for _ in 0..<1_000 { [UInt8](repeating: 0x61, count: 1_000).withUnsafeBytes { million.update($0) } }
        #expect(million.finish() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        #expect(LoopbackHub.gitHash([]) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
        #expect(LoopbackHub.gitHash(Array("hello\n".utf8)) == "ce013625030ba8dba906f756967f9e9ca394464a")
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        for split in 0..<bytes.count {
            var hash = SHA256()
            bytes[..<split].withUnsafeBytes { hash.update($0) }
            bytes[split...].withUnsafeBytes { hash.update($0) }
            #expect(hash.finish() == SHA256.hexadecimal(of: bytes))
        }
    }
}
