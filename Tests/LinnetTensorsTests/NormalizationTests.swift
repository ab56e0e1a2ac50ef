import LinnetTensors
import TestSupport
import Testing

@Suite struct NormalizationTests {
    @Test func layerNormMatchesPyTorch() throws {
        try OperationCase("layer_norm").expectMatches(parameters: [1, 2]) {
            $0[0].layerNorm(gamma: $0[1], beta: $0[2], epsilon: 1e-5)
        }
    }

    @Test func rmsNormMatchesPyTorch() throws {
        try OperationCase("rms_norm", in: "causal_operations.safetensors").expectMatches(parameters: [1]) {
            $0[0].rmsNorm(weight: $0[1], epsilon: 1e-5)
        }
    }

    @Test func addedRMSNormGivesNormAndSumAsPyTorch() throws {
        try OperationCase("added_rms_norm", in: "causal_operations.safetensors").expectMatches(parameters: [2]) {
            let (normed, sum) = $0[0].addedRMSNormed(residual: $0[1], weight: $0[2], epsilon: 1e-5)
            return Tensor.concatenated([normed, sum], axis: 1)
        }
    }

    @Test func addedLayerNormGivesNormAndSumAsPyTorch() throws {
        try OperationCase("added_layer_norm", in: "causal_operations.safetensors").expectMatches(parameters: [2, 3]) {
            let (normed, sum) = $0[0].addedLayerNormed(residual: $0[1], gamma: $0[2], beta: $0[3], epsilon: 1e-5)
            return Tensor.concatenated([normed, sum], axis: 1)
        }
    }

    @Test func nothingKeptForABackwardChangesNoNumber() throws {
        let golden = try Golden("operations.safetensors")
        let (gamma, beta) = try (golden.tensor("layer_norm.input1"), golden.tensor("layer_norm.input2"))
        let x = try golden.tensor("layer_norm.input0", requiresGradient: true)
        func results() -> [[Float]] {
            let sums = x.addedRMSNormed(residual: x, weight: gamma, epsilon: 1e-5)
            return [
                x.layerNorm(gamma: gamma, beta: beta, epsilon: 1e-5), x.rmsNorm(weight: gamma, epsilon: 1e-5),
                sums.normed, sums.sum,
                x.droppedAddedNormed(residual: x, dropout: 0, gamma: gamma, beta: beta, epsilon: 1e-5),
            ].map { $0.floats() }
        }
        #expect(results() == withoutGradient(results))
    }

    @Test func residualAndNormInOnePassEqualTheTwoOperations() throws {
        let golden = try Golden("operations.safetensors")
        let (gamma, beta) = try (golden.tensor("layer_norm.input1"), golden.tensor("layer_norm.input2"))
        let upstream = try golden.tensor("layer_norm.upstream")
        func gradients(_ operation: (Tensor, Tensor, Tensor, Tensor) -> Tensor) throws -> [Tensor] {
            let x = try golden.tensor("layer_norm.input0", requiresGradient: true)
            let residual = Tensor(x.floats().reversed(), shape: x.shape, requiresGradient: true)
            let weight = Tensor(gamma.floats(), shape: gamma.shape, requiresGradient: true)
            let bias = Tensor(beta.floats(), shape: beta.shape, requiresGradient: true)
            let output = operation(x, residual, weight, bias)
            output.backward(gradient: upstream)
            return try [output] + [x, residual, weight, bias].map { try #require($0.gradient) }
        }
        let fused = try gradients {
            $0.droppedAddedNormed(residual: $1, dropout: 0.1, gamma: $2, beta: $3, epsilon: 1e-5)
        }
        let composed = try gradients { ($0 + $1).layerNorm(gamma: $2, beta: $3, epsilon: 1e-5) }
        for (part, pair) in zip(["output", "x", "residual", "gamma", "beta"], zip(fused, composed)) {
            expectClose(pair.0, pair.1, part)
        }
    }
}
