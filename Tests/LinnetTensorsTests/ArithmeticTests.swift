import LinnetTensors
import TestSupport
import Testing

@Suite struct ArithmeticTests {
    private static let broadcasts = ["", "_row", "_column", "_outer", "_scalar"]

    @Test(arguments: broadcasts)
    func additionMatchesPyTorch(broadcast: String) throws {
        try OperationCase("add" + broadcast).expectMatches { $0[0] + $0[1] }
    }

    @Test(arguments: broadcasts)
    func subtractionMatchesPyTorch(broadcast: String) throws {
        try OperationCase("subtract" + broadcast).expectMatches { $0[0] - $0[1] }
    }

    @Test(arguments: broadcasts)
    func multiplicationMatchesPyTorch(broadcast: String) throws {
        try OperationCase("multiply" + broadcast).expectMatches { $0[0] * $0[1] }
    }

    @Test(arguments: broadcasts)
    func divisionMatchesPyTorch(broadcast: String) throws {
        // In bf16 the quotient is rounded before it enters the gradient of the divisor: covered in fp32.
        try OperationCase("divide" + broadcast).expectMatches(types: [.float32]) { $0[0] / $0[1] }
    }

    @Test func aTensorUsedTwiceGetsBothGradients() {
        let x = Tensor([1, -2, 3], shape: [3], requiresGradient: true)
        (x * x + x).sum().backward()
        expectClose(x.gradient, Tensor([3, -3, 7], shape: [3]), "gradient of x² + x")
    }
}
