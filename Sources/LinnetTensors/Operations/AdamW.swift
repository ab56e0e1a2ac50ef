/// One AdamW step of one parameter (Loshchilov & Hutter, 2019), fused into a single pass over memory.
///
/// ```
/// g ← scale · g;  p ← p (1 − lr λ);  m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²
/// p ← p − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
/// ```
/// as `torch.optim.AdamW` computes it. The bf16 shadow is refreshed in the same pass.
struct AdamWUpdate {
    /// fp32 master values.
    var values: Tensor
    var gradient: Tensor?
    /// Running mean of gradients.
    var firstMoment: Tensor
    /// Running mean of squared gradients.
    var secondMoment: Tensor
    var step: AdamWStep
}

/// What AdamW remembers of one parameter.
public struct AdamWMoments {
    /// Running mean of gradients, fp32.
    public var first: Tensor
    /// Running mean of squared gradients, fp32.
    public var second: Tensor
    /// For a table updated by rows: which rows ever had a gradient; the others have moments of zero and are skipped.
    public var touchedRows: [UInt8]

    /// Zero moments for a parameter.
    public init(for parameter: Parameter) {
        first = Tensor.zeros(parameter.shape)
        second = Tensor.zeros(parameter.shape)
        touchedRows = Array(repeating: 0, count: parameter.shape.first ?? 0)
    }
}

/// The constants of one AdamW step.
public struct AdamWStep: Sendable {
    /// Step number, from 1.
    public var step: Int
    /// Learning rate of this step.
    public var learningRate: Float
    /// Decay rate of the first moment.
    public var beta1: Double = 0.9
    /// Decay rate of the second moment.
    public var beta2: Double = 0.999
    /// Added to the root of the second moment.
    public var epsilon: Float = 1e-8
    /// Decoupled weight decay λ.
    public var weightDecay: Float = 0
    /// Factor on every gradient: the clipping coefficient.
    public var gradientScale: Float = 1

    /// A step with PyTorch's defaults.
    public init(step: Int, learningRate: Float) {
        self.step = step
        self.learningRate = learningRate
    }
}

extension Parameter {
    /// Applies one AdamW step with the accumulated gradient, and forgets the gradient.
    ///
    /// A gradient that came from embedding lookups alone is applied by rows: rows that never had one have zero moments,
    /// so only weight decay moves them, exactly as a dense step would.
    public func applyAdamW(_ step: AdamWStep, moments: inout AdamWMoments) {
        update { master, shadow in
            var update = AdamWUpdate(
                values: master, gradient: nil, firstMoment: moments.first, secondMoment: moments.second, step: step)
            if let rows = rowGradient {
                backend.adamWRows(update, gradient: rows, touched: &moments.touchedRows, shadow: shadow)
            } else if let gradient {
                update.gradient = gradient
                moments.touchedRows = Array(repeating: 1, count: moments.touchedRows.count)
                backend.adamW(update, shadow: shadow)
            }
        }
        clearGradient()
    }

    /// Sum of the squared elements of the gradient; 0 without one. NaN and infinity pass through.
    public func gradientSquareSum() -> Double {
        if let rows = rowGradient { return backend.squareSum(rows.values) }
        return gradient.map { backend.squareSum($0) } ?? 0
    }
}
