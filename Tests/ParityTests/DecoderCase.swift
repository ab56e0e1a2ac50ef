import Linnet
import TestSupport

/// A tiny decoder of `Tests/Fixtures/models` with the numbers that transformers computes from it.
struct DecoderCase {
    let golden: Golden
    let model: PretrainedModel<any CausalLanguageModel>
    /// The prompts: the sequences the golden file was computed on.
    let sequences: [[Int32]]
    /// The batch of all of them.
    let batch: CausalBatch

    /// Opens `models/<name>`.
    init(_ name: String) throws {
        golden = try Golden("models/\(name)/golden.safetensors")
        model = try .causal(directory: Fixtures.path("models/\(name)"))
        let offsets = try golden.integers("offsets").map { Int($0) }
        let ids = try golden.integers("ids")
        sequences = zip(offsets, offsets.dropFirst()).map { Array(ids[$0..<$1]) }
        batch = CausalBatch(sequences)
    }

    /// The rows of real tokens; a batch may have more.
    func realRows(_ hidden: Tensor) -> Tensor { hidden.slice(0..<batch.tokenCount) }

    /// Scores of real rows, `[tokens, vocabulary]`.
    func logits(in dtype: DType = .float32) -> Tensor {
        realRows(model.network.logits(batch, cache: nil, rows: .all, dtype: dtype))
    }

    /// The training run of the golden file.
    func training() throws -> GoldenTraining {
        let labels = try golden.integers("labels")
        let parameters = model.store.parameters.map { ($0.name, $0) }
        return GoldenTraining(golden: golden, parameters: Dictionary(uniqueKeysWithValues: parameters)) {
            logits().crossEntropy(labels)
        }
    }

    /// What `generate` appends to each sequence.
    func greedyIds() throws -> [[Int32]] {
        let (ids, shape) = try (golden.integers("greedy"), golden.shape("greedy"))
        return (0..<shape[0]).map { Array(ids[($0 * shape[1])..<(($0 + 1) * shape[1])]) }
    }

    /// Greedy continuations of the prompts, decoded together.
    ///
    /// - Parameter isCached: Whether each step computes the new tokens only, or everything once more.
    func continuations(of prompts: [[Int32]], count: Int, isCached: Bool) -> [[Int32]] {
        let capacity = prompts.map(\.count).reduce(0, max) + count
        let cache = isCached ? model.network.makeCache(slots: prompts.count, capacity: capacity, dtype: .float32) : nil
        var (pending, answers) = (prompts, prompts.map { _ in [Int32]() })
        for _ in 0..<count {
            let logits = withoutGradient {
                model.network.logits(CausalBatch(pending), cache: cache, rows: .last, dtype: .float32)
            }
            let best = bestIds(logits)
            for (index, id) in best.enumerated() { answers[index].append(id) }
            pending = isCached ? best.map { [$0] } : zip(pending, best).map { $0 + [$1] }
        }
        return answers
    }

    private func bestIds(_ logits: Tensor) -> [Int32] {
        let (scores, width) = (logits.floats(), logits.shape[1])
        return (0..<logits.shape[0]).map { row in
            let own = scores[(row * width)..<((row + 1) * width)]
            return Int32((own.indices.max { own[$0] < own[$1] } ?? own.startIndex) - own.startIndex)
        }
    }
}
