import LinnetTensors
import TestSupport
import Testing

@Suite struct PackedLinearTests {
    /// Matrices as the kernels hold them, with their exact numbers.
    private func matrix(
        _ outputs: Int, _ inputs: Int, _ format: WeightFormat, seed: UInt64
    ) -> (packed: PackedMatrix, values: [Float]) {
        let packed = PackedMatrix(
            scattered(outputs * inputs, seed: seed), outputs: outputs, inputs: inputs, format: format)
        return (packed, packed.unpacked(as: .float32).floats())
    }

    private func expected(
        _ x: [Float], _ values: [Float], bias: [Float]?, format: WeightFormat, rows: Int, outputs: Int
    ) -> [Float] {
        let isRounded = format == .q8 || format == .q4
        return PackedReference.product(
            isRounded ? PackedReference.rounded(x) : x.map { Double($0) }, values, bias: bias, rows: rows,
            outputs: outputs)
    }

    @Test(arguments: WeightFormat.allCases, [1, 2, 3, 4, 7, 8, 13, 16])
    func productsEqualTheSumsInDoublePrecision(format: WeightFormat, rows: Int) {
        let widths = format == .q8 || format == .q4 ? [32, 96, 576] : [1, 7, 33, 100, 576]
        for inputs in widths {
            for outputs in [1, 15, 16, 17, 50] {
                let (packed, values) = matrix(outputs, inputs, format, seed: UInt64(inputs * 100 + outputs))
                let bias = outputs % 2 == 0 ? scattered(outputs, seed: 8) : nil
                let x = halved(scattered(rows * inputs, seed: UInt64(rows)))
                let wanted = expected(x, values, bias: bias, format: format, rows: rows, outputs: outputs)
                let name = "\(format) \(rows) × \(inputs) → \(outputs)"
                let biases = [bias.map { Tensor($0, shape: [outputs]) }]
                let input = Tensor(x, shape: [rows, inputs])
                let output = input.packedLinear([packed], biases: biases)[0]
                #expect(output.shape == [rows, outputs])
                expectClose(output.floats(), wanted, name)
                let halves = input.converted(to: .bfloat16).packedLinear([packed], biases: biases)[0]
                #expect(halves.dtype == .bfloat16)
                expectClose(halves.floats(), wanted, tolerance: .bfloat16, "\(name) in bf16")
                let whole = input.converted(to: .bfloat16).packedLinear([packed], biases: biases, as: .float32)[0]
                #expect(whole.dtype == .float32)
                if format == .q8 || format == .q4 {
                    #expect(whole.floats() == output.floats(), "\(name) from bf16 to fp32")
                } else {  // Many rows of these are an ordinary product, of weights in bf16.
                    expectClose(whole.floats(), wanted, tolerance: .bfloat16, "\(name) from bf16 to fp32")
                }
            }
        }
    }

    @Test func codesOfTheGreatestSizeDoNotOverflow() {
        let blocks = (0..<(3 * 4)).flatMap { _ in
            [0x00, 0x3C] + [UInt8](repeating: 0x80, count: 32)  // scale 1, all codes −128
        }
        let packed = blocks.withUnsafeBytes { PackedMatrix(blocks: $0, outputs: 3, inputs: 128, format: .q8) }
        let x = Tensor(Array(repeating: 127, count: 128), shape: [1, 128])
        #expect(x.packedLinear([packed], biases: [nil])[0].floats() == Array(repeating: -127 * 128 * 128, count: 3))
    }

    @Test func severalMatricesOfDifferentFormatsReadTheSameInput() {
        let shapes = [(64, WeightFormat.q8), (16, .q4), (33, .bf16), (7, .fp32), (40, .q8)]
        let matrices = shapes.enumerated().map { matrix($1.0, 192, $1.1, seed: UInt64($0)) }
        let x = halved(scattered(5 * 192, seed: 20))
        let outputs = Tensor(x, shape: [5, 192]).packedLinear(
            matrices.map(\.packed), biases: matrices.map { _ in nil })
        for (place, (matrix, output)) in zip(matrices, outputs).enumerated() {
            let wanted = expected(
                x, matrix.values, bias: nil, format: shapes[place].1, rows: 5, outputs: shapes[place].0)
            expectClose(output.floats(), wanted, "matrix \(place)")
        }
    }

    @Test(arguments: WeightFormat.allCases)
    func manyRowsAreTheSameProduct(format: WeightFormat) {
        let (packed, values) = matrix(50, 576, format, seed: 30)
        let x = scattered(43 * 576, seed: 31)
        let bias = scattered(50, seed: 32)
        let output = Tensor(x, shape: [43, 576]).packedLinear([packed], biases: [Tensor(bias, shape: [50])])[0]
        let wanted = expected(x, values, bias: bias, format: format, rows: 43, outputs: 50)
        expectClose(output.floats(), wanted, "\(format)")
    }

    @Test(arguments: WeightFormat.allCases, [(50, 96), (130, 64), (16, 576)])
    func manyRowsInBfloat16AreProductsOfTheUnpackedMatrix(format: WeightFormat, size: (outputs: Int, inputs: Int)) {
        let (packed, values) = matrix(size.outputs, size.inputs, format, seed: 40)
        let x = halved(scattered(200 * size.inputs, seed: 41))
        let bias = scattered(size.outputs, seed: 42)
        let input = Tensor(x, shape: [200, size.inputs]).converted(to: .bfloat16)
        let output = input.packedLinear([packed], biases: [Tensor(bias, shape: [size.outputs])])[0]
        let wanted = expected(x, values, bias: bias, format: .fp32, rows: 200, outputs: size.outputs)
        // Where the processor multiplies bfloat16, q8 and q4 are rounded to it: beside the output's rounding, a sum of errors.
        let tolerance = Tolerance(absolute: 4e-2, relative: Tolerance.bfloat16.relative)
        expectClose(output.floats(), wanted, tolerance: tolerance, "\(format)")
        let scores = input.packedLinear([packed], biases: [nil], as: .float32)[0]
        let isRounded = format == .q8 || format == .q4
        let exact = expected(x, values, bias: nil, format: format, rows: 200, outputs: size.outputs)
        expectClose(scores.floats(), exact, tolerance: isRounded ? .float32 : .bfloat16, "\(format) in fp32")
    }

    @Test(arguments: WeightFormat.allCases)
    func aRowIsTheSameAloneAndAmongOthers(format: WeightFormat) {
        let (packed, _) = matrix(40, 320, format, seed: 33)
        let x = scattered(15 * 320, seed: 34)
        let together = Tensor(x, shape: [15, 320]).packedLinear([packed], biases: [nil])[0].floats()
        for row in 0..<15 {
            let alone = Tensor(Array(x[(row * 320)..<(row * 320 + 320)]), shape: [1, 320])
                .packedLinear([packed], biases: [nil])[0]
            #expect(alone.floats() == Array(together[(row * 40)..<(row * 40 + 40)]))
        }
    }

    @Test(arguments: WeightFormat.allCases, [1, 24])
    func gradientsFlowThroughFrozenWeights(format: WeightFormat, rows: Int) throws {
        let (packed, values) = matrix(48, 64, format, seed: 40)
        let bias = Parameter(name: "bias", values: Tensor(scattered(48, seed: 41), shape: [48]))
        let upstream = Tensor(scattered(rows * 48, seed: 42), shape: [rows, 48])
        func run(_ weight: Parameter) throws -> (output: Tensor, dX: Tensor, dBias: Tensor) {
            let x = Tensor(scattered(rows * 64, seed: 43), shape: [rows, 64], requiresGradient: true)
            bias.clearGradient()
            let y = linear(x, [(weight, bias)])[0]
            y.backward(gradient: upstream)
            return (y.detached(), try #require(x.gradient), try #require(bias.gradient))
        }
        let frozen = try run(Parameter(name: "weight", packed: packed))
        let master = try run(
            Parameter(name: "weight", values: Tensor(values, shape: [48, 64]), isTrainable: false))
        #expect(frozen.output.floats() == master.output.floats())
        #expect(frozen.dX.floats() == master.dX.floats())
        #expect(frozen.dBias.floats() == master.dBias.floats())
    }

    @Test func aNumberThatIsNoneIsNotHidden() {
        for format in WeightFormat.allCases {
            let (packed, _) = matrix(20, 64, format, seed: 50)
            for bad in [Float.nan, .infinity] {
                var x = scattered(64, seed: 51)
                x[40] = bad
                let y = Tensor(x, shape: [1, 64]).packedLinear([packed], biases: [nil])[0].floats()
                #expect(y.allSatisfy { !$0.isFinite })

                var weights = scattered(20 * 64, seed: 52)
                weights[7 * 64 + 40] = bad
                let damaged = PackedMatrix(weights, outputs: 20, inputs: 64, format: format)
                let z = Tensor(scattered(64, seed: 53), shape: [1, 64]).packedLinear([damaged], biases: [nil])[0]
                #expect(z.floats().indices.filter { !z.floats()[$0].isFinite } == [7], "\(format), \(bad)")
            }
        }
    }
}
