import LinnetTensors
import TestSupport
import Testing

@Suite struct ActivationsTests {
    @Test func geluMatchesPyTorch() throws { try OperationCase("gelu").expectMatches { $0[0].gelu() } }

    @Test func tanhGeluMatchesPyTorch() throws { try OperationCase("gelu_tanh").expectMatches { $0[0].geluTanh() } }

    @Test func reluMatchesPyTorch() throws { try OperationCase("relu").expectMatches { $0[0].relu() } }

    @Test func siluMatchesPyTorch() throws { try OperationCase("silu").expectMatches { $0[0].silu() } }

    @Test func tanhMatchesPyTorch() throws { try OperationCase("tanh").expectMatches { $0[0].tanh() } }

    @Test func sigmoidMatchesPyTorch() throws { try OperationCase("sigmoid").expectMatches { $0[0].sigmoid() } }

    @Test func exponentialMatchesPyTorch() throws { try OperationCase("exp").expectMatches { $0[0].exp() } }

    @Test func logarithmMatchesPyTorch() throws { try OperationCase("log").expectMatches { $0[0].log() } }

    @Test func squareRootMatchesPyTorch() throws { try OperationCase("sqrt").expectMatches { $0[0].sqrt() } }

    @Test func largeArgumentsSaturateWithoutNaN() {
        let x = Tensor([-1e4, -100, 100, 1e4], shape: [4], requiresGradient: true)
        expectClose(x.sigmoid().floats(), [0, 0, 1, 1], "sigmoid")
        expectClose(x.tanh().floats(), [-1, -1, 1, 1], "tanh")
        expectClose(x.gelu().floats(), [0, 0, 100, 1e4], "gelu")
        expectClose(x.silu().floats(), [0, 0, 100, 1e4], "silu")
        (x.sigmoid() + x.tanh() + x.gelu() + x.geluTanh() + x.silu()).sum().backward()
        expectClose(x.gradient, Tensor([0, 0, 3, 3], shape: [4]), "gradient")
    }
}
