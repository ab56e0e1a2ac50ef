import Foundation
import LinnetRetrieval
import Testing

@Suite struct SQLiteStoreTests {
    @Test func whatWasAppliedIsThereAfterReopening() throws {
        let path = try StoreSamples.path()
        do {
            let store = try StoreSamples.store(path)
            var change = StoreSamples.change(
                StoreSamples.document(
                    "a.md", ["shock waves", "boundary layers"], source: "a.md",
                    metadata: ["year": 1958, "draft": true, "kind": "report"], seed: 1, headings: ["One", "Two"],
                    page: 3))
            change.completedSources = ["a.md": "digest"]
            try store.apply(change)
        }
        let store = try SQLiteStore(path: path)
        #expect(store.identity == StoreSamples.identity)
        #expect(try store.counts() == (documents: 1, chunks: 2))
        #expect(try store.sources(under: "a") == ["a.md": "digest"])
        #expect(try store.sources(under: "b") == [:])
        #expect(try store.documents(ofSource: "a.md") == ["a.md": "f"])
        #expect(try store.fingerprint(ofDocument: "a.md") == "f")
        #expect(try store.fingerprint(ofDocument: "b.md") == nil)
        let hits = try store.nearest(to: [StoreSamples.vector(1_001)], count: 1, where: nil)
        let chunk = try #require(try store.chunks(hits[0].map(\.id)).first)
        #expect(chunk.chunk.text == "boundary layers")
        #expect(chunk.chunk.headings == ["One", "Two"])
        #expect(chunk.chunk.span == SourceSpan(page: 3, bytes: 0..<15))
        #expect(chunk.metadata == ["year": 1958, "draft": true, "kind": "report"])
        #expect(chunk.source == "a.md")
        #expect(try store.vectors([chunk.id]) == [StoreSamples.vector(1_001)])
    }
}
