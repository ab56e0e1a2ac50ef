import LinnetTensors
import TestSupport
import Testing

@Suite struct PreparedMatrixTests {
    /// A layer with a weight that does not change, and the same with a trainable one, which is read as it is.
    private struct Pair {
        let frozen: Parameter
        let trained: Parameter
        let bias: Parameter
        let inputs: Int

        init(outputs: Int, inputs: Int) {
            func values() -> Tensor { Tensor(scattered(outputs * inputs, seed: 1), shape: [outputs, inputs]) }
            frozen = Parameter(name: "frozen", values: values(), isTrainable: false)
            trained = Parameter(name: "trained", values: values())
            bias = Parameter(name: "bias", values: Tensor(scattered(outputs, seed: 2), shape: [outputs]))
            self.inputs = inputs
        }

        func x(rows: Int, seed: UInt64 = 3) -> Tensor {
            Tensor(scattered(rows * inputs, seed: seed), shape: [rows, inputs])
        }

        func outputs(_ weight: Parameter, _ x: Tensor) -> Tensor {
            linear(x.converted(to: .bfloat16), [(weight, bias)])[0]
        }
    }

    @Test(arguments: [(1, 1), (16, 32), (20, 33), (384, 384), (130, 70)], [1, 7, 70])
    func productsEqualThoseWithThePlainMatrix(size: (outputs: Int, inputs: Int), rows: Int) {
        let pair = Pair(outputs: size.outputs, inputs: size.inputs)
        let x = pair.x(rows: rows)
        let plain = pair.outputs(pair.trained, x).floats()
        expectClose(pair.outputs(pair.frozen, x).floats(), plain, tolerance: .bfloat16, "recorded")
        let unrecorded = withoutGradient { pair.outputs(pair.frozen, x).floats() }
        expectClose(unrecorded, plain, tolerance: .bfloat16, "not recorded")
    }

    @Test(arguments: [(20, 33), (130, 70)])
    func gradientsOfInputAndBiasEqualThoseOfAPlainMatrix(size: (outputs: Int, inputs: Int)) throws {
        let pair = Pair(outputs: size.outputs, inputs: size.inputs)
        func gradients(_ weight: Parameter) throws -> (input: [Float], bias: [Float]) {
            pair.bias.clearGradient()
            let x = Parameter(name: "x", values: pair.x(rows: 9))
            let y = pair.outputs(weight, x.tensor())
            y.backward(gradient: Tensor(scattered(9 * size.outputs, seed: 5), shape: y.shape).converted(to: .bfloat16))
            return (try #require(x.gradient).floats(), try #require(pair.bias.gradient).floats())
        }
        let (frozen, trained) = (try gradients(pair.frozen), try gradients(pair.trained))
        expectClose(frozen.input, trained.input, tolerance: .bfloat16, "input")
        #expect(frozen.bias == trained.bias)
        #expect(pair.frozen.gradient == nil && pair.trained.gradient != nil)
    }

    @Test func newValuesAndStepsOfTheOptimizerAreSeen() {
        let pair = Pair(outputs: 16, inputs: 32)
        let x = pair.x(rows: 4)
        func evaluated(_ weight: Parameter) -> [Float] { withoutGradient { pair.outputs(weight, x).floats() } }
        let before = evaluated(pair.trained)
        pair.trained.setGradient(Tensor(scattered(16 * 32, seed: 6), shape: [16, 32]))
        var moments = AdamWMoments(for: pair.trained)
        pair.trained.applyAdamW(AdamWStep(step: 1, learningRate: 0.1), moments: &moments)
        let after = evaluated(pair.trained)
        #expect(after != before)
        pair.frozen.setValues(pair.trained.master.floats())
        #expect(evaluated(pair.frozen) == after)
    }
}
