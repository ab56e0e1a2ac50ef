import Foundation
import LinnetFormats
import LinnetLayers
import LinnetTensors
import TestSupport
import Testing

private struct Values: WeightSource {
    let tensors: [String: ([Int], [Float])]
    var names: [String] { tensors.keys.sorted() }
    func shape(of name: String) -> [Int]? { tensors[name]?.0 }
    func floats(_ name: String) throws -> [Float] { tensors[name]?.1 ?? [] }
}

@Suite struct PackedWeightsTests {
    private func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var numbers = RandomNumbers(seed: seed)
        return (0..<count).map { _ in Float(numbers.normal()) * 0.3 }
    }

    private var source: Values {
        Values(tensors: [
            "query.weight": ([48, 64], numbers(48 * 64, seed: 1)), "query.bias": ([48], numbers(48, seed: 2)),
            "key.weight": ([16, 64], numbers(16 * 64, seed: 3)), "norm.weight": ([64], numbers(64, seed: 4)),
        ])
    }

    @Test func matricesArePackedAndVectorsStayMasters() throws {
        let store = ParameterStore()
        let root = Weights(store: store, source: source, storage: .packed(.q8))
        let query = try Linear(64, 48, root["query"])
        let norm = try root["norm"].parameter("weight", shape: [64])
        #expect(query.weight.packed?.format == .q8)
        #expect(query.bias?.packed == nil)
        #expect(norm.packed == nil)
        #expect(store.counts.total == 48 * 64 + 48 + 64)
        #expect(store.unusedNames(of: source) == ["key.weight"])
    }

    @Test(arguments: WeightFormat.allCases)
    func finerMatricesHaveOneStepMore(format: WeightFormat) throws {
        let root = Weights(store: ParameterStore(), source: source, storage: .packed(format))
        let query = try root["query"].finer.parameter("weight", shape: [48, 64])
        #expect(query.packed?.format == (format == .q4 ? .q8 : format))
        #expect((query.rest != nil) == (format == .q8))
        #expect(try root["key"].parameter("weight", shape: [16, 64]).rest == nil)
    }

    @Test func aWrongShapeIsRefusedAsWithMasters() {
        let root = Weights(store: ParameterStore(), source: source, storage: .packed(.bf16))
        let expected = ModelError(
            "key.weight: expected shape [17, 64] from the configuration, found [16, 64] in the checkpoint")
        #expect(throws: expected) { try Linear(64, 17, root["key"], bias: false) }
    }

    @Test func aSourceThatGivesTooFewValuesIsRefused() {
        let broken = Values(tensors: ["weight": ([4, 32], [1, 2, 3])])
        let root = Weights(store: ParameterStore(), source: broken, storage: .packed(.q4))
        #expect(throws: ModelError("weight: expected 4 × 32 values, found 3")) {
            try root.parameter("weight", shape: [4, 32])
        }
    }

    @Test(arguments: WeightFormat.allCases, [SafetensorsType.float32, .bfloat16, .float16])
    func filesArePackedStraightFromTheirBytes(format: WeightFormat, type: SafetensorsType) throws {
        let directory = try TemporaryDirectory()
        try SafetensorsWriter.write(
            [
                TensorRecord(name: "a", shape: [3], floats: [1, 2, 3], dtype: type),
                TensorRecord(name: "weight", shape: [20, 32], floats: numbers(640, seed: 5), dtype: type),
            ], to: directory.file("model.safetensors"))
        let files = try WeightFiles(directory: directory.path)
        let packed = try Weights(store: ParameterStore(), source: files, storage: .packed(format))
            .parameter("weight", shape: [20, 32])
        let expected = PackedMatrix(try files.floats("weight"), outputs: 20, inputs: 32, format: format)
        #expect(packed.packed?.format == format)
        #expect(packed.master.floats() == expected.unpacked(as: .float32).floats())
    }

    @Test(arguments: WeightFormat.allCases)
    func projectingTogetherEqualsOneLayerAfterAnother(format: WeightFormat) throws {
        let store = ParameterStore()
        let root = Weights(store: store, source: source, storage: .packed(format))
        let (query, key) = (try Linear(64, 48, root["query"]), try Linear(64, 16, root["key"], bias: false))
        try store.attach(LoRA(rank: 2, targets: ["query"]))
        for parameter in store.trainable { parameter.setValues(numbers(parameter.count, seed: 6)) }
        for rows in [1, 3, 40] {
            let x = Tensor(numbers(rows * 64, seed: 7), shape: [rows, 64])
            let together = withoutGradient { project(x, query, key) }
            #expect(together.map { $0.floats() } == withoutGradient { [query(x), key(x)] }.map { $0.floats() })
        }
    }

    @Test(arguments: WeightFormat.allCases)
    func anAdapterOnAPackedBaseTrainsAsOnItsNumbers(format: WeightFormat) throws {
        func gradients(_ weights: (ParameterStore) throws -> Weights) throws -> [Tensor] {
            let store = ParameterStore()
            let root = try weights(store)
            let (query, key) = (try Linear(64, 48, root["query"]), try Linear(48, 64, root["back"], bias: false))
            try store.attach(LoRA(rank: 2, targets: ["query", "back"]), seed: 9)
            for parameter in store.trainable where parameter.name.hasSuffix("lora_B.weight") {
                parameter.setValues(numbers(parameter.count, seed: 10))
            }
            key(query(Tensor(numbers(24 * 64, seed: 11), shape: [24, 64]))).squared().sum().backward()
            return try store.trainable.map { try #require($0.gradient) }
        }
        var tensors = source.tensors
        tensors["back.weight"] = ([64, 48], numbers(64 * 48, seed: 12))
        let packed = Values(tensors: tensors)
        for name in ["query.weight", "back.weight"] {
            let (shape, values) = try #require(tensors[name])
            let matrix = PackedMatrix(values, outputs: shape[0], inputs: shape[1], format: format)
            tensors[name]?.1 = matrix.unpacked(as: .float32).floats()
        }
        let plain = Values(tensors: tensors)
        let ours = try gradients { Weights(store: $0, source: packed, storage: .packed(format)) }
        let theirs = try gradients { Weights(store: $0, source: plain) }
        #expect(ours.count == 4)
        for (our, their) in zip(ours, theirs) { expectClose(our, their, "gradient") }
    }
}
