/// Keys and values of one attention layer for several sequences: what a causal model remembers between steps.
///
/// Each sequence has a slot of `capacity` rows. Row `slot × capacity + position` holds the keys (values) of all heads at
/// that position, so that ``groupedAttention(_:_:_:heads:keyValueHeads:segments:slidingWindow:scale:dropout:)`` reads the
/// store in place, with `keyStarts` of `slot × capacity`. Nothing here is differentiable.
public final class KeyValueStore {
    /// Number of sequences.
    public let slots: Int
    /// Positions of each slot.
    public let capacity: Int
    /// `[slots × capacity, keyValueHeads × headDim]`; rows that were never written hold no numbers.
    public let keys: Tensor
    /// As ``keys``.
    public let values: Tensor

    /// An empty store; the operating system commits its memory as rows are written.
    ///
    /// - Parameter width: `keyValueHeads × headDim`.
    public init(slots: Int, capacity: Int, width: Int, dtype: DType) {
        self.slots = slots
        self.capacity = capacity
        keys = Tensor(uninitialized: [slots * capacity, width], dtype: dtype)
        values = Tensor(uninitialized: [slots * capacity, width], dtype: dtype)
    }

    /// Writes new rows behind those that each slot holds.
    ///
    /// - Parameters:
    ///   - k: New keys, `[rows, width]`, in the store's type.
    ///   - v: New values, as `k`.
    ///   - offsets: Rows `offsets[i]..<offsets[i + 1]` belong to `slots[i]`.
    ///   - slots: The slots to write to.
    ///   - lengths: Rows that each of these slots holds already.
    public func append(_ k: Tensor, _ v: Tensor, offsets: [Int32], slots: [Int], at lengths: [Int]) {
        require(
            k.columns == keys.columns && k.dtype == keys.dtype && v.shape == k.shape && v.dtype == k.dtype,
            "keys of \(k.shape) \(k.dtype) for a store of \(keys.columns) columns in \(keys.dtype)")
        require(offsets.count == slots.count + 1 && lengths.count == slots.count, "\(slots.count) slots, \(offsets)")
        let line = keys.columns * keys.dtype.byteCount
        for (index, slot) in slots.enumerated() {
            let (first, last) = (Int(offsets[index]), Int(offsets[index + 1]))
            require(
                slot >= 0 && slot < self.slots && lengths[index] >= 0 && first >= 0 && first <= last && last <= k.rows
                    && lengths[index] + last - first <= capacity,
                "rows \(first)..<\(last) at \(lengths[index]) of slot \(slot) of \(self.slots) × \(capacity)")
            let place = (slot * capacity + lengths[index]) * line
            for (store, fresh) in [(keys, k), (values, v)] {
                (store.storage.pointer + place).copyMemory(
                    from: fresh.storage.pointer + first * line, byteCount: (last - first) * line)
            }
        }
    }

    /// Copies the first rows of one slot to another: sequences with the same beginning compute it once.
    public func copyPrefix(from source: Int, to target: Int, length: Int) {
        require(
            (0..<slots).contains(source) && (0..<slots).contains(target) && (0...capacity).contains(length),
            "\(length) rows from slot \(source) to \(target) of \(slots) × \(capacity)")
        guard source != target else { return }
        let line = keys.columns * keys.dtype.byteCount
        for store in [keys, values] {
            (store.storage.pointer + target * capacity * line).copyMemory(
                from: store.storage.pointer + source * capacity * line, byteCount: length * line)
        }
    }
}
