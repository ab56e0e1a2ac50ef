import LinnetTensors
import TestSupport
import Testing

@Suite struct AttentionTests {
    /// The golden case, its number of heads.
    private static let cases = [("ragged_attention", 4), ("ragged_attention_wide", 2)]

    @Test(arguments: cases)
    func eachSequenceAttendsToItselfAsInPyTorch(name: String, heads: Int) throws {
        let golden = try Golden("layers.safetensors")
        let result = try attention(golden, name, heads, in: .float32)
        expectClose(result.output, try golden.tensor("\(name).output"), "output")
        for (part, gradient) in result.gradients {
            expectClose(gradient, try golden.tensor("\(name).gradient.\(part)"), "gradient of \(part)")
        }
    }

    @Test(arguments: cases)
    func bfloat16AgreesWithFloat32(name: String, heads: Int) throws {
        let golden = try Golden("layers.safetensors")
        let result = try attention(golden, name, heads, in: .bfloat16)
        expectClose(result.output, try golden.tensor("\(name).output"), tolerance: .bfloat16Model, "output")
        for (part, gradient) in result.gradients {
            let expected = try golden.tensor("\(name).gradient.\(part)")
            expectClose(gradient, expected, tolerance: .bfloat16Model, "gradient of \(part)")
        }
    }

    @Test func fewerQueriesThanKeysGiveTheSameRows() throws {
        let golden = try Golden("layers.safetensors")
        let name = "ragged_attention"
        let offsets = try golden.integers("\(name).offsets")
        let firstRows = Array(offsets.dropLast())
        let query = try golden.tensor("\(name).query").gatheredRows(firstRows)
        let output = try raggedAttention(
            query, golden.tensor("\(name).key"), golden.tensor("\(name).value"), heads: 4,
            queryOffsets: (0..<Int32(offsets.count)).map { $0 }, keyOffsets: offsets)
        expectClose(output, try golden.tensor("\(name).output").gatheredRows(firstRows), "first rows")
    }

    private func attention(
        _ golden: Golden, _ name: String, _ heads: Int, in dtype: DType
    ) throws -> (output: Tensor, gradients: [(String, Tensor?)]) {
        let parts = ["query", "key", "value"]
        let leaves = try parts.map { try golden.tensor("\(name).\($0)", requiresGradient: true) }
        let inputs = leaves.map { $0.converted(to: dtype) }
        let offsets = try golden.integers("\(name).offsets")
        let output = raggedAttention(
            inputs[0], inputs[1], inputs[2], heads: heads, queryOffsets: offsets, keyOffsets: offsets)
        output.backward(gradient: try golden.tensor("\(name).upstream"))
        return (output.detached(), zip(parts, leaves.map(\.gradient)).map { ($0, $1) })
    }
}
