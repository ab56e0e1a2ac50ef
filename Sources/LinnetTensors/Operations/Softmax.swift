extension Tensor {
    /// `exp(xᵢ) / Σⱼ exp(xⱼ)` over the last dimension.
    public func softmax() -> Tensor {
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.softmax(out, self)
        return out.recorded(from: [self]) { dOut in
            let dInput = Tensor(uninitialized: out.shape, dtype: out.dtype)
            backend.softmaxBackward(dInput, dOut, out)
            return [dInput]
        }
    }

    /// `xᵢ − log Σⱼ exp(xⱼ)` over the last dimension.
    public func logSoftmax() -> Tensor {
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.logSoftmax(out, self)
        return out.recorded(from: [self]) { dOut in
            let dInput = Tensor(uninitialized: out.shape, dtype: out.dtype)
            backend.logSoftmaxBackward(dInput, dOut, out)
            return [dInput]
        }
    }

    /// Target that ``crossEntropy(_:labelSmoothing:divisor:)`` leaves out, as in PyTorch.
    public static let ignoredTarget: Int32 = -100

    /// Cross-entropy between logits `[rows, classes]` and class indices.
    ///
    /// `−(1−ε) log p(target) − (ε / classes) Σ log p`, averaged over the rows that are not ignored; equals PyTorch's
    /// `cross_entropy(label_smoothing=ε)`.
    ///
    /// - Parameters:
    ///   - targets: One class per row, or ``ignoredTarget``.
    ///   - labelSmoothing: ε, in [0, 1).
    ///   - divisor: What the sum is divided by instead of the number of rows counted here: gradient accumulation
    ///     divides by the rows of the whole step.
    /// - Returns: A `float32` scalar.
    public func crossEntropy(_ targets: [Int32], labelSmoothing: Float = 0, divisor: Int? = nil) -> Tensor {
        let classes = columns
        require(targets.count == rows, "\(targets.count) targets for \(rows) rows of logits")
        require(
            targets.allSatisfy { $0 == Tensor.ignoredTarget || (0..<Int32(classes)).contains($0) },
            "a target lies outside 0..<\(classes)")
        let losses = Tensor(uninitialized: [rows])
        let logSumExp = Tensor(uninitialized: [rows])
        backend.crossEntropy(losses, logSumExp, self, targets: targets, smoothing: labelSmoothing)
        let counted = divisor ?? targets.count { $0 != Tensor.ignoredTarget }
        let scale = 1 / Float(max(counted, 1))
        let logits = detached()
        return Tensor(Float(backend.sum(losses)) * scale).recorded(from: [self]) { dOut in
            let dLogits = Tensor(uninitialized: logits.shape, dtype: logits.dtype)
            backend.crossEntropyBackward(
                dLogits, logits, logSumExp, targets: targets, smoothing: labelSmoothing, scale: scale * dOut.item())
            return [dLogits]
        }
    }
}
