import Foundation
import LinnetFormats
import LinnetModels
import LinnetRetrieval
import LinnetTensors

/// The sentence encoder that belongs to a store: the store remembers its name.
public struct StoreEmbedder {
    /// The encoder.
    public let model: TextEmbedder
    /// What its vectors depend on.
    public let identity: EmbedderIdentity

    /// Loads the encoder of a store.
    ///
    /// - Parameters:
    ///   - store: `nil` for one that has not been made yet.
    ///   - name: A directory or a downloaded model, where the store's own has moved; `nil` is the one the store names.
    ///   - standard: For a store that holds nothing yet; without it such a store is an error.
    ///   - flag: The flag that names an encoder, for errors.
    /// - Throws: `RetrievalError` that says which flag to give, when the encoder is not there or is another one.
    public static func load(
        _ name: String?, for store: (any VectorStore)?, precision: Precision = .bfloat16, standard: String? = nil,
        flag: String = "--model"
    ) throws -> StoreEmbedder {
        let remembered = try store?.note(nameKey) ?? store?.identity?.name
        guard let wanted = name ?? remembered ?? standard else {
            throw RetrievalError(.unavailable, "the store is empty; fill it with: linnet index FILES --store STORE")
        }
        let model: TextEmbedder
        do {
            model = try TextEmbedder(directory: wanted, precision: precision)
        } catch let error as FormatError where error.kind == .notFound && name == nil && remembered != nil {
            throw RetrievalError(
                .unavailable,
                "the store's embedder is not where it was (\(error.description)); say where it is with \(flag) DIR")
        }
        // The digest of unchanged files is known; computing it takes longer than the rest of a search.
        if let store, let known = store.identity,
            try store.note(stampKey) == EmbedderFiles(directory: model.directory).stamp()
        {
            return StoreEmbedder(model: model, identity: known)
        }
        return StoreEmbedder(model: model, identity: try model.identity())
    }

    private static let stampKey = "embedder_files"
    private static let nameKey = "embedder_name"

    /// Notes in the store where its encoder is, and the state of the files whose digest it has.
    func remember(in store: any VectorStore) throws {
        try store.setNote(Self.nameKey, model.name)
        try store.setNote(Self.stampKey, try EmbedderFiles(directory: model.directory).stamp())
    }
}
