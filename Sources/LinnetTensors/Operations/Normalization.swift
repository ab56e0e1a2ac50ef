extension Tensor {
    /// Layer normalisation over the last dimension (Ba et al., 2016): `γ · (x − μ) / √(σ² + ε) + β`.
    ///
    /// Statistics are computed in `float32`; `gamma` and `beta` are `float32` of shape `[columns]`.
    public func layerNorm(gamma: Tensor, beta: Tensor, epsilon: Float) -> Tensor {
        let norm = NormWeights(gamma: gamma.detached(), beta: beta.detached(), epsilon: epsilon)
        let state = NormState(rows: rows)
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.layerNorm(out, state, self, norm)
        let input = detached()
        let learnsNorm = gamma.node != nil || beta.node != nil
        return out.recorded(from: [self, gamma, beta]) { dOut in
            let dInput = Tensor(uninitialized: input.shape, dtype: input.dtype)
            let dGamma = learnsNorm ? Tensor.zeros(norm.gamma.shape) : nil
            let dBeta = learnsNorm ? Tensor.zeros(norm.gamma.shape) : nil
            backend.layerNormBackward(dInput, dGamma, dBeta, dOut, input, state, norm)
            return [dInput, dGamma, dBeta]
        }
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
        let state = NormState(rows: rows)
        let out = Tensor(uninitialized: shape, dtype: dtype)
        let sum = Tensor(uninitialized: shape, dtype: dtype)
        backend.dropoutAddLayerNorm(out, sum, state, self, residual, mask, norm)
        let learnsNorm = gamma.node != nil || beta.node != nil
        return out.recorded(from: [self, residual, gamma, beta]) { dOut in
            let dInput = Tensor(uninitialized: sum.shape, dtype: sum.dtype)
            let dResidual = Tensor(uninitialized: sum.shape, dtype: sum.dtype)
            let dGamma = learnsNorm ? Tensor.zeros(norm.gamma.shape) : nil
            let dBeta = learnsNorm ? Tensor.zeros(norm.gamma.shape) : nil
            backend.dropoutAddLayerNormBackward(
                dInput, dResidual, dGamma, dBeta, dOut, sum, state, mask, norm)
            return [dInput, dResidual, dGamma, dBeta]
        }
    }
}
