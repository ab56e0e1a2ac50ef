import Testing

@testable import LinnetTensors

@Suite struct AdamWTests {
    private func table() -> Parameter {
        var numbers = RandomNumbers(seed: 3)
        return Parameter(name: "table", values: Tensor((0..<40).map { _ in Float(numbers.normal()) }, shape: [10, 4]))
    }

    /// Rows 2 and 5 are looked up in step 1, rows 5 and 7 in step 2, none in step 3.
    @Test func rowsAreUpdatedExactlyAsADenseGradientWould() {
        let (sparse, dense) = (table(), table())
        var (sparseMoments, denseMoments) = (AdamWMoments(for: sparse), AdamWMoments(for: dense))
        for (number, ids) in [[2, 5, 2], [5, 7, 7], [-1, -1, -1]].enumerated() {
            let ids = ids.map { Int32($0) }
            embeddingSum(word: sparse, ids: ids, dtype: .float32).squared().sum().backward()
            let gradient = sparse.gradient
            dense.setGradient(gradient)
            var step = AdamWStep(step: number + 1, learningRate: 0.1)
            step.weightDecay = 0.01
            sparse.applyAdamW(step, moments: &sparseMoments)
            dense.applyAdamW(step, moments: &denseMoments)
            #expect(sparse.master.floats() == dense.master.floats(), "step \(number + 1)")
            #expect(sparse.gradient == nil)
        }
    }

    @Test func theShadowFollowsTheMaster() {
        let parameter = table()
        _ = parameter.tensor(as: .bfloat16)
        parameter.setGradient(Tensor(Array(repeating: 1, count: 40), shape: [10, 4]))
        var moments = AdamWMoments(for: parameter)
        parameter.applyAdamW(AdamWStep(step: 1, learningRate: 0.5), moments: &moments)
        let expected = parameter.master.converted(to: .bfloat16).floats()
        #expect(parameter.tensor(as: .bfloat16).floats() == expected)
    }
}
