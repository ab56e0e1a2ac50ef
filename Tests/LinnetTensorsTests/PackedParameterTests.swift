import LinnetTensors
import TestSupport
import Testing

@Suite struct PackedParameterTests {
    private func parameter(_ format: WeightFormat, outputs: Int = 20, inputs: Int = 32) -> Parameter {
        Parameter(
            name: "weight",
            packed: PackedMatrix(
                scattered(outputs * inputs, seed: 1), outputs: outputs, inputs: inputs, format: format))
    }

    @Test func aPackedParameterIsFrozen() {
        let weight = parameter(.q8)
        #expect(weight.shape == [20, 32])
        #expect(weight.count == 640)
        #expect(!weight.isTrainable)
        #expect(weight.packed?.format == .q8)
        #expect(!weight.tensor(as: .bfloat16).requiresGradient)
        expectClose(weight.master.floats(), scattered(640, seed: 1), tolerance: .bfloat16, "values")
    }

    @Test func trainingAPackedParameterUnpacksIt() {
        let weight = parameter(.fp32)
        let values = weight.master.floats()
        let packed = weight.packed
        weight.isTrainable = true
        #expect(weight.packed == nil)
        weight.setValues(Array(repeating: 1, count: 640))
        #expect(packed?.unpacked(as: .float32).floats() == values)
        #expect(weight.tensor().requiresGradient)
    }

    @Test func newValuesArePackedInTheSameFormat() {
        let weight = parameter(.q4)
        let values = scattered(640, seed: 2)
        weight.setValues(values)
        #expect(weight.packed?.blocks() == PackedReference.blocks(values, .q4))
    }

    @Test(arguments: WeightFormat.allCases, [DType.float32, .bfloat16])
    func lookupsOfPackedTablesEqualThoseOfTheirNumbers(format: WeightFormat, dtype: DType) {
        let table = parameter(format)
        let plain = Parameter(name: "table", values: table.master)
        let ids: [Int32] = [3, -1, 19, 3]
        #expect(lookup(table, ids, dtype: dtype).floats() == lookup(plain, ids, dtype: dtype).floats())
    }

    @Test(arguments: WeightFormat.allCases)
    func positionsTrainBesideAPackedWordTable(format: WeightFormat) {
        let packed = parameter(format)
        let plain = Parameter(name: "table", values: packed.master, isTrainable: false)
        let position = Parameter(name: "position", values: Tensor(scattered(5 * 32, seed: 3), shape: [5, 32]))
        let (ids, positions): ([Int32], [Int32]) = ([7, 0, -1, 7], [0, 4, -1, 4])
        func run(_ word: Parameter) -> (output: [Float], gradient: [Float]?) {
            position.clearGradient()
            let y = embeddingSum(word: word, ids: ids, position: position, positions: positions, dtype: .float32)
            y.backward(gradient: Tensor(scattered(4 * 32, seed: 4), shape: [4, 32]))
            return (y.floats(), position.gradient?.floats())
        }
        let (ours, theirs) = (run(packed), run(plain))
        #expect(ours.output == theirs.output)
        #expect(ours.gradient == theirs.gradient)
        #expect(ours.gradient != nil)
    }
}
