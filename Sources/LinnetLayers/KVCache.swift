import LinnetTensors

/// Keys and values that a causal model computed already: per layer, and per slot (one running sequence each).
///
/// The memory is reserved at once and touched as tokens arrive. Tokens are appended by a model's forward pass; a slot is
/// cut back by ``truncate(slot:to:)`` and filled from another one by ``copy(slot:to:length:)``, so a prompt that many
/// sequences share is computed once.
public final class KVCache {
    /// Number of sequences held.
    public let slots: Int
    /// Most tokens in a slot.
    public let capacity: Int
    /// Tokens held, per slot.
    public private(set) var lengths: [Int]
    private let stores: [KeyValueStore]

    /// An empty cache.
    ///
    /// - Parameters:
    ///   - layers: Layers of the model.
    ///   - slots: Number of sequences.
    ///   - capacity: Most tokens in each.
    ///   - width: Key-value heads × width of a head.
    ///   - dtype: Type of the activations.
    public init(layers: Int, slots: Int, capacity: Int, width: Int, dtype: DType) {
        self.slots = slots
        self.capacity = capacity
        lengths = Array(repeating: 0, count: slots)
        stores = (0..<layers).map { _ in
            KeyValueStore(slots: slots, capacity: capacity, width: width, dtype: dtype)
        }
    }

    /// Bytes of a cache with these extents; `nil` when they are negative or too large to address.
    public static func byteCount(layers: Int, slots: Int, capacity: Int, width: Int, dtype: DType) -> Int? {
        let rows = slots.multipliedReportingOverflow(by: capacity)
        // A row is found by an Int32.
        guard !rows.overflow, rows.partialValue <= Int(Int32.max) else { return nil }
        var bytes = 2 * dtype.byteCount  // a key and a value
        for extent in [layers, slots, capacity, width] {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            guard !overflow, extent >= 0 else { return nil }
            bytes = product
        }
        return bytes
    }

    /// Number of layers.
    public var layers: Int { stores.count }

    /// Forgets the tokens of a slot from `length` on.
    public func truncate(slot: Int, to length: Int) {
        checkHolds(length, slot: slot)
        lengths[slot] = length
    }

    /// Makes the first `length` tokens of `slot` all that slot `target` holds.
    public func copy(slot: Int, to target: Int, length: Int) {
        checkHolds(length, slot: slot)
        if slot != target {
            for store in stores { store.copyPrefix(from: slot, to: target, length: length) }
        }
        lengths[target] = length
    }

    /// Keys of one layer, token-major: slot `s` begins at row `s × capacity`.
    public func keys(layer: Int) -> Tensor { stores[layer].keys }

    /// Values of one layer, laid out like the keys.
    public func values(layer: Int) -> Tensor { stores[layer].values }

    /// Writes one layer's keys and values of the batch behind what the slots hold; ``advance(by:)`` makes them count.
    ///
    /// - Parameters:
    ///   - keys: `[rows, key-value heads × headDim]`.
    ///   - values: Shaped like `keys`.
    public func append(layer: Int, keys: Tensor, values: Tensor, batch: CausalBatch) {
        for (slot, count) in zip(batch.slots, batch.lengths) {
            precondition(
                lengths[slot] + count <= capacity,
                "\(count) tokens do not fit behind the \(lengths[slot]) of slot \(slot), which has room for \(capacity)"
            )
        }
        stores[layer].append(
            keys, values, offsets: batch.offsets, slots: batch.slots, at: batch.slots.map { lengths[$0] })
    }

    /// Counts the batch's tokens as held, once all layers have appended them.
    public func advance(by batch: CausalBatch) {
        for (slot, count) in zip(batch.slots, batch.lengths) { lengths[slot] += count }
    }

    private func checkHolds(_ length: Int, slot: Int) {
        precondition(
            length >= 0 && length <= lengths[slot], "slot \(slot) holds \(lengths[slot]) tokens, not \(length)")
    }
}
