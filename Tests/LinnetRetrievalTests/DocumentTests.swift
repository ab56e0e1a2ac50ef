import LinnetFormats
import LinnetRetrieval
import Testing

@Suite struct DocumentTests {
    @Test func aTextFromMemoryIsNamedByItsContent() {
        #expect(Document(text: "abc").id == Document(text: "abc", metadata: ["year": 2020]).id)
        #expect(Document(text: "abc").id != Document(text: "abd").id)
    }

    @Test func metadataValuesKeepTheirKindInJSON() {
        let values: [MetadataValue] = ["wiki", 2020, 0.5, true]
        #expect(values.map(\.json) == [.string("wiki"), .integer(2020), .number(0.5), .bool(true)])
        #expect(values.map(\.json).compactMap(MetadataValue.init(json:)) == values)
        #expect(MetadataValue(json: .null) == nil)
    }

    @Test func aChunkIsSearchedWithItsHeadings() {
        let chunk = Chunk(text: "Use --resume.", headings: ["Training", "Resuming"], span: SourceSpan(bytes: 10..<23))
        #expect(chunk.searchableText == "Training › Resuming\nUse --resume.")
    }
}
