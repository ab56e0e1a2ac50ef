extension Tensor {
    /// Zeroes elements with the given probability and scales the rest by `1 / (1 − p)`, while training.
    ///
    /// Outside of ``withDropout(from:_:)`` the tensor passes unchanged.
    public func dropout(_ probability: Float) -> Tensor {
        let mask = DropoutMask.drawn(probability)
        guard mask.probability > 0 else { return self }
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.dropout(out, self, mask)
        return out.recorded(from: [self]) { dOut in
            let dInput = Tensor(uninitialized: dOut.shape, dtype: dOut.dtype)
            backend.dropout(dInput, dOut, mask)
            return [dInput]
        }
    }
}

extension DropoutMask {
    /// The next mask of the current training step; none outside of training.
    static func drawn(_ probability: Float) -> DropoutMask {
        guard probability > 0, let stream = RandomStream.current?.stream else { return .none }
        return DropoutMask(probability: probability, seed: stream.seed, stream: stream.nextStreamNumber())
    }
}
