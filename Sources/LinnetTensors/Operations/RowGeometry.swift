// Lengths, products and distances of rows as vectors: what losses over embeddings are made of.

extension Tensor {
    /// Each row divided by its Euclidean length `‖x‖` (at least 1e-12).
    ///
    /// `dx = (dy − y (y·dy)) / ‖x‖`; for a row shorter than 1e-12 the divisor is a constant, as in PyTorch's `normalize`.
    public func l2Normalized() -> Tensor {
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.l2Normalize(out, self)
        let input = detached()
        return out.recorded(from: [self]) { dOut in
            let squares = input.innerProducts(with: input)
            let along = out.innerProducts(with: dOut)
            let (across, back) = (Tensor(uninitialized: squares.shape), Tensor(uninitialized: squares.shape))
            for row in 0..<squares.count {
                let length = squares.floatPointer[row].squareRoot()
                across.floatPointer[row] = 1 / max(length, 1e-12)
                back.floatPointer[row] = length < 1e-12 ? 0 : -along.floatPointer[row] / length
            }
            let dInput = dOut.rowsScaled(by: across)
            backend.add(dInput, dInput, out.rowsScaled(by: back))
            return [dInput]
        }
    }

    /// The inner product of each row with the row of `other` at the same place: `[…, columns]² → […]`, `float32`.
    public func rowDots(_ other: Tensor) -> Tensor {
        require(shape == other.shape && dtype == other.dtype, "inner products of rows of \(shape) and \(other.shape)")
        let (a, b) = (detached(), other.detached())
        return a.innerProducts(with: b).recorded(from: [self, other]) { dOut in
            [b.rowsScaled(by: dOut), a.rowsScaled(by: dOut)]
        }
    }

    /// The Euclidean distance of each row from the row of `other` at the same place: `[…, columns]² → […]`, `float32`.
    ///
    /// `d‖a − b‖ = (a − b) / ‖a − b‖ · (da − db)`; 0 where the rows are equal, as in PyTorch's `vector_norm`.
    public func rowDistances(to other: Tensor) -> Tensor {
        require(shape == other.shape && dtype == other.dtype, "distances of rows of \(shape) and \(other.shape)")
        let difference = Tensor(uninitialized: shape, dtype: dtype)
        backend.subtract(difference, self, other)
        let distances = difference.innerProducts(with: difference)
        for row in 0..<distances.count {
            distances.floatPointer[row] = distances.floatPointer[row].squareRoot()
        }
        return distances.recorded(from: [self, other]) { dOut in
            let factors = Tensor(uninitialized: distances.shape)
            for row in 0..<distances.count {
                let distance = distances.floatPointer[row]
                factors.floatPointer[row] = distance > 0 ? dOut.floatPointer[row] / distance : 0
            }
            let dSelf = difference.rowsScaled(by: factors)
            return [dSelf, dSelf * -1]
        }
    }

    /// ``rowDots(_:)`` outside the graph.
    private func innerProducts(with other: Tensor) -> Tensor {
        let out = Tensor(uninitialized: Array(shape.dropLast()))
        backend.rowDots(out, self, other)
        return out
    }

    /// Each row times its own factor, outside the graph.
    private func rowsScaled(by factors: Tensor) -> Tensor {
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.scaleRows(out, self, by: factors)
        return out
    }
}
