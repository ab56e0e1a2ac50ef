import Foundation
import LinnetFormats
import LinnetTokenizers
import Testing

@Suite struct CharacterTokenizerTests {
    static let corpus = "to be, or not to be:\r\n\tthat is é e\u{301} 中 😀 \u{0} \"the\" \\question\n\n"

    @Test func everyCharacterIsAToken() throws {
        let tokenizer = try Tokenizer.characters(of: "hello\nworld")
        #expect(tokenizer.vocabularySize == 8)
        #expect(tokenizer.encode("\ndehlorw").ids == [0, 1, 2, 3, 4, 5, 6, 7])
        #expect(tokenizer.encode("hexo").ids == [3, 2, 5])
    }

    @Test func textComesBackExactly() throws {
        let tokenizer = try Tokenizer.characters(of: Self.corpus)
        let ids = tokenizer.encode(Self.corpus).ids
        #expect(ids.count == Self.corpus.unicodeScalars.count)
        #expect(Array(tokenizer.decode(ids).utf8) == Array(Self.corpus.utf8))
        #expect(Array(TokenStreamTests.streamed(ids, tokenizer).utf8) == Array(Self.corpus.utf8))
    }

    @Test func savedFilesOpenAgain() throws {
        let tokenizer = try Tokenizer.characters(of: Self.corpus)
        try TokenizerFixture.withDirectory { directory in
            try tokenizer.save(to: directory)
            let again = try Tokenizer(directory: directory)
            #expect(again.encode(Self.corpus) == tokenizer.encode(Self.corpus))
            #expect(again.vocabularySize == tokenizer.vocabularySize)
        }
    }

    @Test func anEmptyCorpusIsAnError() {
        #expect(throws: TokenizerError.self) { try Tokenizer.characters(of: "") }
    }
}
