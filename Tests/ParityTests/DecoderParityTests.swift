import Linnet
import TestSupport
import Testing

@Suite struct DecoderParityTests {
    private static let models = ["gpt2", "llama", "mistral", "qwen2", "qwen3"]
    private static let newTokens = 64

    @Test(arguments: models)
    func everyHiddenStateMatchesTransformers(name: String) throws {
        let decoder = try DecoderCase(name)
        let states = decoder.model.network.hiddenStates(decoder.batch, cache: nil, dtype: .float32)
        #expect(states.count == decoder.golden.names(under: "hidden.").count)
        for (layer, state) in states.enumerated() {
            let expected = try decoder.golden.tensor("hidden.\(layer)")
            expectClose(decoder.realRows(state), expected, "hidden states after layer \(layer)")
        }
    }

    @Test(arguments: models)
    func logitsAndLossMatchTransformers(name: String) throws {
        let decoder = try DecoderCase(name)
        let logits = decoder.logits()
        expectClose(logits, try decoder.golden.tensor("logits"), tolerance: .logits, "logits")
        let loss = logits.crossEntropy(try decoder.golden.integers("labels"))
        expectClose(loss, try decoder.golden.tensor("loss"), "loss")
    }

    @Test(arguments: models)
    func everyGradientMatchesTransformers(name: String) throws {
        try DecoderCase(name).training().expectGradients()
    }

    @Test(arguments: models)
    func tenStepsOfAdamWMatchTransformers(name: String) throws {
        try DecoderCase(name).training().expectTenSteps()
    }

    @Test(arguments: models)
    func bfloat16StaysNearFloat32(name: String) throws {
        let decoder = try DecoderCase(name)
        let logits = decoder.logits(in: .bfloat16).converted(to: .float32)
        let expected = try decoder.golden.tensor("logits")
        let distance = zip(logits.floats(), expected.floats()).map { ($0 - $1).magnitude }.reduce(0, +)
        let size = expected.floats().map(\.magnitude).reduce(0, +)
        #expect(distance < 0.03 * size, "bf16 is \(distance / size) away")
    }

    @Test(arguments: models, [true, false])
    func greedyIdsMatchTransformersAlone(name: String, isCached: Bool) throws {
        let decoder = try DecoderCase(name)
        for (prompt, expected) in zip(decoder.sequences, try decoder.greedyIds()) {
            let found = decoder.continuations(of: [prompt], count: Self.newTokens, isCached: isCached)
            #expect(found == [expected])
        }
    }

    @Test(arguments: models, [true, false])
    func greedyIdsMatchTransformersInABatch(name: String, isCached: Bool) throws {
        let decoder = try DecoderCase(name)
        let found = decoder.continuations(of: decoder.sequences, count: Self.newTokens, isCached: isCached)
        #expect(found == (try decoder.greedyIds()))
    }

    @Test(arguments: models)
    func selectedRowsAreTheRowsOfAllLogits(name: String) throws {
        let decoder = try DecoderCase(name)
        let network = decoder.model.network
        let rows: [Int32] = [38, 0, 9, 8, 20, 33]
        let whole = withoutGradient { decoder.logits() }.gatheredRows(rows)
        let early = withoutGradient { network.logits(decoder.batch, cache: nil, rows: .rows(rows), dtype: .float32) }
        expectClose(early, whole, "rows computed alone")
        let late = network.logits(decoder.batch, cache: nil, rows: .rows(rows), dtype: .float32)
        expectClose(late, whole, "rows selected after a recorded pass")
        let cache = network.makeCache(slots: 4, capacity: 24, dtype: .float32)
        let cached = network.logits(decoder.batch, cache: cache, rows: .rows(rows), dtype: .float32)
        expectClose(cached, whole, "rows computed alone over a cache")
        let last = withoutGradient { network.logits(decoder.batch, cache: nil, rows: .last, dtype: .float32) }
        expectClose(last, withoutGradient { decoder.logits() }.gatheredRows(decoder.batch.lastRows), "last rows")
    }

    @Test(arguments: models)
    func aPromptInPiecesAndASharedPrefixGiveTheSameLogits(name: String) throws {
        let decoder = try DecoderCase(name)
        let network = decoder.model.network
        let prompt = decoder.sequences[2]
        let whole = withoutGradient {
            network.logits(CausalBatch([prompt]), cache: nil, rows: .last, dtype: .float32)
        }
        let cache = network.makeCache(slots: 3, capacity: 32, dtype: .float32)
        let other = CausalBatch([decoder.sequences[0], Array(prompt[..<20])], slots: [2, 0])
        _ = network.logits(other, cache: cache, rows: .last, dtype: .float32)
        #expect(cache.lengths == [20, 0, 9])
        cache.copy(slot: 0, to: 1, length: 15)
        cache.truncate(slot: 0, to: 18)
        let rest = CausalBatch([Array(prompt[15...]), Array(prompt[18...])], slots: [1, 0])
        let both = network.logits(rest, cache: cache, rows: .last, dtype: .float32)
        #expect(cache.lengths == [24, 24, 9])
        for row in 0..<2 { expectClose(both.slice(row..<(row + 1)), whole, "continuation \(row)") }
    }
}
