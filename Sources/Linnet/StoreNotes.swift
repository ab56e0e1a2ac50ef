import LinnetFormats
import LinnetRetrieval

extension AnswerThreshold {
    private static let noteKey = "answer_threshold"

    /// Measures the threshold of a store and keeps it there.
    static func calibrate(_ store: any VectorStore, embed: ([String]) throws -> [[Float]]) throws {
        let threshold = try calibrated(on: store, embed: embed)
        try store.setNote(noteKey, threshold?.json.text())
    }

    /// The threshold that was measured on the store; `nil` if none was.
    public static func kept(in store: any VectorStore) throws -> AnswerThreshold? {
        try store.note(noteKey).flatMap { AnswerThreshold(json: try JSON.parse(Array($0.utf8), path: "store")) }
    }
}

extension ChunkSettings {
    private static let noteKey = "chunks"

    /// How the documents of a store are cut; `nil` for a new store.
    static func kept(in store: any VectorStore) throws -> ChunkSettings? {
        guard let note = try store.note(noteKey) else { return nil }
        let json = try JSON.parse(Array(note.utf8), path: "store")
        guard let tokens = json["tokens"]?.intValue, let overlap = json["overlap"]?.intValue else { return nil }
        return ChunkSettings(tokens: tokens, overlap: overlap)
    }

    /// Keeps the settings for the next time.
    func keep(in store: any VectorStore) throws {
        let json = JSON.object(["tokens": JSON(tokens), "overlap": JSON(overlap)])
        try store.setNote(Self.noteKey, json.text())
    }
}
