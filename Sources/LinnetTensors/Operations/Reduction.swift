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

    /// Index of the greatest element of each row, the first of equal ones; outside the graph.
    public func argmax() -> [Int] {
        [Int32](unsafeUninitializedCapacity: rows) { indices, count in
            if let places = indices.baseAddress { backend.argmax(places, self) }
            count = rows
        }.map { Int($0) }
    }
}
