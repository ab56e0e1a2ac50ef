import LinnetTensors
import Testing

/// One case of `operations.safetensors` or a file like it: inputs, an upstream gradient, and what PyTorch computes from them.
public struct OperationCase {
    private let golden: Golden
    private let name: String

    /// The case of this name.
    public init(_ name: String, in file: String = "operations.safetensors") throws {
        golden = try Golden(file)
        self.name = name
    }

    /// The indices, labels, offsets or mask that the operation takes beside its inputs.
    public func index() throws -> [Int32] { try golden.integers("\(name).index") }

    /// Expects output and every input gradient of `operation`: in fp32 equal to PyTorch's, and in bf16 equal to its own
    /// fp32 results for the same rounded inputs.
    ///
    /// - Parameters:
    ///   - parameters: Inputs that stay fp32 in bf16 computation, such as biases and norm weights.
    ///   - types: Types to compute in.
    ///   - operation: The inputs of the case to its output.
    public func expectMatches(
        parameters: Set<Int> = [], types: [DType] = [.float32, .bfloat16],
        sourceLocation: SourceLocation = #_sourceLocation, _ operation: ([Tensor]) throws -> Tensor
    ) throws {
        let inputs = try inputs()
        let upstream = try golden.tensor("\(name).upstream")
        let result = try Self.run(operation, inputs, upstream, in: .float32, parameters: parameters)
        expectClose(
            result.output, try golden.tensor("\(name).output"), "\(name).output", sourceLocation: sourceLocation)
        for (number, gradient) in result.gradients.enumerated() {
            expectClose(
                gradient, try golden.tensor("\(name).gradient\(number)"), "\(name).gradient\(number)",
                sourceLocation: sourceLocation)
        }
        guard types.contains(.bfloat16) else { return }
        let rounded = inputs.enumerated().map { parameters.contains($0) ? $1 : Self.rounded($1) }
        let reference = try Self.run(operation, rounded, Self.rounded(upstream), in: .float32, parameters: parameters)
        let halved = try Self.run(operation, rounded, Self.rounded(upstream), in: .bfloat16, parameters: parameters)
        expectClose(
            halved.output, reference.output, tolerance: .bfloat16, "\(name).output in bf16",
            sourceLocation: sourceLocation)
        for (number, pair) in zip(halved.gradients, reference.gradients).enumerated() {
            guard let expected = pair.1 else { continue }
            expectClose(
                pair.0, expected, tolerance: .bfloat16, "\(name).gradient\(number) in bf16",
                sourceLocation: sourceLocation)
        }
    }

    private func inputs() throws -> [Tensor] {
        let count = golden.names(under: "\(name).input").count
        return try (0..<count).map { try golden.tensor("\(name).input\($0)") }
    }

    private static func rounded(_ tensor: Tensor) -> Tensor {
        tensor.converted(to: .bfloat16).converted(to: .float32)
    }

    private static func run(
        _ operation: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], _ upstream: Tensor, in dtype: DType,
        parameters: Set<Int>
    ) rethrows -> (output: Tensor, gradients: [Tensor?]) {
        let leaves = inputs.map { Tensor($0.floats(), shape: $0.shape, requiresGradient: true) }
        let output = try operation(
            leaves.enumerated().map { parameters.contains($0) ? $1 : $1.converted(to: dtype) })
        output.backward(gradient: upstream)
        return (output.detached(), leaves.map(\.gradient))
    }
}
