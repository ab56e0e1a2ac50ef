import LinnetLayers
import LinnetTensors
import Testing

@Suite struct LoRATests {
    private func block() throws -> (TransformerBlock, ParameterStore) {
        let store = ParameterStore(seed: 1)
        let block = try TransformerBlock(
            embedDim: 16, heads: 4, feedForwardDim: 32, Weights(store: store)["layer"])
        return (block, store)
    }

    private var input: Tensor {
        var numbers = RandomNumbers(seed: 9)
        return Tensor((0..<96).map { _ in Float(numbers.normal()) }, shape: [2, 3, 16])
    }

    @Test func aFreshAdapterChangesNothingAndFreezesTheModel() throws {
        let (block, store) = try block()
        let before = block(input).floats()
        try store.attach(LoRA(rank: 2, alpha: 4, targets: ["query", "value"]))
        #expect(block(input).floats() == before)
        #expect(
            store.trainable.map(\.name) == [
                "layer.attention.query.lora_A.weight", "layer.attention.query.lora_B.weight",
                "layer.attention.value.lora_A.weight", "layer.attention.value.lora_B.weight",
            ])
        #expect(store.counts.trainable == 4 * 2 * 16)
    }

    @Test func mergingKeepsTheOutput() throws {
        let (block, store) = try block()
        try store.attach(LoRA(rank: 2, alpha: 4, targets: ["all-linear"]))
        for parameter in store.trainable where parameter.name.hasSuffix("lora_B.weight") {
            parameter.setValues((0..<parameter.count).map { Float($0 % 7) / 10 - 0.3 })
        }
        let adapted = block(input).floats()
        try store.mergeActiveAdapter()
        let merged = block(input).floats()
        #expect(zip(adapted, merged).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(store.counts.total == store.parameters.map(\.count).reduce(0, +))
    }

    @Test func severalAdaptersLiveSideBySide() throws {
        let (block, store) = try block()
        let bare = block(input).floats()
        try store.attach(LoRA(rank: 2, targets: ["query"], modulesToSave: ["contract"]), named: "first")
        for parameter in store.trainable { parameter.setValues(Array(repeating: 0.1, count: parameter.count)) }
        let first = block(input).floats()
        try store.activate(nil)
        try store.attach(LoRA(rank: 100, targets: ["value"]), named: "second")
        for parameter in store.trainable { parameter.setValues(Array(repeating: 0.02, count: parameter.count)) }
        #expect(block(input).floats() != first)
        try store.activate("first")
        #expect(block(input).floats() == first)
        #expect(first != bare)
        #expect(throws: ModelError.self) { try store.activate("third") }
    }

    @Test func targetsThatMatchNothingAreNamed() throws {
        let (_, store) = try block()
        #expect(
            throws: ModelError(
                "LoRA targets q_proj match no linear layer; the model has contract, expand, key, "
                    + "output, query, value")
        ) { try store.attach(LoRA(targets: ["q_proj"])) }
    }

    @Test func rankStabilizationScalesByTheRoot() {
        #expect(LoRA(rank: 16, alpha: 32).scale == 2)
        #expect(LoRA(rank: 16, alpha: 32, usesRankStabilization: true).scale == 8)
    }
}
