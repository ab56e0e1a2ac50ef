import Foundation
import LinnetRetrieval
import Testing

@Suite struct StoreChangeTests {
    @Test func aDocumentReplacesTheOneWithItsID() throws {
        let store = try StoreSamples.store()
        try store.apply(StoreSamples.change(StoreSamples.document("a", ["old words", "older words"], seed: 1)))
        try store.apply(StoreSamples.change(StoreSamples.document("a", ["new text"], seed: 2, fingerprint: "g")))
        #expect(try store.counts() == (documents: 1, chunks: 1))
        #expect(try store.fingerprint(ofDocument: "a") == "g")
        #expect(try store.matching(["words"], count: 5, where: nil) == [[]])
        #expect(try store.matching(["text"], count: 5, where: nil)[0].count == 1)
        #expect(try store.nearest(to: [StoreSamples.vector(1_000)], count: 5, where: nil)[0].count == 1)
        try store.check()
    }

    @Test func ofADocumentGivenTwiceTheLastOneStays() throws {
        let store = try StoreSamples.store()
        try store.apply(
            StoreSamples.change(StoreSamples.document("a", ["first"]), StoreSamples.document("a", ["second"])))
        #expect(try store.counts() == (documents: 1, chunks: 1))
        #expect(try store.matching(["first", "second"], count: 5, where: nil).map(\.count) == [0, 1])
        try store.check()
    }

    @Test func deletingOneOfTwoEqualTextsKeepsTheTwin() throws {
        let store = try StoreSamples.store()
        try store.apply(
            StoreSamples.change(
                StoreSamples.document("a", ["same words"], seed: 7), StoreSamples.document("b", ["same words"], seed: 7)
            ))
        _ = try store.nearest(to: [StoreSamples.vector(7_000)], count: 1, where: nil)
        var change = StoreChange()
        change.removedDocuments = ["a"]
        try store.apply(change)
        for hits in [
            try store.nearest(to: [StoreSamples.vector(7_000)], count: 5, where: nil),
            try store.matching(["same"], count: 5, where: nil),
        ] {
            #expect(try store.chunks(hits[0].map(\.id)).map(\.documentID) == ["b"])
        }
        try store.check()
    }

    @Test func aForgottenFileTakesItsDocumentsWithIt() throws {
        let store = try StoreSamples.store()
        var change = StoreSamples.change(
            StoreSamples.document("t.csv#1", ["one"], source: "t.csv"),
            StoreSamples.document("t.csv#2", ["two"], source: "t.csv"),
            StoreSamples.document("u", ["three"], source: "u"))
        change.completedSources = ["t.csv": "1", "u": "2"]
        try store.apply(change)
        #expect(try store.documents(ofSource: "t.csv") == ["t.csv#1": "f", "t.csv#2": "f"])
        var removal = StoreChange()
        removal.removedSources = ["t.csv"]
        try store.apply(removal)
        #expect(try store.counts() == (documents: 1, chunks: 1))
        #expect(try store.sources(under: "") == ["u": "2"])
        try store.check()
    }

    @Test func aFileWhoseDocumentsChangeIsIncompleteUntilItIsCompletedAgain() throws {
        let store = try StoreSamples.store()
        var change = StoreSamples.change(StoreSamples.document("t#1", ["one"], source: "t"))
        change.completedSources = ["t": "1"]
        try store.apply(change)
        try store.apply(StoreSamples.change(StoreSamples.document("t#2", ["two"], source: "t")))
        #expect(try store.sources(under: "") == [:])
        change.completedSources = ["t": "2"]
        try store.apply(change)
        #expect(try store.sources(under: "") == ["t": "2"])
    }

    @Test func aPrefixIsNoPattern() throws {
        let store = try StoreSamples.store()
        var change = StoreChange()
        change.completedSources = ["docs/a%b.md": "1", "docs/axb.md": "2", "docs_old/a.md": "3", "é/a": "4"]
        try store.apply(change)
        #expect(try store.sources(under: "docs/") == ["docs/a%b.md": "1", "docs/axb.md": "2"])
        #expect(try store.sources(under: "docs/a%") == ["docs/a%b.md": "1"])
        #expect(try store.sources(under: "é/") == ["é/a": "4"])
        #expect(try store.sources(under: "").count == 4)
    }

    @Test func hostileTextsComeBackUnchanged() throws {
        let store = try StoreSamples.store()
        let texts = [
            "'); DROP TABLE chunks; --", "nul \u{0} inside", "é and e\u{301}", "", "\u{FEFF}mark", "🇩🇪👩‍👩‍👧",
            "\" OR keywords : *", String(repeating: "long ", count: 50_000),
        ]
        let id = "id '\"\u{0}\n"
        try store.apply(
            StoreSamples.change(
                StoreSamples.document(
                    id, texts, source: "a'b", metadata: ["k'\"]": "v\u{0}'", "": 1, "$.x[0]": false],
                    headings: ["\"quoted\"", "a\nb", "\u{1}"])))
        let hits = try store.nearest(to: [StoreSamples.vector(1)], count: 10, where: nil)
        let chunks = try store.chunks(hits[0].map(\.id)).sorted { $0.id < $1.id }
        #expect(chunks.map { Array($0.chunk.text.utf8) } == texts.map { Array($0.utf8) })
        #expect(chunks.allSatisfy { $0.documentID == id && $0.chunk.headings == ["\"quoted\"", "a\nb", "\u{1}"] })
        #expect(chunks.first?.metadata == ["k'\"]": "v\u{0}'", "": 1, "$.x[0]": false])
        try store.check()
    }

    @Test(arguments: [
        ([Float.nan, 1, 1, 1, 1, 1, 1, 1] as [Float], "nan at place 1"),
        ([1, -Float.infinity, 1, 1, 1, 1, 1, 1], "-inf at place 2"),
        ([Float](repeating: 0, count: 8), "is zero"), ([Float](repeating: 1e-40, count: 8), "between 1e-15 and 1e15"),
        ([Float](repeating: 1e30, count: 8), "between 1e-15 and 1e15"),
        ([1, 2] as [Float], "has 2 numbers; tiny makes 8"),
    ])
    func aVectorThatCannotBeSearchedIsRefused(vector: [Float], reason: String) throws {
        let store = try StoreSamples.store()
        var document = StoreSamples.document("doc", ["one", "two"])
        document.vectors[1] = vector
        let error = #expect(throws: RetrievalError.self) {
            try store.apply(StoreSamples.change(StoreSamples.document("good", ["x"]), document))
        }
        #expect(error?.kind == .invalid)
        #expect(error?.description.contains("'doc', chunk 2") == true)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        #expect(try store.counts() == (documents: 0, chunks: 0))
    }

    @Test func whatDoesNotFitTogetherIsRefused() throws {
        let store = try StoreSamples.store()
        var document = StoreSamples.document("doc", ["one", "two"])
        document.vectors.removeLast()
        #expect(throws: RetrievalError.self) { try store.apply(StoreSamples.change(document)) }
        let endless = StoreSamples.document("doc", ["one"], metadata: ["x": .number(.infinity)])
        #expect(throws: RetrievalError.self) { try store.apply(StoreSamples.change(endless)) }
        let unbound = try SQLiteStore(path: ":memory:")
        #expect(throws: RetrievalError.self) {
            try unbound.apply(StoreSamples.change(StoreSamples.document("a", ["b"])))
        }
        #expect(try store.counts() == (documents: 0, chunks: 0))
    }
}
