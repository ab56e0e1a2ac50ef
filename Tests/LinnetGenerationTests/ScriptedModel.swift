import LinnetLayers
import LinnetModels
import LinnetTensors

/// A language model without weights: the scores of the next token are a function of every token before it.
///
/// Its keys are the tokens themselves, so a wrong place, a wrong copy or a forgotten truncation of the cache changes
/// what it says.
final class ScriptedModel: CausalLanguageModel {
    let vocabularySize: Int
    let maximumLength: Int
    let hiddenSize = 1
    let layerCount = 1
    let keyValueWidth = 1
    /// Tokens of each forward pass, sequence by sequence.
    private(set) var passes: [[Int]] = []
    /// Which scores each of them was asked for.
    private(set) var demands: [ExactScores] = []
    private let score: (ArraySlice<Int32>, Int) -> [Float]

    init(
        vocabularySize: Int, maximumLength: Int = 512,
        score: @escaping (ArraySlice<Int32>, Int) -> [Float] = ScriptedModel.hashed
    ) {
        self.vocabularySize = vocabularySize
        self.maximumLength = maximumLength
        self.score = score
    }

    /// A model that continues a text over and over.
    static func repeating(_ text: [Int32], vocabularySize: Int, maximumLength: Int = 512) -> ScriptedModel {
        ScriptedModel(vocabularySize: vocabularySize, maximumLength: maximumLength) { history, size in
            var scores = [Float](repeating: 0, count: size)
            scores[Int(text[history.count % text.count])] = 8
            return scores
        }
    }

    /// Scores between −4 and 4 that look random and depend on the whole history.
    static func hashed(_ history: ArraySlice<Int32>, _ vocabularySize: Int) -> [Float] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        for token in history { state = (state ^ UInt64(UInt32(bitPattern: token))) &* 0x0000_0100_0000_01B3 }
        return (0..<vocabularySize).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (Float(state >> 40) / Float(1 << 24) - 0.5) * 8
        }
    }

    /// All tokens computed.
    var tokensComputed: Int { passes.reduce(0) { $0 + $1.reduce(0, +) } }

    func forgetPasses() { passes = [] }

    func logits(
        _ batch: CausalBatch, cache: KVCache?, rows: LogitSelection, exactly demand: ExactScores, dtype: DType
    ) -> Tensor {
        demands.append(demand)
        let store = cache ?? makeCache(slots: batch.sequenceCount, capacity: maximumLength, dtype: .float32)
        passes.append(batch.lengths)
        let tokens = Tensor(batch.ids.map { Float($0) }, shape: [batch.ids.count, 1])
        store.append(layer: 0, keys: tokens, values: tokens, batch: batch)
        let starts = batch.slots.map { store.lengths[$0] }
        store.advance(by: batch)
        let keys = store.keys(layer: 0).floats()
        var all: [[Float]] = Array(repeating: [Float](repeating: 0, count: vocabularySize), count: batch.ids.count)
        for (sequence, slot) in batch.slots.enumerated() {
            for step in 0..<batch.lengths[sequence] {
                let first = slot * store.capacity
                let history = keys[first...(first + starts[sequence] + step)].map { Int32($0) }
                all[Int(batch.offsets[sequence]) + step] = score(history[...], vocabularySize)
            }
        }
        let selected: [Int32]
        switch rows {
        case .all: selected = Array(0..<Int32(all.count))
        case .last: selected = batch.lastRows
        case .rows(let asked): selected = asked
        }
        return Tensor(selected.flatMap { all[Int($0)] }, shape: [selected.count, vocabularySize])
    }

    func hiddenStates(_ batch: CausalBatch, cache: KVCache?, dtype: DType) -> [Tensor] { [] }
}
