import Foundation
import LinnetRetrieval
import Testing

@Suite struct RetrieverTests {
    /// Texts with vectors in the plane, so that every ranking can be worked out by hand.
    private static let corpus: [(id: String, source: String, text: String, angle: Double)] = [
        ("a", "one.md", "resume a run with the flag", 0), ("b", "one.md", "resume resume a run", 5),
        ("c", "one.md", "checkpoints are written", 10), ("d", "two.md", "resume", 60), ("e", "two.md", "flutter", 90),
    ]

    private static func vector(_ degrees: Double) -> [Float] {
        [Float(cos(degrees * .pi / 180)), Float(sin(degrees * .pi / 180))]
    }

    private func store() throws -> SQLiteStore {
        let store = try SQLiteStore(path: ":memory:")
        var identity = StoreSamples.identity
        identity.dimension = 2
        try store.bind(to: identity)
        var change = StoreChange()
        change.documents = Self.corpus.map { entry in
            IndexedDocument(
                document: Document(id: entry.id, text: entry.text, source: entry.source, metadata: ["n": 1]),
                fingerprint: "",
                chunks: [Chunk(text: entry.text, headings: ["H"], span: SourceSpan(bytes: 0..<entry.text.utf8.count))],
                vectors: [Self.vector(entry.angle)])
        }
        try store.apply(change)
        return store
    }

    private func options(_ mode: RetrievalMode, _ change: (inout RetrievalOptions) -> Void = { _ in })
        -> RetrievalOptions
    {
        var options = RetrievalOptions()
        options.mode = mode
        change(&options)
        return options
    }

    /// Every query points along the x axis.
    private func retriever(
        _ store: SQLiteStore, rerank: ((String, [String]) throws -> [Double])? = nil
    ) -> Retriever {
        Retriever(store: store, embed: { $0.map { _ in Self.vector(0) } }, rerank: rerank)
    }

    @Test func denseRanksBySimilarity() throws {
        let hits = try retriever(store()).retrieve(["x"], options: options(.dense) { $0.topK = 3 })[0]
        #expect(hits.map(\.chunk.documentID) == ["a", "b", "c"])
        #expect(hits.map(\.rank) == [1, 2, 3])
        #expect(hits.map(\.source) == ["one.md", "one.md", "one.md"])
        #expect(hits[1].metadata == ["n": 1])
        for (hit, degrees) in zip(hits, [0.0, 5, 10]) {
            #expect(abs(hit.score - cos(degrees * .pi / 180)) < 1e-6)
            #expect(hit.similarity == hit.score)
        }
    }

    @Test func keywordsNeedNoEmbedder() throws {
        struct NotCalled: Error {}
        let retriever = Retriever(store: try store(), embed: { _ in throw NotCalled() })
        let hits = try retriever.retrieve(["how to resume?", "flutter", "nothing"], options: options(.bm25))
        #expect(hits.map { $0.map(\.chunk.documentID) } == [["b", "d", "a"], ["e"], []])
        #expect(hits[0].allSatisfy { $0.similarity == nil && $0.score > 0 })
        #expect(throws: NotCalled.self) { try retriever.retrieve(["x"], options: options(.hybrid)) }
    }

    @Test func hybridFusesReciprocalRanks() throws {
        // Dense: a b c d e. Words for "resume": b d a.
        let hits = try retriever(store()).retrieve(["resume"], options: options(.hybrid) { $0.topK = 10 })[0]
        #expect(hits.map(\.chunk.documentID) == ["b", "a", "d", "c", "e"])
        let ranks: [[Double]] = [[2, 1], [1, 3], [4, 2], [3], [5]]
        for (hit, ranks) in zip(hits, ranks) {
            let score = ranks.reduce(0.0) { $0 + 1.0 / (60.0 + $1) }
            #expect(abs(hit.score - score) < 1e-12)
        }
        let similarity = try #require(hits.last?.similarity)
        #expect(abs(similarity) < 1e-6)
    }

    @Test func diversityPrefersWhatIsNotThereYet() throws {
        let diverse = try retriever(store()).retrieve(
            ["x"],
            options: options(.dense) {
                $0.topK = 2
                $0.diversity = 0.3
            })[0]
        // 0.3 · cos − 0.7 · cos is largest for the smallest cosine: e.
        #expect(diverse.map(\.chunk.documentID) == ["a", "e"])
        let plain = try retriever(store()).retrieve(["x"], options: options(.dense) { $0.diversity = 1 })[0]
        #expect(plain.map(\.chunk.documentID) == ["a", "b", "c", "d", "e"])
    }

    @Test func oneSourceDoesNotCrowdOutTheOthers() throws {
        let hits = try retriever(store()).retrieve(
            ["x"],
            options: options(.dense) {
                $0.topK = 3
                $0.maximumPerSource = 1
            })[0]
        #expect(hits.map(\.chunk.documentID) == ["a", "d"])
        #expect(hits.map(\.rank) == [1, 2])
    }

    @Test func aRerankerHasTheLastWord() throws {
        let retriever = retriever(try store()) { query, texts in
            #expect(query == "x" && texts.allSatisfy { $0.hasPrefix("H\n") })
            return texts.map { Double($0.count) / 100 }
        }
        let hits = try retriever.retrieve(
            ["x"],
            options: options(.dense) {
                $0.topK = 2
                $0.rerank = true
            })[0]
        #expect(hits.map(\.chunk.documentID) == ["a", "c"])
        #expect(hits[0].score == 0.28)
        #expect(hits[0].similarity == 1)
        let broken = self.retriever(try store()) { _, _ in [1] }
        #expect(throws: RetrievalError.self) {
            try broken.retrieve(["x"], options: options(.dense) { $0.rerank = true })
        }
    }

    @Test func filtersHoldInEveryMode() throws {
        let filter = try MetadataFilter(parsing: "source = 'two.md'")
        for mode in RetrievalMode.allCases {
            let hits = try retriever(store()).retrieve(
                ["resume flutter"], options: options(mode) { $0.filter = filter })[0]
            #expect(Set(hits.map(\.chunk.documentID)) == ["d", "e"], "\(mode)")
        }
    }

    @Test func optionsThatMakeNoSenseAreRefused() throws {
        let retriever = retriever(try store())
        let broken: [(inout RetrievalOptions) -> Void] = [
            { $0.topK = 0 }, { $0.topK = -1 }, { $0.candidates = 0 }, { $0.diversity = 1.5 }, { $0.diversity = .nan },
            { $0.reciprocalRankConstant = -1 }, { $0.reciprocalRankConstant = .nan }, { $0.maximumPerSource = 0 },
            { $0.rerank = true },
        ]
        for change in broken {
            let error = #expect(throws: RetrievalError.self) {
                try retriever.retrieve(["x"], options: options(.hybrid, change))
            }
            #expect(error?.kind == .invalid)
        }
        #expect(try retriever.retrieve([], options: options(.hybrid)) == [])
        #expect(try retriever.retrieve(["x"], options: options(.hybrid) { $0.topK = .max })[0].count == 5)
    }
}
