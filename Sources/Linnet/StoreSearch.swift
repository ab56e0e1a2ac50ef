import LinnetRetrieval
import LinnetTensors

/// Searches a store with its own embedder, which is loaded when the first query needs it: what `linnet search` does.
public final class StoreSearch {
    private let retriever: Retriever

    /// A search in an open store.
    ///
    /// - Parameters:
    ///   - embedder: The store's encoder where it has moved; `nil` is where the store remembers it.
    ///   - reranker: A classifier of pairs.
    /// - Throws: `ModelError` or `FormatError` for a reranker that cannot be loaded.
    public init(
        store: any VectorStore, embedder: String? = nil, reranker: String? = nil, precision: Precision = .bfloat16
    ) throws {
        let reranker = try reranker.map { try Reranker(directory: $0, precision: precision) }
        var loaded: TextEmbedder?
        retriever = Retriever(
            store: store,
            embed: { texts in
                if let loaded { return try loaded.unitVectors(texts) }
                let own = try StoreEmbedder.load(embedder, for: store, precision: precision, flag: "--embedder")
                try store.bind(to: own.identity)
                loaded = own.model
                return try own.model.unitVectors(texts)
            },
            rerank: reranker?.ranking)
    }

    /// The chunks that answer each query best.
    ///
    /// - Throws: `RetrievalError`, also when the embedder is not there or is another than the store's.
    public func retrieve(_ queries: [String], options: RetrievalOptions) throws -> [[Hit]] {
        try retriever.retrieve(queries, options: options)
    }
}
