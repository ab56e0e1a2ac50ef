import LinnetLayers
import LinnetTensors

/// One forward pass of a decoder: where its rows stand, and what they may look at.
struct CausalPass {
    let batch: CausalBatch
    let dtype: DType
    /// Position of each row in its sequence, the cached tokens counted; −1 for rows of no sequence.
    let positions: [Int32]
    /// Tokens of the longest sequence, the cached ones counted.
    let longest: Int
    /// The rows whose last layer is asked for; `nil` for all.
    let selected: SelectedRows?
    private let cache: KVCache?
    private let segments: AttentionSegments

    /// Whether computing the selected rows alone spares the last layer enough rows to be worth it.
    var sparesRows: Bool {
        selected.map { $0.rows.count + CausalBatch.rowMultiple <= batch.ids.count } ?? false
    }

    /// The rows of the last layer that are computed, and what each group of them sees.
    struct SelectedRows {
        let rows: [Int32]
        let segments: AttentionSegments
    }

    init(_ batch: CausalBatch, cache: KVCache?, selection: LogitSelection, dtype: DType) {
        self.batch = batch
        self.cache = cache
        self.dtype = dtype
        let past = batch.slots.map { cache?.lengths[$0] ?? 0 }
        let totals = zip(past, batch.lengths).map { $0 + $1 }
        longest = totals.max() ?? 0
        var positions = Array(repeating: Int32(-1), count: batch.ids.count)
        for (sequence, start) in past.enumerated() {
            for (step, row) in (batch.offsets[sequence]..<batch.offsets[sequence + 1]).enumerated() {
                positions[Int(row)] = Int32(start + step)
            }
        }
        self.positions = positions
        let starts = cache.map { cache in batch.slots.map { Int32($0 * cache.capacity) } } ?? batch.offsets.dropLast()
        segments = AttentionSegments(
            queryOffsets: batch.offsets, keyStarts: Array(starts), keyCounts: totals.map { Int32($0) }, isCausal: true)
        selected = Self.selection(selection, batch, positions, segments)
    }

    /// `.last` is one query per sequence; of arbitrary rows each is a query of its own, which sees the keys up to itself.
    private static func selection(
        _ selection: LogitSelection, _ batch: CausalBatch, _ positions: [Int32], _ segments: AttentionSegments
    ) -> SelectedRows? {
        let rows: [Int32]
        var (starts, counts) = (segments.keyStarts, segments.keyCounts)
        switch selection {
        case .all: return nil
        case .last: rows = batch.lastRows
        case .rows(let asked):
            rows = asked
            let sequences = asked.map { row in batch.offsets.dropFirst().prefix { $0 <= row }.count }
            starts = sequences.map { $0 < batch.sequenceCount ? segments.keyStarts[$0] : 0 }
            counts = asked.map { positions[Int($0)] + 1 }
        }
        guard rows != Array(0..<Int32(batch.ids.count)) else { return nil }
        return SelectedRows(
            rows: rows,
            segments: AttentionSegments(
                queryOffsets: Array(0...Int32(rows.count)), keyStarts: starts, keyCounts: counts, isCausal: true))
    }

    /// Queries of the rows to compute, and keys and values of all, in one entry of the thread pool where they read the
    /// same rows.
    func project(_ hidden: Tensor, query: Linear, key: Linear, value: Linear, rows: SelectedRows?) -> [Tensor] {
        guard let rows else { return LinnetLayers.project(hidden, query, key, value) }
        return [query(hidden.gatheredRows(rows.rows))] + LinnetLayers.project(hidden, key, value)
    }

    /// Positions of the rows to compute.
    func positions(of rows: SelectedRows?) -> [Int32] {
        rows.map { $0.rows.map { $0 < 0 ? -1 : positions[Int($0)] } } ?? positions
    }

    /// Attention of the rows to compute to everything before them: fresh keys and values, or with those of the cache,
    /// to which they are appended.
    func attention(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, layer: Int, rows: SelectedRows?, _ settings: AttentionSettings
    )
        -> Tensor
    {
        var (keys, values) = (k, v)
        if let cache {
            cache.append(layer: layer, keys: k, values: v, batch: batch)
            (keys, values) = (cache.keys(layer: layer), cache.values(layer: layer))
        }
        return groupedAttention(
            q, keys, values, heads: settings.heads, keyValueHeads: settings.keyValueHeads,
            segments: rows?.segments ?? segments, slidingWindow: settings.slidingWindow, scale: settings.scale,
            dropout: settings.dropout)
    }
}

/// What distinguishes one layer's attention.
struct AttentionSettings: Sendable {
    let heads: Int
    let keyValueHeads: Int
    /// Most keys a query sees, itself counted; `nil` for all before it.
    var slidingWindow: Int?
    /// Factor on the scores; `nil` for `1 / √headDim`.
    var scale: Float?
    var dropout: Float = 0
}
