import Testing

@testable import LinnetTokenizers

@Suite struct VocabularyTests {
    @Test func everyTokenIsFoundAndNothingElse() throws {
        let tokens = (0..<5000).map { (bytes: Array("token\($0 * 7)".utf8), id: $0 * 3) }
        let vocabulary = try Vocabulary(tokens)
        #expect(vocabulary.count == 5000)
        #expect(vocabulary.bound == 4999 * 3 + 1)
        for (bytes, id) in tokens {
            #expect(vocabulary.id(of: bytes) == Int32(id))
            #expect(vocabulary.bytes(of: id).map { Array($0) } == bytes)
        }
        for number in 0..<5000 where number % 7 != 0 {
            #expect(vocabulary.id(of: Array("token\(number)".utf8)) == nil)
        }
        #expect(vocabulary.bytes(of: 1) == nil)
        #expect(vocabulary.bytes(of: -1) == nil)
        #expect(vocabulary.bytes(of: vocabulary.bound) == nil)
        #expect(vocabulary.id(of: []) == nil)
    }

    @Test func gapsAreAllowedUpToALimit() throws {
        let byte: [UInt8] = [1]
        #expect(try Vocabulary([(byte, 65_551)]).bound == 65_552)
        #expect(throws: Vocabulary.Failure.self) { try Vocabulary([(byte, 65_552)]) }
        #expect(throws: Vocabulary.Failure.self) { try Vocabulary([(byte, -1)]) }
        #expect(throws: Vocabulary.Failure.self) { try Vocabulary([(byte, 0), ([2], 0)]) }
    }
}
