import LinnetFormats
import LinnetLayers
import TestSupport
import Testing

@Suite struct RotaryScalingTests {
    private static let cases: [(name: String, scaling: RotaryScaling)] = [
        ("default", .none),
        ("linear", .linear(factor: 4)),
        ("dynamic", .dynamic(factor: 2)),
        ("yarn", .yarn(YarnScaling(factor: 4, originalPositions: 16))),
        (
            "yarn_deepseek",
            .yarn(
                YarnScaling(
                    factor: 40, originalPositions: 64, betaFast: 16, betaSlow: 2, mscale: 1, mscaleAllDim: 0.5,
                    truncates: false))
        ),
        ("llama3", .llama3(factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 24)),
        (
            "longrope",
            .longrope(
                short: (0..<8).map { 1 + 0.05 * Double($0) }, long: (0..<8).map { 1.5 + 0.5 * Double($0) },
                attentionFactor: 1.2247448713915890, originalPositions: 16)
        ),
    ]

    @Test(arguments: cases.indices, [16, 64, 200])
    func frequenciesAreThoseOfTransformers(index: Int, length: Int) throws {
        let golden = try Golden("rotary.safetensors")
        let (name, scaling) = Self.cases[index]
        let theta = name == "llama3" ? 500.0 : 10000
        let settings = RotarySettings(headDim: 16, theta: theta, positions: 64, scaling: scaling)
        let (frequencies, factor) = settings.frequencies(length: length)
        let exact = Tolerance(absolute: 0, relative: 1e-6)
        expectClose(frequencies, try golden.floats("\(name).\(length).frequencies"), tolerance: exact, name)
        expectClose([factor], try golden.floats("\(name).\(length).attention_factor"), tolerance: exact, "factor")
    }

    @Test func stretchedModelsTakeLongerSequences() {
        func length(_ scaling: RotaryScaling) -> Int {
            RotarySettings(headDim: 16, positions: 64, scaling: scaling).maximumLength
        }
        #expect(length(.none) == 64)
        #expect(length(.linear(factor: 4)) == 256)
        #expect(length(.dynamic(factor: 1.5)) == 96)
        #expect(length(.yarn(YarnScaling(factor: 4, originalPositions: 32))) == 128)
        #expect(length(.linear(factor: 1e300)) == Int(Int32.max))
    }
}
