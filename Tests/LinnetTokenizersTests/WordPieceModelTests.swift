import Testing

@testable import LinnetTokenizers

@Suite struct WordPieceModelTests {
    func ids(_ word: String, vocabulary: [String], longestWord: Int = 100) throws -> [Int32] {
        let tokens = vocabulary.enumerated().map { (bytes: Array($1.utf8), id: $0) }
        let model = try WordPieceModel(
            vocabulary: Vocabulary(tokens), unknownId: 0, prefix: Array("##".utf8), longestWord: longestWord)
        let session = EncodingSession()
        session.text.append(Array(word.utf8))
        session.reserve(word.utf8.count)
        model.append(session.text.base, count: session.text.count, to: session)
        return Array(UnsafeBufferPointer(start: session.ids, count: session.count))
    }

    @Test func theLimitCountsCharactersNotBytes() throws {
        for letter in ["a", "я", "中", "😀"] {
            let vocabulary = ["[UNK]", letter, "##" + letter]
            let longest = String(repeating: letter, count: 100)
            #expect(try ids(longest, vocabulary: vocabulary) == [1] + [Int32](repeating: 2, count: 99))
            #expect(try ids(longest + letter, vocabulary: vocabulary) == [0])
        }
    }

    @Test func theLongestPieceWinsAndAGapMakesTheWordUnknown() throws {
        let vocabulary = ["[UNK]", "un", "una", "##aff", "##able", "##ff", "##able##"]
        #expect(try ids("unaffable", vocabulary: vocabulary) == [2, 5, 4])
        #expect(try ids("unaff", vocabulary: vocabulary) == [2, 5])
        #expect(try ids("unaffx", vocabulary: vocabulary) == [0])
        #expect(try ids("able", vocabulary: vocabulary) == [0])
        // A word may begin with the prefix itself.
        #expect(try ids("##able", vocabulary: vocabulary) == [4])
    }
}
