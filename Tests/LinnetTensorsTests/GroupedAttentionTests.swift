import LinnetTensors
import TestSupport
import Testing

/// A case of `Tests/Fixtures/goldens/causal_operations.py`.
struct GroupedCase: Sendable, CustomTestStringConvertible {
    let name: String
    let heads: Int
    let keyValueHeads: Int
    var window: Int?

    var testDescription: String { name }

    static let all = [
        GroupedCase(name: "grouped", heads: 4, keyValueHeads: 2),
        GroupedCase(name: "grouped_window", heads: 6, keyValueHeads: 2, window: 5),
        GroupedCase(name: "grouped_suffix", heads: 6, keyValueHeads: 2),
        GroupedCase(name: "grouped_suffix_window", heads: 5, keyValueHeads: 1, window: 3),
        GroupedCase(name: "grouped_long", heads: 2, keyValueHeads: 1),
        GroupedCase(name: "grouped_long_window", heads: 2, keyValueHeads: 1, window: 33),
    ]
}

@Suite struct GroupedAttentionTests {
    private let golden: Golden

    init() throws { golden = try Golden("causal_operations.safetensors") }

    @Test(arguments: GroupedCase.all, [(DType.float32, Tolerance.float32), (.bfloat16, .bfloat16Model)])
    func valuesAndGradientsMatchPyTorch(of test: GroupedCase, in precision: (DType, Tolerance)) throws {
        let (dtype, tolerance) = precision
        let parts = ["query", "key", "value"]
        let leaves = try parts.map { try golden.tensor("\(test.name).\($0)", requiresGradient: true) }
        let output = try attention(test, leaves.map { $0.converted(to: dtype) })
        output.backward(gradient: try golden.tensor("\(test.name).upstream"))
        expectClose(output, try golden.tensor("\(test.name).output"), tolerance: tolerance, "output")
        for (part, leaf) in zip(parts, leaves) {
            let expected = try golden.tensor("\(test.name).gradient.\(part)")
            expectClose(leaf.gradient, expected, tolerance: tolerance, "gradient of \(part)")
        }
    }

    /// Of whole segments, and of their last queries one to eight at a time: the path of decoding.
    @Test(arguments: GroupedCase.all, [(DType.float32, Tolerance.float32), (.bfloat16, .bfloat16Model)])
    func fewQueriesWithoutGradientMatchPyTorch(of test: GroupedCase, in precision: (DType, Tolerance)) throws {
        let (dtype, tolerance) = precision
        let inputs = try ["query", "key", "value"].map {
            try golden.tensor("\(test.name).\($0)").converted(to: dtype)
        }
        let expected = try golden.tensor("\(test.name).output")
        expectClose(try attention(test, inputs), expected, tolerance: tolerance, "all")
        let queryOffsets = try golden.integers("\(test.name).queryOffsets")
        let keyOffsets = try golden.integers("\(test.name).keyOffsets")
        for most in [1, 3, 8] as [Int32] {
            let counts = zip(queryOffsets.dropFirst(), queryOffsets).map { min($0 - $1, most) }
            let rows = zip(queryOffsets.dropFirst(), counts).flatMap { ($0 - $1)..<$0 }
            let offsets = counts.reduce(into: [Int32(0)]) { $0.append(($0.last ?? 0) + $1) }
            let output = groupedAttention(
                inputs[0].gatheredRows(rows), inputs[1], inputs[2], heads: test.heads,
                keyValueHeads: test.keyValueHeads,
                segments: AttentionSegments(queryOffsets: offsets, keyOffsets: keyOffsets),
                slidingWindow: test.window)
            expectClose(output, expected.gatheredRows(rows), tolerance: tolerance, "last \(most)")
        }
    }

    @Test func groupedHeadsEqualRepeatedOnesUnderDropout() throws {
        let inputs = try ["query", "key", "value"].map { try golden.tensor("grouped_long.\($0)") }
        let segments = AttentionSegments(queryOffsets: [0, 150], keyOffsets: [0, 150])
        func run(_ k: Tensor, _ v: Tensor, keyValueHeads: Int) -> Tensor {
            withDropout(from: RandomStream(seed: 5, step: 1)) {
                groupedAttention(
                    inputs[0], k, v, heads: 2, keyValueHeads: keyValueHeads, segments: segments, dropout: 0.3)
            }
        }
        let repeated = inputs[1...].map { Tensor.concatenated([$0, $0], axis: 1) }
        let grouped = run(inputs[1], inputs[2], keyValueHeads: 1)
        expectClose(grouped, run(repeated[0], repeated[1], keyValueHeads: 2), "output")
        #expect(grouped.floats() != run(inputs[1] * 0, inputs[2], keyValueHeads: 1).floats())
    }

    /// With a value of its own for each key the output shows which weights were dropped.
    @Test func aSlidingWindowDropsTheSameWeights() {
        let count = 160
        var identity = [Float](repeating: 0, count: count * count)
        for key in 0..<count { identity[key * count + key] = 1 }
        let (zeros, values) = (Tensor.zeros([count, count]), Tensor(identity, shape: [count, count]))
        let segments = AttentionSegments(queryOffsets: [0, Int32(count)], keyOffsets: [0, Int32(count)])
        func weights(window: Int?) -> [Float] {
            withDropout(from: RandomStream(seed: 9, step: 2)) {
                groupedAttention(
                    zeros, zeros, values, heads: 1, keyValueHeads: 1, segments: segments, slidingWindow: window,
                    dropout: 0.5)
            }.floats()
        }
        let (all, windowed) = (weights(window: nil), weights(window: 22))
        let wrong = (0..<(count * count)).filter { place in
            let (query, key) = (place / count, place % count)
            return (windowed[place] != 0) != (all[place] != 0 && key > query - 22)
        }
        #expect(wrong == [])
    }

    @Test func keysThatNoSegmentHoldsGetNoGradient() throws {
        let q = Tensor((0..<12).map { Float($0) / 7 }, shape: [3, 4], requiresGradient: true)
        let k = Tensor((0..<24).map { Float($0 % 5) }, shape: [6, 4], requiresGradient: true)
        let v = Tensor((0..<24).map { Float($0 % 7) }, shape: [6, 4], requiresGradient: true)
        let segments = AttentionSegments(
            queryOffsets: [0, 1, 3], keyStarts: [1, 4], keyCounts: [2, 1], isCausal: false)
        let output = groupedAttention(q, k, v, heads: 2, keyValueHeads: 2, segments: segments)
        output.sum().backward()
        let gradient = try #require(v.gradient?.floats())
        for row in 0..<6 {
            let isSeen = [1, 2, 4].contains(row)
            #expect(gradient[(row * 4)..<(row * 4 + 4)].contains { $0 != 0 } == isSeen, "row \(row)")
        }
        let same = groupedAttention(
            q.gatheredRows([0]).detached(), k.slice(1..<3).detached(), v.slice(1..<3).detached(), heads: 2,
            keyValueHeads: 2, segments: AttentionSegments(queryOffsets: [0, 1], keyOffsets: [0, 2], isCausal: false))
        expectClose(output.slice(0..<1), same, "first segment")
    }

    private func attention(_ test: GroupedCase, _ inputs: [Tensor]) throws -> Tensor {
        let segments = try AttentionSegments(
            queryOffsets: golden.integers("\(test.name).queryOffsets"),
            keyOffsets: golden.integers("\(test.name).keyOffsets"))
        return groupedAttention(
            inputs[0], inputs[1], inputs[2], heads: test.heads, keyValueHeads: test.keyValueHeads, segments: segments,
            slidingWindow: test.window)
    }
}
