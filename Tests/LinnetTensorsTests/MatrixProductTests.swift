import LinnetTensors
import TestSupport
import Testing

@Suite struct MatrixProductTests {
    @Test(arguments: ["matmul", "matmul_wide", "matmul_batched", "matmul_shared_right"])
    func matmulMatchesPyTorch(name: String) throws {
        try OperationCase(name).expectMatches { $0[0].matmul($0[1]) }
    }

    @Test func linearMatchesPyTorch() throws {
        try OperationCase("linear").expectMatches(parameters: [2]) { $0[0].linear($0[1], bias: $0[2]) }
    }

    @Test func lowRankUpdateEqualsTheTwoProductsItFuses() throws {
        let inputs = [
            ramp([7, 12], 0.31), ramp([7, 9], 0.17), ramp([4, 9], 0.23), ramp([12, 4], 0.41),
        ]
        let upstream = ramp([7, 12], 0.29)
        let fused = gradients(of: inputs, upstream) { $0[0].addingLowRank(of: $0[1], a: $0[2], b: $0[3], scale: 0.5) }
        let composed = gradients(of: inputs, upstream) { $0[0] + $0[1].linear($0[2]).linear($0[3]) * 0.5 }
        expectClose(fused.output, composed.output, "output")
        for (number, pair) in zip(fused.gradients, composed.gradients).enumerated() {
            expectClose(pair.0, try #require(pair.1), "gradient\(number)")
        }
    }

    /// Values between −1 and 1 without a pattern that a wrong layout could survive.
    private func ramp(_ shape: [Int], _ step: Float) -> Tensor {
        let count = shape.reduce(1, *)
        return Tensor((0..<count).map { (Float($0) * step).truncatingRemainder(dividingBy: 2) - 1 }, shape: shape)
    }

    private func gradients(
        of inputs: [Tensor], _ upstream: Tensor, _ operation: ([Tensor]) -> Tensor
    ) -> (output: Tensor, gradients: [Tensor?]) {
        let leaves = inputs.map { Tensor($0.floats(), shape: $0.shape, requiresGradient: true) }
        let output = operation(leaves)
        output.backward(gradient: upstream)
        return (output, leaves.map(\.gradient))
    }
}
