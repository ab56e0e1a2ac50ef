import LinnetLayers
import LinnetTensors
import TestSupport
import Testing

/// One case of `layers.safetensors`: a layer of `torch.nn` with its parameters, and what it computes.
struct LayerGolden {
    private let golden: Golden
    private let name: String

    init(_ name: String) throws {
        golden = try Golden("layers.safetensors")
        self.name = name
    }

    /// 1 where attending is allowed.
    func mask() throws -> Tensor {
        let integers = try golden.integers("\(name).mask")
        return Tensor(integers.map { Float($0) }, shape: try golden.shape("\(name).mask"))
    }

    /// The input, as a leaf whose gradient is kept.
    func input() throws -> Tensor { try golden.tensor("\(name).input", requiresGradient: true) }

    /// Gives each parameter the values that PyTorch's parameter of the given name has.
    func fill(_ parameters: [String: Parameter]) throws {
        for (theirs, parameter) in parameters {
            parameter.setValues(try golden.floats("\(name).parameter.\(theirs)"))
        }
    }

    /// Expects the output, and after a backward pass the gradient of the input and of every parameter.
    func expectMatches(
        _ output: Tensor, input: Tensor, _ parameters: [String: Parameter],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        expectClose(output, try golden.tensor("\(name).output"), "output", sourceLocation: sourceLocation)
        output.backward(gradient: try golden.tensor("\(name).upstream"))
        expectClose(
            input.gradient, try golden.tensor("\(name).gradient.input"), "gradient of the input",
            sourceLocation: sourceLocation)
        let expected = Set(golden.names(under: "\(name).gradient.")).subtracting(["input"])
        #expect(Set(parameters.keys) == expected, sourceLocation: sourceLocation)
        for (theirs, parameter) in parameters {
            expectClose(
                parameter.gradient, try golden.tensor("\(name).gradient.\(theirs)"), "gradient of \(theirs)",
                sourceLocation: sourceLocation)
        }
    }
}

extension SelfAttention {
    /// The parameters under the names that `nn.MultiheadAttention` has for them.
    var namedParameters: [String: Parameter] {
        let layers = ["query": query, "key": key, "value": value, "out_proj": output]
        return layers.reduce(into: [:]) { $0.merge($1.value.named($1.key)) { first, _ in first } }
    }
}

extension Linear {
    /// Weight and bias as `<prefix>.weight` and `<prefix>.bias`.
    func named(_ prefix: String) -> [String: Parameter] {
        var parameters = ["\(prefix).weight": weight]
        parameters["\(prefix).bias"] = bias
        return parameters
    }
}

extension LayerNorm {
    /// Weight and bias as `<prefix>.weight` and `<prefix>.bias`.
    func named(_ prefix: String) -> [String: Parameter] {
        ["\(prefix).weight": weight, "\(prefix).bias": bias]
    }
}
