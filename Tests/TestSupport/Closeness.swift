import LinnetTensors
import Testing

/// How far two numbers may be apart: `|actual − expected| ≤ absolute + relative · |expected|`.
public struct Tolerance: Sendable {
    /// Allowed at zero.
    public let absolute: Float
    /// Allowed per unit of the expected value.
    public let relative: Float

    /// fp32 against numbers computed in fp64: rounding, and sums in another order.
    public static let float32 = Tolerance(absolute: 1e-4, relative: 1e-4)

    /// bf16 (8 bits of fraction) with fp32 sums, against fp32 on the same rounded inputs.
    public static let bfloat16 = Tolerance(absolute: 1.6e-2, relative: 1.6e-2)

    /// A whole model in bf16, where every layer rounds.
    public static let bfloat16Model = Tolerance(absolute: 8e-2, relative: 8e-2)

    /// The promise of the project: no logit in fp32 further than this from transformers' or PEFT's.
    public static let logits = Tolerance(absolute: 1e-4, relative: 0)

    /// A handful of fp32 operations on scalars.
    public static let scalar = Tolerance(absolute: 1e-9, relative: 1e-6)

    /// Allows these distances.
    public init(absolute: Float, relative: Float) {
        self.absolute = absolute
        self.relative = relative
    }

    /// Whether the numbers agree; NaN never does.
    public func allows(_ actual: Float, for expected: Float) -> Bool {
        (actual - expected).magnitude <= absolute + relative * expected.magnitude
    }
}

/// Expects every element to agree, and names the worst one if not.
public func expectClose(
    _ actual: [Float], _ expected: [Float], tolerance: Tolerance = .float32, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.count == expected.count else {
        Issue.record("\(name): \(actual.count) elements, expected \(expected.count)", sourceLocation: sourceLocation)
        return
    }
    let wrong = actual.indices.filter { !tolerance.allows(actual[$0], for: expected[$0]) }
    let worst = wrong.max { distance(actual[$0], expected[$0]) < distance(actual[$1], expected[$1]) }
    guard let worst else { return }
    let extent = "\(wrong.count) of \(actual.count) elements differ, most at [\(worst)]"
    Issue.record("\(name): \(extent): \(actual[worst]), expected \(expected[worst])", sourceLocation: sourceLocation)
}

/// Expects the same shape and every element to agree.
public func expectClose(
    _ actual: Tensor?, _ expected: Tensor, tolerance: Tolerance = .float32, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard let actual else {
        Issue.record("\(name): there is no such tensor", sourceLocation: sourceLocation)
        return
    }
    guard actual.shape == expected.shape else {
        Issue.record("\(name): shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
        return
    }
    expectClose(actual.floats(), expected.floats(), tolerance: tolerance, name, sourceLocation: sourceLocation)
}

/// NaN is farther than anything.
private func distance(_ actual: Float, _ expected: Float) -> Float {
    let distance = (actual - expected).magnitude
    return distance.isNaN ? .infinity : distance
}
