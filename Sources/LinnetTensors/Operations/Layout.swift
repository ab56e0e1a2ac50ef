// Operations that move elements and change none.

extension Tensor {
    /// The same elements under another shape; a view. One extent may be −1 and is computed.
    public func reshaped(_ newShape: [Int]) -> Tensor {
        var target = newShape
        if let open = target.firstIndex(of: -1) {
            let known = target.reduce(1) { $0 * ($1 == -1 ? 1 : $1) }
            target[open] = known == 0 ? 0 : count / known
        }
        require(target.reduce(1, *) == count, "shape \(shape) cannot become \(newShape)")
        let view = Tensor(storage: storage, shape: target, dtype: dtype)
        let original = shape
        return view.recorded(from: [self]) { [$0.reshaped(original)] }
    }

    /// Dimensions in another order: dimension `i` of the result is dimension `order[i]` of `self`.
    public func permuted(_ order: [Int]) -> Tensor {
        require(order.sorted() == Array(shape.indices), "order \(order) for shape \(shape)")
        let out = Tensor(uninitialized: order.map { shape[$0] }, dtype: dtype)
        let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        var index = [0]
        for dimension in order.reversed() {
            let stride = strides[dimension]
            index = (0..<shape[dimension]).flatMap { position in index.map { $0 + position * stride } }
        }
        move(index, into: out)
        let inverse = order.indices.map { position in order.firstIndex(of: position) ?? position }
        return out.recorded(from: [self]) { [$0.permuted(inverse)] }
    }

    /// Two dimensions exchanged; the last two unless told otherwise.
    public func transposed(_ first: Int = -2, _ second: Int = -1) -> Tensor {
        let rank = shape.count
        var order = Array(shape.indices)
        order.swapAt(first < 0 ? rank + first : first, second < 0 ? rank + second : second)
        return permuted(order)
    }

    /// Joins tensors along an existing dimension.
    public static func concatenated(_ parts: [Tensor], axis: Int = 0) -> Tensor {
        require(!parts.isEmpty, "nothing to concatenate")
        let first = parts[0]
        let extents = parts.map { $0.shape[axis] }
        var shape = first.shape
        shape[axis] = extents.reduce(0, +)
        let out = Tensor(uninitialized: shape, dtype: first.dtype)
        var start = 0
        for part in parts {
            require(part.dtype == first.dtype && part.shape.count == shape.count, "parts of different kind")
            part.copySlab(from: 0, of: part.shape[axis], into: out, at: start, axis: axis, extent: part.shape[axis])
            start += part.shape[axis]
        }
        return out.recorded(from: parts) { dOut in
            var start = 0
            return extents.map { extent in
                defer { start += extent }
                return dOut.slice(start..<(start + extent), axis: axis)
            }
        }
    }

    /// Part of one dimension.
    public func slice(_ range: Range<Int>, axis: Int = 0) -> Tensor {
        require(range.lowerBound >= 0 && range.upperBound <= shape[axis], "slice \(range) of shape \(shape)")
        var part = shape
        part[axis] = range.count
        let out = Tensor(uninitialized: part, dtype: dtype)
        copySlab(from: range.lowerBound, of: shape[axis], into: out, at: 0, axis: axis, extent: range.count)
        let original = shape
        return out.recorded(from: [self]) { dOut in
            let dInput = Tensor.zeros(original, dtype: dOut.dtype)
            dOut.copySlab(
                from: 0, of: range.count, into: dInput, at: range.lowerBound, axis: axis, extent: range.count)
            return [dInput]
        }
    }

    /// A copy with its own storage, outside the graph.
    func copied() -> Tensor {
        let out = Tensor(uninitialized: shape, dtype: dtype)
        out.storage.pointer.copyMemory(from: storage.pointer, byteCount: byteCount)
        return out
    }

    /// Copies `extent` positions of `axis`, starting at `from`, to position `at` of `target`.
    private func copySlab(from: Int, of total: Int, into target: Tensor, at: Int, axis: Int, extent: Int) {
        let inner = shape[(axis + 1)...].reduce(1, *) * dtype.byteCount
        let outer = shape[..<axis].reduce(1, *)
        for block in 0..<outer {
            let source = storage.pointer + (block * total + from) * inner
            let destination = target.storage.pointer + (block * target.shape[axis] + at) * inner
            destination.copyMemory(from: source, byteCount: extent * inner)
        }
    }

    private func move(_ index: [Int], into out: Tensor) {
        switch dtype {
        case .float32: for (to, from) in index.enumerated() { out.floatPointer[to] = floatPointer[from] }
        case .bfloat16: for (to, from) in index.enumerated() { out.bfloat16Pointer[to] = bfloat16Pointer[from] }
        case .int32: for (to, from) in index.enumerated() { out.int32Pointer[to] = int32Pointer[from] }
        }
    }
}
