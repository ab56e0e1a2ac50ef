import Testing

@testable import LinnetRetrieval

@Suite struct CitationCheckTests {
    @Test func citationsOfGivenSourcesStay() {
        let (text, check) = CitationCheck.checked("A [1]. B [2][3], C [1, 3]; D [2-3].", sourceCount: 3)
        #expect(text == "A [1]. B [2][3], C [1, 3]; D [2, 3].")
        #expect(check.cited == [1, 2, 3])
        #expect(check.removed.isEmpty)
    }

    @Test func citationsOfOtherSourcesAreTakenOutAndReported() {
        let (text, check) = CitationCheck.checked("A [4]. B [1, 9] and C [0][2].", sourceCount: 2)
        #expect(text == "A. B [1] and C [2].")
        #expect(check.cited == [1, 2])
        #expect(check.removed == [4, 9, 0])
    }

    @Test func withoutSourcesNoCitationStays() {
        let (text, check) = CitationCheck.checked("Yes [1].", sourceCount: 0)
        #expect(text == "Yes.")
        #expect(check.removed == [1])
    }

    @Test func otherBracketsAreText() {
        let text = "array[i], [x](y), [1.5], [], [ ], [-1], [3-1], [12345678901234567890], 【2】 and an open [1"
        let (result, check) = CitationCheck.checked(text, sourceCount: 2)
        #expect(result == text.replacing("【2】", with: "[2]"))
        #expect(check.cited == [2])
        #expect(check.removed.isEmpty)
    }

    @Test func piecesOfAStreamGiveTheSameText() {
        let text = "First [1] then  [7] and [2, 8], [a] end [3"
        let whole = CitationCheck.checked(text, sourceCount: 2)
        for size in 1...6 {
            var check = CitationCheck(sourceCount: 2)
            var streamed = ""
            var rest = text[...]
            while !rest.isEmpty {
                streamed += check.append(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            streamed += check.finish()
            #expect(streamed == whole.text)
            #expect(check.cited == whole.check.cited && check.removed == whole.check.removed)
        }
    }

    @Test func aCitationQuotesTheNearestSentenceWithItsBytes() throws {
        let text = "Linnet trains adapters. Interrupted runs go on with the resume flag. The weather is fine."
        let chunk = StoredChunk(
            id: 1, documentID: "guide.md", source: "guide.md", metadata: ["year": 2024],
            chunk: Chunk(
                text: text, headings: ["Training"], span: SourceSpan(page: 2, bytes: 100..<(100 + text.utf8.count))))
        let statements = CitedStatements("To go on after an interruption use the resume flag [1]. Enjoy.")
        let citation = statements.citation(1, of: Hit(rank: 3, score: 1, similarity: nil, chunk: chunk))
        #expect(citation.quote == "Interrupted runs go on with the resume flag.")
        #expect(citation.span == SourceSpan(page: 2, bytes: 124..<168))
        #expect(citation.number == 1 && citation.hit == 3)
        #expect(citation.headings == ["Training"])
        #expect(citation.json["page"]?.intValue == 2)
    }

    @Test func aCitationBehindTheFullStopBelongsToTheSentenceBefore() {
        let statements = CitedStatements("Cats purr. [2] Dogs bark [1].")
        #expect(statements.statements[2]?.contains("Cats") == true)
        #expect(statements.statements[1]?.contains("Dogs") == true)
        #expect(statements.statements[1]?.contains("Cats") == false)
    }

    @Test func aRewrittenChunkIsCitedAsAWhole() {
        let chunk = StoredChunk(
            id: 1, documentID: "t.csv#3", source: "t.csv", metadata: [:],
            chunk: Chunk(text: "name: A. colour: red.", span: SourceSpan(bytes: 40..<52)))
        let hit = Hit(rank: 1, score: 1, similarity: nil, chunk: chunk)
        #expect(CitedStatements("Red [1]").citation(1, of: hit).span.bytes == 40..<52)
    }
}
