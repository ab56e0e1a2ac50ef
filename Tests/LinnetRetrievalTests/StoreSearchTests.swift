import Foundation
import LinnetRetrieval
import Testing

@Suite struct StoreSearchTests {
    /// 300 documents of one chunk in 24 dimensions, some removed and replaced after the codes were loaded.
    private func filled() throws -> (store: SQLiteStore, vectors: [String: [Float]]) {
        let store = try SQLiteStore(path: ":memory:")
        var identity = StoreSamples.identity
        identity.dimension = 24
        try store.bind(to: identity)
        var vectors: [String: [Float]] = [:]
        func document(_ number: Int, seed: Int) -> IndexedDocument {
            let vector = StoreSamples.vector(seed, dimension: 24).map { $0 * Float(1 + number % 5) }
            vectors["d\(number)"] = vector
            return IndexedDocument(
                document: Document(id: "d\(number)", text: "t", metadata: ["group": .number(Double(number % 3))]),
                fingerprint: "f", chunks: [Chunk(text: "t", span: SourceSpan(bytes: 0..<1))], vectors: [vector])
        }
        var change = StoreChange()
        change.documents = (0..<300).map { document($0, seed: $0) }
        try store.apply(change)
        _ = try store.nearest(to: [vectors["d0"] ?? []], count: 1, where: nil)
        change.documents = (100..<120).map { document($0, seed: 1_000 + $0) }
        change.removedDocuments = (0..<50).map { "d\($0)" }
        for id in change.removedDocuments { vectors[id] = nil }
        try store.apply(change)
        return (store, vectors)
    }

    @Test(arguments: [nil, "group = 1", "group = 7", "not group = 1"])
    func nearestEqualsComparingWithEveryVector(filter: String?) throws {
        let (store, vectors) = try filled()
        let queries = (0..<5).map { StoreSamples.vector(5_000 + $0, dimension: 24) }
        let found = try store.nearest(to: queries, count: 10, where: filter.map { try MetadataFilter(parsing: $0) })
        for (query, hits) in zip(queries, found) {
            let expected = vectors.filter { id, _ in
                let group = (Int(id.dropFirst()) ?? 0) % 3
                return switch filter {
                case "group = 1": group == 1
                case "group = 7": false
                case "not group = 1": group != 1
                default: true
                }
            }.map { id, vector in (id: id, score: zip(query, vector).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }) }
                .sorted { $0.score > $1.score }.prefix(10)
            #expect(try store.chunks(hits.map(\.id)).map(\.documentID) == expected.map(\.id))
            for (hit, other) in zip(hits, expected) { #expect(abs(hit.score - other.score) < 1e-9) }
        }
        try store.check()
    }

    @Test func aQueryThatIsNoVectorOfTheStoreIsRefused() throws {
        let (store, _) = try filled()
        for query in [[1, 2], [Float](repeating: .nan, count: 24), [Float](repeating: 0, count: 24)] {
            let error = #expect(throws: RetrievalError.self) { try store.nearest(to: [query], count: 1, where: nil) }
            #expect(error?.kind == .invalid)
        }
    }

    @Test func strangeCountsAreNoTrap() throws {
        let (store, vectors) = try filled()
        let query = StoreSamples.vector(1, dimension: 24)
        #expect(try store.nearest(to: [query], count: 0, where: nil) == [[]])
        #expect(try store.nearest(to: [query], count: -3, where: nil) == [[]])
        #expect(try store.nearest(to: [query], count: .max, where: nil)[0].count == vectors.count)
        #expect(try store.nearest(to: [], count: 5, where: nil) == [])
        #expect(try store.matching(["t"], count: .max, where: nil)[0].count == vectors.count)
        #expect(try StoreSamples.store().nearest(to: [StoreSamples.vector(1)], count: 3, where: nil) == [[]])
        #expect(throws: RetrievalError.self) { try store.chunks([999_999]) }
        #expect(throws: RetrievalError.self) { try store.vectors([-1]) }
    }

    @Test func aReaderSeesWhatAnotherConnectionWrote() throws {
        let path = try StoreSamples.path()
        let writer = try StoreSamples.store(path)
        try writer.apply(
            StoreSamples.change(StoreSamples.document("a", ["x"], seed: 1), StoreSamples.document("b", ["x"], seed: 2)))
        let reader = try SQLiteStore(path: path)
        func found(_ store: SQLiteStore) throws -> Set<String> {
            let dense = try store.nearest(to: [StoreSamples.vector(5)], count: 10, where: nil)[0].map(\.id)
            let words = try store.matching(["x"], count: 10, where: nil)[0].map(\.id)
            #expect(Set(dense) == Set(words))
            return Set(try store.chunks(dense).map(\.documentID))
        }
        #expect(try found(reader) == ["a", "b"])
        #expect(try found(writer) == ["a", "b"])
        // Both write by turns: each must follow the other, also in what it then writes itself.
        var change = StoreSamples.change(StoreSamples.document("c", ["x"], seed: 3))
        change.removedDocuments = ["a"]
        try writer.apply(change)
        change = StoreSamples.change(StoreSamples.document("d", ["x"], seed: 4))
        change.removedDocuments = ["b"]
        try reader.apply(change)
        #expect(try found(reader) == ["c", "d"])
        #expect(try found(writer) == ["c", "d"])
        try writer.check()
    }

    @Test func readingTogetherIsOneSnapshotAndWritersWaitForIt() throws {
        let path = try StoreSamples.path()
        try StoreSamples.store(path).apply(StoreSamples.change(StoreSamples.document("a", ["x"], seed: 1)))
        let reader = try SQLiteStore(path: path)
        let writer = try SQLiteStore(path: path, patience: 0.05)
        try reader.reading { () throws in
            #expect(try reader.counts().documents == 1)
            let error = #expect(throws: RetrievalError.self) {
                try writer.apply(StoreSamples.change(StoreSamples.document("b", ["x"])))
            }
            #expect(error?.kind == .busy)
            #expect(try reader.counts().documents == 1)
        }
        try writer.apply(StoreSamples.change(StoreSamples.document("b", ["x"])))
        #expect(try reader.counts().documents == 2)
    }
}
