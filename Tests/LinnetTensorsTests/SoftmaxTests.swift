import LinnetTensors
import TestSupport
import Testing

@Suite struct SoftmaxTests {
    @Test func softmaxMatchesPyTorch() throws { try OperationCase("softmax").expectMatches { $0[0].softmax() } }

    @Test func logSoftmaxMatchesPyTorch() throws {
        // Of a sum of ±15 bf16 keeps only 1/16 steps; values are compared in fp32.
        try OperationCase("log_softmax").expectMatches(types: [.float32]) { $0[0].logSoftmax() }
    }

    @Test func softmaxSurvivesScoresThatOverflowExp() {
        let probabilities = Tensor([1000, 1000, -1000], shape: [1, 3]).softmax()
        expectClose(probabilities.floats(), [0.5, 0.5, 0], "softmax")
    }

    @Test(arguments: ["cross_entropy", "cross_entropy_ignored"])
    func crossEntropyMatchesPyTorch(name: String) throws {
        let golden = try OperationCase(name)
        let targets = try golden.index()
        try golden.expectMatches { $0[0].crossEntropy(targets) }
    }

    @Test(arguments: ["cross_entropy_smoothed", "cross_entropy_smoothed_ignored"])
    func smoothedCrossEntropyMatchesPyTorch(name: String) throws {
        let golden = try OperationCase(name)
        let targets = try golden.index()
        try golden.expectMatches { $0[0].crossEntropy(targets, labelSmoothing: 0.1) }
    }

    @Test func crossEntropyOfALanguageModelDividesByWhatItIsTold() {
        let values = (0..<(4 * 300)).map { Float(($0 * 37) % 101) / 20 }
        let targets: [Int32] = [7, -100, 299, -100]
        func gradient(_ divisor: Int?) -> (Float, [Float]) {
            let logits = Tensor(values, shape: [4, 300], requiresGradient: true)
            let loss = logits.crossEntropy(targets, divisor: divisor)
            loss.backward()
            return (loss.item(), logits.gradient?.floats() ?? [])
        }
        let (mean, ofMean) = gradient(nil)
        let (share, ofShare) = gradient(8)
        expectClose([share], [mean / 4], "loss")
        expectClose(ofShare, ofMean.map { $0 / 4 }, "gradient")
        #expect(ofShare[300..<600].allSatisfy { $0 == 0 })
    }

    @Test func crossEntropyOverIgnoredTargetsOnlyIsZero() {
        let logits = Tensor([1, 2, 3, 4], shape: [2, 2], requiresGradient: true)
        let loss = logits.crossEntropy([Tensor.ignoredTarget, Tensor.ignoredTarget])
        loss.backward()
        #expect(loss.item() == 0)
        expectClose(logits.gradient, Tensor.zeros([2, 2]), "gradient")
    }
}
