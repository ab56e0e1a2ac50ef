extension Tensor {
    /// Layer normalisation over the last dimension (Ba et al., 2016): `γ · (x − μ) / √(σ² + ε) + β`.
    ///
    /// Statistics are computed in `float32`; `gamma` and `beta` are `float32` of shape `[columns]`.
    public func layerNorm(gamma: Tensor, beta: Tensor, epsilon: Float) -> Tensor {
        normed(gamma, beta, epsilon)
    }

    /// Root-mean-square normalisation over the last dimension (Zhang & Sennrich, 2019): `w · x / √(mean(x²) + ε)`.
    ///
    /// Statistics are computed in `float32`; `weight` is `float32` of shape `[columns]`.
    public func rmsNorm(weight: Tensor, epsilon: Float) -> Tensor {
        normed(weight, nil, epsilon)
    }

    /// The seam between two pre-norm sublayers in one pass: `sum = x + residual` and `layerNorm(sum)`.
    public func addedLayerNormed(
        residual: Tensor, gamma: Tensor, beta: Tensor, epsilon: Float
    ) -> (normed: Tensor, sum: Tensor) {
        addedNormed(residual, gamma, beta, epsilon)
    }

    /// The seam between two pre-norm sublayers in one pass: `sum = x + residual` and `rmsNorm(sum)`.
    public func addedRMSNormed(residual: Tensor, weight: Tensor, epsilon: Float) -> (normed: Tensor, sum: Tensor) {
        addedNormed(residual, weight, nil, epsilon)
    }

    /// The end of a post-norm sublayer in one pass: `layerNorm(dropout(x) + residual)`.
    ///
    /// Equal to the three operations one after another; the mask is recomputed in the backward.
    public func droppedAddedNormed(
        residual: Tensor, dropout probability: Float, gamma: Tensor, beta: Tensor, epsilon: Float
    ) -> Tensor {
        require(residual.shape == shape, "residual of shape \(residual.shape) for \(shape)")
        let norm = NormWeights(gamma: gamma.detached(), beta: beta.detached(), epsilon: epsilon)
        let mask = DropoutMask.drawn(probability)
        let isRecorded = Tensor.records(self, residual, gamma, beta)
        let state = isRecorded ? NormState(for: norm, rows: rows) : .none
        let out = Tensor(uninitialized: shape, dtype: dtype)
        let sum = Tensor(uninitialized: shape, dtype: dtype)
        backend.dropoutAddNorm(out, sum, state, self, residual, mask, norm)
        guard isRecorded else { return out }
        let learnsNorm = gamma.node != nil || beta.node != nil
        return out.recorded(from: [self, residual, gamma, beta]) { dOut in
            let dInput = Tensor(uninitialized: sum.shape, dtype: sum.dtype)
            let dResidual = Tensor(uninitialized: sum.shape, dtype: sum.dtype)
            let dGamma = learnsNorm ? Tensor.zeros(norm.gamma.shape) : nil
            let dBeta = learnsNorm ? Tensor.zeros(norm.gamma.shape) : nil
            backend.dropoutAddNormBackward(
                dInput, dResidual, dGamma, dBeta, dOut, sum, state, mask, norm)
            return [dInput, dResidual, dGamma, dBeta]
        }
    }
}

extension Tensor {
    private func normed(_ gamma: Tensor, _ beta: Tensor?, _ epsilon: Float) -> Tensor {
        require(gamma.count == columns, "norm of \(gamma.count) columns applied to shape \(shape)")
        let norm = NormWeights(gamma: gamma, beta: beta, epsilon: epsilon)
        let isRecorded = Tensor.records(self, gamma, beta)
        let state = isRecorded ? NormState(for: norm, rows: rows) : .none
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.norm(out, state, self, norm)
        return isRecorded ? out.recorded(asNormOf: self, norm, state) : out
    }

    private func addedNormed(
        _ residual: Tensor, _ gamma: Tensor, _ beta: Tensor?, _ epsilon: Float
    ) -> (normed: Tensor, sum: Tensor) {
        require(residual.shape == shape, "residual of shape \(residual.shape) for \(shape)")
        require(gamma.count == columns, "norm of \(gamma.count) columns applied to shape \(shape)")
        let norm = NormWeights(gamma: gamma, beta: beta, epsilon: epsilon)
        let isRecorded = Tensor.records(self, residual, gamma, beta)
        let state = isRecorded ? NormState(for: norm, rows: rows) : .none
        let out = Tensor(uninitialized: shape, dtype: dtype)
        let sum = Tensor(uninitialized: shape, dtype: dtype)
        backend.dropoutAddNorm(out, sum, state, self, residual, .none, norm)
        guard isRecorded else { return (out, sum) }
        // Two nodes: the gradients of both results meet in that of the sum.
        let recordedSum = sum.recorded(from: [self, residual]) { [$0, $0] }
        return (out.recorded(asNormOf: recordedSum, norm, state), recordedSum)
    }

    /// This result, with the backward of a norm.
    private func recorded(asNormOf input: Tensor, _ norm: NormWeights, _ state: NormState) -> Tensor {
        let parameters = [norm.gamma] + (norm.beta.map { [$0] } ?? [])
        let learnsNorm = parameters.contains { $0.node != nil }
        let weights = NormWeights(
            gamma: norm.gamma.detached(), beta: norm.beta?.detached(), epsilon: norm.epsilon)
        let values = input.detached()
        return recorded(from: [input] + parameters) { dOut in
            let dInput = Tensor(uninitialized: values.shape, dtype: values.dtype)
            let dGamma = learnsNorm ? Tensor.zeros(weights.gamma.shape) : nil
            let dBeta = learnsNorm && weights.beta != nil ? Tensor.zeros(weights.gamma.shape) : nil
            backend.normBackward(dInput, dGamma, dBeta, dOut, values, state, weights)
            return weights.beta == nil ? [dInput, dGamma] : [dInput, dGamma, dBeta]
        }
    }
}

extension NormState {
    fileprivate init(for norm: NormWeights, rows: Int) {
        mean = norm.beta == nil ? nil : Tensor(uninitialized: [rows])
        reciprocalDeviation = Tensor(uninitialized: [rows])
    }
}
