// Elementwise functions of one argument.

extension Tensor {
    /// `exp(x)`.
    public func exp() -> Tensor { unary(.exp) }
    /// Natural logarithm.
    public func log() -> Tensor { unary(.log) }
    /// Square root.
    public func sqrt() -> Tensor { unary(.sqrt) }
    /// Hyperbolic tangent.
    public func tanh() -> Tensor { unary(.tanh) }
    /// `1 / (1 + exp(−x))`.
    public func sigmoid() -> Tensor { unary(.sigmoid) }
    /// `max(x, 0)`.
    public func relu() -> Tensor { unary(.relu) }
    /// `x · Φ(x)` with the exact normal distribution function (Hendrycks & Gimpel, 2016); Hugging Face's `gelu`.
    public func gelu() -> Tensor { unary(.gelu) }
    /// The tanh approximation of GELU; Hugging Face's `gelu_new` and `gelu_pytorch_tanh`.
    public func geluTanh() -> Tensor { unary(.geluTanh) }
    /// `x · sigmoid(x)`, also called swish.
    public func silu() -> Tensor { unary(.silu) }
    /// `x²`.
    public func squared() -> Tensor { unary(.square) }
    /// `|x|`.
    public func absolute() -> Tensor { unary(.absolute) }

    private func unary(_ function: UnaryFunction) -> Tensor {
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.unary(out, self, function)
        let input = detached()
        return out.recorded(from: [self]) { dOut in
            let dInput = Tensor(uninitialized: input.shape, dtype: input.dtype)
            backend.unaryBackward(dInput, dOut, input, function)
            return [dInput]
        }
    }
}

/// The nonlinearity between the two linear maps of a feed-forward layer, under Hugging Face's names.
public enum Activation: String, Sendable {
    /// Exact GELU.
    case gelu
    /// GELU by tanh.
    case geluNew = "gelu_new"
    /// GELU by tanh, PyTorch's spelling.
    case geluTanh = "gelu_pytorch_tanh"
    /// Rectified linear unit.
    case relu
    /// Sigmoid linear unit.
    case silu
    /// Hyperbolic tangent.
    case tanh

    /// Applies the function elementwise.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .gelu: x.gelu()
        case .geluNew, .geluTanh: x.geluTanh()
        case .relu: x.relu()
        case .silu: x.silu()
        case .tanh: x.tanh()
        }
    }
}
