extension Tensor {
    /// Sum of all elements; a scalar.
    public func sum() -> Tensor {
        let out = Tensor(Float(backend.sum(self))).converted(to: dtype)
        let original = shape
        return out.recorded(from: [self]) { dOut in
            [dOut.reshaped(Array(repeating: 1, count: original.count)).repeated(to: original)]
        }
    }

    /// Mean of all elements; a scalar.
    public func mean() -> Tensor { sum() / Float(count) }

    /// Sum along one dimension, which is kept with extent 1 if asked.
    public func sum(axis: Int, keepingDimension: Bool = false) -> Tensor {
        let axis = axis < 0 ? shape.count + axis : axis
        var kept = shape
        kept[axis] = 1
        var dropped = shape
        dropped.remove(at: axis)
        let original = shape
        let out = detached().reduced(to: kept).reshaped(keepingDimension ? kept : dropped)
        return out.recorded(from: [self]) { dOut in
            [dOut.reshaped(kept).repeated(to: original)]
        }
    }

    /// Mean along one dimension.
    public func mean(axis: Int, keepingDimension: Bool = false) -> Tensor {
        sum(axis: axis, keepingDimension: keepingDimension) / Float(shape[axis < 0 ? shape.count + axis : axis])
    }

    /// Index of the largest element of each row; outside the graph.
    public func argmax() -> [Int] {
        let values = floats()
        return (0..<rows).map { row in
            let start = row * columns
            return (0..<columns).max { values[start + $0] < values[start + $1] } ?? 0
        }
    }
}
