import Testing

@testable import LinnetTensors

/// Compares gradients from the tape with central differences, for a function of several inputs to a scalar.
private func expectMatchesFiniteDifferences(
    _ inputs: [(values: [Float], shape: [Int])], tolerance: Float = 2e-2, _ function: ([Tensor]) -> Tensor
) {
    let leaves = inputs.map { Tensor($0.values, shape: $0.shape, requiresGradient: true) }
    function(leaves).backward()
    let step: Float = 1e-2
    for (number, input) in inputs.enumerated() {
        let gradient = leaves[number].gradient?.floats() ?? []
        #expect(gradient.count == input.values.count, "input \(number) has no gradient")
        for place in gradient.indices {
            func value(_ change: Float) -> Float {
                let changed = inputs.enumerated().map { other, original in
                    var values = original.values
                    if other == number { values[place] += change }
                    return Tensor(values, shape: original.shape)
                }
                return withoutGradient { function(changed).item() }
            }
            let numeric = (value(step) - value(-step)) / (2 * step)
            #expect(
                abs(numeric - gradient[place]) <= tolerance * max(1, abs(numeric)),
                "input \(number), element \(place): tape \(gradient[place]), differences \(numeric)")
        }
    }
}

private func numbers(_ count: Int, seed: UInt64, offset: Float = 0) -> [Float] {
    var generator = RandomNumbers(seed: seed)
    return (0..<count).map { _ in Float(generator.normal()) + offset }
}

@Suite struct GradientTapeTests {
    @Test func gradientsOfArithmeticMatchFiniteDifferences() {
        expectMatchesFiniteDifferences([
            (numbers(6, seed: 1), [2, 3]), (numbers(3, seed: 2, offset: 4), [3]),
        ]) { ($0[0] * $0[1] + $0[0] / $0[1] - $0[1]).squared().sum() }
    }

    @Test func gradientsOfReductionsAndLayoutMatchFiniteDifferences() {
        expectMatchesFiniteDifferences([(numbers(12, seed: 3), [2, 3, 2])]) { input in
            let x = input[0]
            let mixed = Tensor.concatenated([x.transposed(0, 2).reshaped([2, 6]), x.reshaped([2, 6])], axis: 1)
            return (mixed.slice(1..<9, axis: 1).squared().mean(axis: 1)).sum()
        }
    }

    @Test func gradientsOfRaggedAttentionMatchFiniteDifferences() {
        let (width, rows) = (8, 6)
        let offsets: [Int32] = [0, 2, 3, 5]  // Row 5 belongs to no segment.
        expectMatchesFiniteDifferences([
            (numbers(rows * width, seed: 4), [rows, width]), (numbers(rows * width, seed: 5), [rows, width]),
            (numbers(rows * width, seed: 6), [rows, width]),
        ]) {
            let weights = Tensor((0..<(rows * width)).map { Float($0 % 5) - 2 }, shape: [rows, width])
            return
                (raggedAttention($0[0], $0[1], $0[2], heads: 2, queryOffsets: offsets, keyOffsets: offsets)
                * weights).sum()
        }
    }

    @Test func gradientsOfLowRankUpdateMatchFiniteDifferences() {
        expectMatchesFiniteDifferences([
            (numbers(10, seed: 7), [2, 5]), (numbers(6, seed: 8), [2, 3]), (numbers(6, seed: 9), [2, 3]),
            (numbers(10, seed: 10), [5, 2]),
        ]) { $0[0].addingLowRank(of: $0[1], a: $0[2], b: $0[3], scale: 0.5).squared().sum() }
    }

    @Test func gradientsAddUpOverUsesAndBackwardPasses() {
        let x = Tensor([2], shape: [1], requiresGradient: true)
        (x * x + x).sum().backward()
        #expect(x.gradient?.floats() == [5])
        (x * 3).sum().backward()
        #expect(x.gradient?.floats() == [8])
    }

    @Test func nothingIsRecordedWithoutGradient() {
        let x = Tensor([2], shape: [1], requiresGradient: true)
        #expect(withoutGradient { (x * x).requiresGradient } == false)
        #expect((x * x).requiresGradient)
    }

    @Test func frozenParametersGetNoGradient() {
        let weight = Parameter(name: "w", values: Tensor([1, 2], shape: [1, 2]))
        let frozen = Parameter(name: "f", values: Tensor([3, 4], shape: [1, 2]), isTrainable: false)
        let x = Tensor([1, 1], shape: [1, 2])
        (x.linear(weight.tensor()) + x.linear(frozen.tensor())).sum().backward()
        #expect(weight.gradient?.floats() == [1, 1])
        #expect(frozen.gradient == nil)
    }

    @Test func aRepeatedStepAllocatesNothingNew() {
        let weight = Parameter(name: "w", values: Tensor(numbers(64 * 64, seed: 11), shape: [64, 64]))
        func step() {
            let x = Tensor(numbers(16 * 64, seed: 12), shape: [16, 64])
            x.linear(weight.tensor(as: .float32)).gelu().squared().sum().backward()
            weight.clearGradient()
        }
        step()
        let before = CachingAllocator.shared.freshAllocations
        for _ in 0..<3 { step() }
        // Other tests run beside this one and share the allocator; a leak would show once per step and operation.
        #expect(CachingAllocator.shared.freshAllocations - before < 200)
    }
}
