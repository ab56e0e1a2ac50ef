import LinnetLayers
import LinnetTensors
import Testing

private struct StoredWeights: WeightSource {
    let tensors: [String: ([Int], [Float])]
    var names: [String] { tensors.keys.sorted() }
    func shape(of name: String) -> [Int]? { tensors[name]?.0 }
    func floats(_ name: String) throws -> [Float] { tensors[name]?.1 ?? [] }
}

@Suite struct WeightsTests {
    private let source = StoredWeights(tensors: [
        "encoder.dense.weight": ([1, 2], [1, 2]), "encoder.dense.bias": ([1], [3]),
        "encoder.LayerNorm.gamma": ([2], [4, 5]), "pooler.weight": ([1], [0]),
    ])

    @Test func storedValuesAreLoadedUnderTheirFullName() throws {
        let store = ParameterStore()
        let dense = try Linear(2, 1, Weights(store: store, source: source)["encoder"]["dense"])
        #expect(dense.weight.name == "encoder.dense.weight")
        #expect(dense(Tensor([10, 20], shape: [1, 2])).floats() == [53])
        #expect(store.unusedNames(of: source) == ["encoder.LayerNorm.gamma", "pooler.weight"])
    }

    @Test func aBareEncoderLoadsIntoAModelWithAHead() throws {
        let store = ParameterStore()
        let root = Weights(store: store, source: source, omittedPrefix: "bert.")
        let parameter = try root["bert"]["encoder"]["dense"].parameter("bias", shape: [1])
        #expect(parameter.name == "bert.encoder.dense.bias")
        #expect(parameter.master.floats() == [3])
    }

    @Test func legacyNormNamesAreFound() throws {
        let parameter = try Weights(store: ParameterStore(), source: source)["encoder"]["LayerNorm"]
            .parameter("weight", shape: [2])
        #expect(parameter.master.floats() == [4, 5])
    }

    @Test func wrongShapesNameThePathAndBothShapes() {
        let expected = ModelError(
            "encoder.dense.weight: expected shape [3, 2] from the configuration, found [1, 2] in the checkpoint")
        #expect(throws: expected) {
            try Linear(2, 3, Weights(store: ParameterStore(), source: source)["encoder"]["dense"])
        }
    }

    @Test func missingTensorsNameThePath() {
        #expect(throws: ModelError("encoder.absent.weight: the checkpoint does not hold this tensor")) {
            try Linear(2, 3, Weights(store: ParameterStore(), source: source)["encoder"]["absent"])
        }
    }

    @Test func freezingByPatternTakesStars() throws {
        let store = ParameterStore()
        _ = try Linear(2, 1, Weights(store: store, source: source)["encoder"]["dense"])
        #expect(store.freeze(matching: ["enc*dense.w"]) == ["encoder.dense.weight"])
        #expect(store.trainable.map(\.name) == ["encoder.dense.bias"])
    }
}
