import Foundation
import LinnetRetrieval

/// Stores and documents for tests.
enum StoreSamples {
    static let dimension = 8
    static let identity = EmbedderIdentity(
        name: "tiny", revision: "abc", digest: String(repeating: "1", count: 64), pooling: "mean", dimension: dimension)

    /// A path that does not exist yet, in a directory of its own.
    static func path() throws -> String {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "linnet-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory.appendingPathComponent("store.db").path
    }

    /// An empty store bound to the tiny model.
    static func store(_ path: String = ":memory:") throws -> SQLiteStore {
        let store = try SQLiteStore(path: path, createIfMissing: true)
        try store.bind(to: identity)
        return store
    }

    /// A vector of length 1 that is a function of the seed.
    static func vector(_ seed: Int, dimension: Int = dimension) -> [Float] {
        var state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        let values = (0..<dimension).map { _ -> Float in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int64(bitPattern: state >> 11) % 2_001 - 1_000) / 1_000 + 0.0005
        }
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / length }
    }

    /// A document of one chunk for each text; vectors are functions of seed and place.
    static func document(
        _ id: String, _ texts: [String], source: String? = nil, metadata: [String: MetadataValue] = [:], seed: Int = 0,
        fingerprint: String = "f", headings: [String] = [], page: Int? = nil
    ) -> IndexedDocument {
        IndexedDocument(
            document: Document(id: id, text: texts.joined(separator: "\n"), source: source, metadata: metadata),
            fingerprint: fingerprint,
            chunks: texts.map {
                Chunk(text: $0, headings: headings, span: SourceSpan(page: page, bytes: 0..<$0.utf8.count))
            },
            vectors: texts.indices.map { vector(seed * 1_000 + $0) })
    }

    static func change(_ documents: IndexedDocument...) -> StoreChange {
        var change = StoreChange()
        change.documents = documents
        return change
    }
}
