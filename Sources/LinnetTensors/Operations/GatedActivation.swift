extension Tensor {
    /// The gate of SwiGLU (Shazeer, 2020): `silu(x) · up`, elementwise, `silu(x) = x / (1 + exp(−x))`.
    ///
    /// `d up = dy · silu(x)`, `dx = dy · up · silu′(x)`.
    public func siluGated(by up: Tensor) -> Tensor {
        require(up.shape == shape && up.dtype == dtype, "gate of shape \(shape) for \(up.shape)")
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.siluGated(out, self, up)
        guard Tensor.records(self, up) else { return out }
        let (gate, values) = (detached(), up.detached())
        return out.recorded(from: [self, up]) { dOut in
            let dGate = Tensor(uninitialized: gate.shape, dtype: gate.dtype)
            let dUp = Tensor(uninitialized: gate.shape, dtype: gate.dtype)
            backend.siluGatedBackward(dGate, dUp, dOut, gate, values)
            return [dGate, dUp]
        }
    }
}
