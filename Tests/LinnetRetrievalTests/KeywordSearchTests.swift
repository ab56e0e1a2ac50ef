import Foundation
import LinnetRetrieval
import Testing

@Suite struct KeywordSearchTests {
    private func store(_ texts: [String]) throws -> SQLiteStore {
        let store = try StoreSamples.store()
        var change = StoreChange()
        change.documents = texts.enumerated().map {
            StoreSamples.document("d\($0.offset)", [$0.element], seed: $0.offset)
        }
        try store.apply(change)
        return store
    }

    private func found(_ store: SQLiteStore, _ query: String) throws -> [String] {
        try store.chunks(try store.matching([query], count: 10, where: nil)[0].map(\.id)).map(\.documentID)
    }

    @Test func scoresAreThoseOfLucenesBM25() throws {
        // Lengths without stop words: 2, 3, 1.
        let store = try store(["the shock wave", "a wave of waves on boundary", "flutter"])
        let hits = try store.matching(["wave"], count: 10, where: nil)[0]
        let idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5))
        func score(_ frequency: Double, _ length: Double) -> Double {
            idf * frequency / (frequency + 1.5 * (0.25 + 0.75 * length / 2))
        }
        #expect(try store.chunks(hits.map(\.id)).map(\.documentID) == ["d1", "d0"])
        #expect(abs(hits[0].score - score(2, 3)) < 1e-12)
        #expect(abs(hits[1].score - score(1, 2)) < 1e-12)
        // A word that is asked for twice counts twice.
        let twice = try store.matching(["wave waves"], count: 10, where: nil)[0]
        #expect(abs(twice[0].score - 2 * hits[0].score) < 1e-12)
    }

    @Test func wordsMatchByStemWithoutCaseAndAccents() throws {
        let store = try store(["Training RESUMED", "café crème", "state-of-the-art", "x² ПРИВЕТ 東京"])
        #expect(try found(store, "how do I resume a train?") == ["d0"])
        #expect(try found(store, "CAFE") == ["d1"])
        #expect(try found(store, "art") == ["d2"])
        #expect(try found(store, "привет") == ["d3"])
        #expect(try found(store, "東京") == ["d3"])
    }

    @Test func stopWordsAreLeftOutUnlessThereIsNothingElse() throws {
        let store = try store(["to be or not to be", "the wave"])
        #expect(try found(store, "the flutter of a wing") == [])
        #expect(try found(store, "to be") == ["d0"])
        #expect(try found(store, "the wave") == ["d1"])
    }

    @Test(arguments: [
        "", " ", "\"", "\"\"", "wave\"", "\" OR \"", "NEAR(wave shock, 2)", "wave*", "^wave", "text : wave",
        "headings:wave", "{text headings} : wave", "-wave", "+wave", "wave AND", "AND OR NOT", "NOT wave", "(((", ")",
        "wave OR", "'; DROP TABLE keywords; --", "\u{0}wave", "wave\u{0}\"", "\\", "🙂", "\u{301}",
        "wave shock NOT flutter",
        "rank MATCH 'wave'", "keywords", "? ?1 :a @b $c", String(repeating: "(", count: 10_000),
        String(repeating: "wave ", count: 10_000), String(repeating: "w", count: 1_000_000), "\u{FFFF}\u{10FFFF}",
    ])
    func aQueryIsNeverSyntax(query: String) throws {
        let store = try store(["shock wave", "flutter"])
        let hits = try found(store, query)
        #expect(hits.isEmpty || hits == ["d0"] || hits.contains("d0"), "\(hits)")
        #expect(query.lowercased().contains("wave") == hits.contains("d0"))
    }

    @Test func aFilterRestrictsTheRanking() throws {
        let store = try StoreSamples.store()
        var change = StoreChange()
        change.documents = (0..<20).map {
            StoreSamples.document("d\($0)", ["wave"], metadata: ["n": .number(Double($0))], seed: $0)
        }
        try store.apply(change)
        let hits = try store.matching(["wave", "flutter"], count: 3, where: try MetadataFilter(parsing: "n >= 17"))
        #expect(try store.chunks(hits[0].map(\.id)).map(\.documentID) == ["d17", "d18", "d19"])
        #expect(hits[1] == [])
    }

    @Test func headingsAreSearchedToo() throws {
        let store = try StoreSamples.store()
        try store.apply(
            StoreSamples.change(StoreSamples.document("a", ["use the flag"], headings: ["Training", "Resuming a run"])))
        #expect(try store.matching(["resume"], count: 3, where: nil)[0].count == 1)
    }
}
