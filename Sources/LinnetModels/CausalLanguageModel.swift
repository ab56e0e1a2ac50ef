import LinnetLayers
import LinnetTensors

/// A decoder that predicts the next token: token ids to one score per vocabulary entry.
public protocol CausalLanguageModel: AnyObject {
    /// Number of rows of the word embedding.
    var vocabularySize: Int { get }
    /// Most tokens in one sequence, prompt and answer together.
    var maximumLength: Int { get }
    /// Width of the hidden states.
    var hiddenSize: Int { get }
    /// Number of layers.
    var layerCount: Int { get }
    /// Width of one token's keys in a cache: key-value heads × width of a head.
    var keyValueWidth: Int { get }
    /// Logits of the selected rows, `[rows, vocabulary]`, computed in `dtype`; themselves in `float32` where the head is
    /// packed and nothing is recorded.
    ///
    /// - Parameters:
    ///   - batch: The new tokens; see ``check(_:cache:)`` for tokens that come from outside.
    ///   - cache: `nil` computes whole sequences from position 0, differentiably; otherwise the batch continues what the
    ///     slots hold, is appended to them, and nothing is recorded.
    ///   - rows: Which rows to compute the last layer and the head for.
    ///   - demand: Which of the logits are read closely.
    func logits(
        _ batch: CausalBatch, cache: KVCache?, rows: LogitSelection, exactly demand: ExactScores, dtype: DType
    ) -> Tensor
    /// What each layer reads, `[tokens, hidden]`, and the normed output of the last: `layers + 1` tensors.
    func hiddenStates(_ batch: CausalBatch, cache: KVCache?, dtype: DType) -> [Tensor]
}

extension CausalLanguageModel {
    /// Logits of the selected rows, all of them as exact as the weights.
    public func logits(_ batch: CausalBatch, cache: KVCache?, rows: LogitSelection, dtype: DType) -> Tensor {
        logits(batch, cache: cache, rows: rows, exactly: .all, dtype: dtype)
    }

    /// An empty cache for this model.
    public func makeCache(slots: Int, capacity: Int, dtype: DType) -> KVCache {
        KVCache(layers: layerCount, slots: slots, capacity: capacity, width: keyValueWidth, dtype: dtype)
    }

    /// An empty cache that takes no more memory than allowed.
    ///
    /// - Throws: `ModelError` with the size that was asked for when it exceeds `maximumBytes`.
    public func makeCache(slots: Int, capacity: Int, dtype: DType, maximumBytes: Int) throws -> KVCache {
        let bytes = KVCache.byteCount(
            layers: layerCount, slots: slots, capacity: capacity, width: keyValueWidth, dtype: dtype)
        guard let bytes, bytes <= maximumBytes, slots > 0, capacity > 0 else {
            let asked = bytes.map { "needs \($0 >> 20) MiB" } ?? "has no possible size"
            throw ModelError(
                "a cache of \(slots) sequences of \(capacity) tokens \(asked), \(maximumBytes >> 20) MiB are allowed; "
                    + "use fewer or shorter sequences")
        }
        return makeCache(slots: slots, capacity: capacity, dtype: dtype)
    }

    /// Checks what a forward pass takes for granted.
    ///
    /// - Throws: `ModelError` when an id is outside the vocabulary, a sequence outgrows the model or its slot, or two
    ///   sequences share a slot.
    public func check(_ batch: CausalBatch, cache: KVCache?) throws {
        if let id = batch.ids.prefix(batch.tokenCount).first(where: { $0 < 0 || Int($0) >= vocabularySize }) {
            throw ModelError(
                "token id \(id): the model's vocabulary has \(vocabularySize) entries; does the tokenizer fit the model?"
            )
        }
        guard Set(batch.slots).count == batch.sequenceCount else {
            throw ModelError("\(batch.sequenceCount) sequences need as many different slots, found \(batch.slots)")
        }
        for (slot, length) in zip(batch.slots, batch.lengths) {
            if let cache, slot < 0 || slot >= cache.slots {
                throw ModelError("slot \(slot): the cache has \(cache.slots)")
            }
            let total = length + (cache?.lengths[slot] ?? 0)
            guard total <= min(maximumLength, cache?.capacity ?? maximumLength) else {
                let room = cache.map { ", the cache \($0.capacity)" } ?? ""
                throw ModelError("a sequence of \(total) tokens: the model takes at most \(maximumLength)\(room)")
            }
        }
    }
}
