import LinnetTraining
import Testing

@Suite struct CyclicChecksumTests {
    // The vectors of RFC 3720, appendix B.4, and the customary check string.
    @Test func theVectorsOfTheStandardHold() {
        #expect(CyclicChecksum(of: Array("123456789".utf8)).value == 0xE306_9283)
        #expect(CyclicChecksum(of: [UInt8](repeating: 0, count: 32)).value == 0x8A91_36AA)
        #expect(CyclicChecksum(of: [UInt8](repeating: 0xFF, count: 32)).value == 0x62A8_AB43)
        #expect(CyclicChecksum(of: (0..<32).map { UInt8($0) }).value == 0x46DD_794E)
        #expect(CyclicChecksum().hexadecimal == "00000000")
    }

    @Test func piecesAddUpToTheWhole() {
        let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 * 73) }
        for cut in [0, 1, 7, 8, 9, 63, 100] {
            var checksum = CyclicChecksum()
            Array(bytes[..<cut]).withUnsafeBytes { checksum.update($0) }
            Array(bytes[cut...]).withUnsafeBytes { checksum.update($0) }
            #expect(checksum.value == CyclicChecksum(of: bytes).value, "cut at \(cut)")
        }
    }
}
