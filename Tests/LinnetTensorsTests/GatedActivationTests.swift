import LinnetTensors
import TestSupport
import Testing

@Suite struct GatedActivationTests {
    @Test func siluGateMatchesPyTorch() throws {
        try OperationCase("silu_gated", in: "causal_operations.safetensors").expectMatches {
            $0[0].siluGated(by: $0[1])
        }
    }

    @Test func gatesThatAreShutOrWideOpenStayFinite() {
        let gate = Tensor([-200, 200, 0], shape: [3], requiresGradient: true)
        let output = gate.siluGated(by: Tensor([1, 1, 1], shape: [3]))
        output.sum().backward()
        expectClose(output.floats(), [0, 200, 0], "output")
        expectClose(gate.gradient?.floats() ?? [], [0, 1, 0.5], "gradient")
    }
}
