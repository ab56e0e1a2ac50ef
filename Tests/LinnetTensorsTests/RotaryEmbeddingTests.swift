import Foundation
import LinnetTensors
import TestSupport
import Testing

@Suite struct RotaryEmbeddingTests {
    private static func tables(headDim: Int, positions: Int, scaling: Float = 1) -> RotaryTables {
        let frequencies = (0..<(headDim / 2)).map { Float(pow(10000, -2 * Double($0) / Double(headDim))) }
        return RotaryTables(
            headDim: headDim, positions: positions, frequencies: frequencies, attentionScaling: scaling)
    }

    @Test func rotationMatchesTransformers() throws {
        let golden = try OperationCase("rotary", in: "causal_operations.safetensors")
        let positions = try golden.index()
        let tables = Self.tables(headDim: 10, positions: 62)
        try golden.expectMatches { $0[0].rotated(heads: 3, positions: positions, tables: tables) }
    }

    @Test func rowsWithoutAPositionStayAsTheyAre() {
        let x = Tensor((0..<80).map { Float($0) }, shape: [2, 40])
        let rotated = x.rotated(heads: 1, positions: [-1, 3], tables: Self.tables(headDim: 40, positions: 4))
        #expect(rotated.slice(0..<1).floats() == x.slice(0..<1).floats())
        #expect(rotated.slice(1..<2).floats() != x.slice(1..<2).floats())
    }

    @Test func scoresDependOnTheDistanceOfPositionsAlone() {
        let tables = Self.tables(headDim: 32, positions: 100)
        let x = Tensor((0..<32).map { sin(Float($0)) }, shape: [1, 32])
        let y = Tensor((0..<32).map { cos(Float(3 * $0)) }, shape: [1, 32])
        func score(_ first: Int32, _ second: Int32) -> Float {
            (x.rotated(heads: 1, positions: [first], tables: tables)
                * y.rotated(heads: 1, positions: [second], tables: tables)).sum().item()
        }
        expectClose([score(3, 10), score(90, 97)], [score(0, 7), score(0, 7)], "scores")
    }

    @Test func attentionScalingIsAFactor() {
        let x = Tensor((0..<8).map { Float($0) }, shape: [1, 8])
        let plain = x.rotated(heads: 1, positions: [2], tables: Self.tables(headDim: 8, positions: 3))
        let scaled = x.rotated(heads: 1, positions: [2], tables: Self.tables(headDim: 8, positions: 3, scaling: 1.5))
        expectClose(scaled, plain * 1.5, "scaled")
    }
}
