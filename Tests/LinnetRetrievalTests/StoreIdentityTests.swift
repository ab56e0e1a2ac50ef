import Foundation
import LinnetRetrieval
import Testing

@Suite struct StoreIdentityTests {
    @Test(arguments: ["digest", "pooling", "dimension"])
    func aStoreRefusesAnotherModel(difference: String) throws {
        let path = try StoreSamples.path()
        try StoreSamples.store(path).apply(StoreSamples.change(StoreSamples.document("a", ["b"])))
        var other = StoreSamples.identity
        other.name = "another"
        switch difference {
        case "digest": other.digest = String(repeating: "2", count: 64)
        case "pooling": other.pooling = "cls"
        default: other.dimension = 16
        }
        let store = try SQLiteStore(path: path)
        let error = #expect(throws: RetrievalError.self) { try store.bind(to: other) }
        #expect(error?.kind == .wrongEmbedder)
        for part in ["tiny", "another", "--store", path] { #expect(error?.description.contains(part) == true) }
        #expect(store.identity == StoreSamples.identity)
    }

    @Test func nameAndRevisionAreShownAndNotCompared() throws {
        let path = try StoreSamples.path()
        try StoreSamples.store(path).apply(StoreSamples.change(StoreSamples.document("a", ["b"])))
        var renamed = StoreSamples.identity
        renamed.name = "/elsewhere/tiny"
        renamed.revision = nil
        let store = try SQLiteStore(path: path)
        try store.bind(to: renamed)
        #expect(store.identity == StoreSamples.identity)
    }

    @Test func aStoreWithoutChunksTakesAnyModel() throws {
        let path = try StoreSamples.path()
        let store = try StoreSamples.store(path)
        var other = StoreSamples.identity
        other.dimension = 4
        try store.bind(to: other)
        #expect(try SQLiteStore(path: path).identity == other)
        other.dimension = 0
        #expect(throws: RetrievalError.self) { try store.bind(to: other) }
    }

    @Test func aModelThatAnotherProcessBoundIsNoticed() throws {
        let path = try StoreSamples.path()
        let mine = try StoreSamples.store(path)
        let theirs = try SQLiteStore(path: path)
        var other = StoreSamples.identity
        other.digest = "3"
        try theirs.bind(to: other)
        try theirs.apply(StoreSamples.change(StoreSamples.document("a", ["b"])))
        let error = #expect(throws: RetrievalError.self) {
            try mine.nearest(to: [StoreSamples.vector(1)], count: 1, where: nil)
        }
        #expect(error?.kind == .wrongEmbedder)
    }
}
