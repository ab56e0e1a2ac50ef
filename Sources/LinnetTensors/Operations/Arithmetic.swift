// Sums, products and their broadcasting, as NumPy broadcasts: trailing dimensions are aligned, extents of 1 repeat.

extension Tensor {
    /// Elementwise sum.
    public static func + (a: Tensor, b: Tensor) -> Tensor {
        let (x, y, shape) = broadcast(a, b)
        let out = Tensor(uninitialized: shape, dtype: x.dtype)
        backend.add(out, x, y)
        return out.recorded(from: [a, b]) { dOut in
            [dOut.reduced(to: a.shape), dOut.reduced(to: b.shape)]
        }
    }

    /// Elementwise difference.
    public static func - (a: Tensor, b: Tensor) -> Tensor {
        let (x, y, shape) = broadcast(a, b)
        let out = Tensor(uninitialized: shape, dtype: x.dtype)
        backend.subtract(out, x, y)
        return out.recorded(from: [a, b]) { dOut in
            [dOut.reduced(to: a.shape), (dOut * -1).reduced(to: b.shape)]
        }
    }

    /// Elementwise product.
    public static func * (a: Tensor, b: Tensor) -> Tensor {
        let (x, y, shape) = broadcast(a, b)
        let out = Tensor(uninitialized: shape, dtype: x.dtype)
        backend.multiply(out, x, y)
        return out.recorded(from: [a, b]) { dOut in
            [(dOut * y.detached()).reduced(to: a.shape), (dOut * x.detached()).reduced(to: b.shape)]
        }
    }

    /// Elementwise quotient.
    public static func / (a: Tensor, b: Tensor) -> Tensor {
        let (x, y, shape) = broadcast(a, b)
        let out = Tensor(uninitialized: shape, dtype: x.dtype)
        backend.divide(out, x, y)
        let quotient = out
        return out.recorded(from: [a, b]) { dOut in
            // d(a/b)/da = 1/b, d(a/b)/db = −(a/b)/b
            let dA = dOut / y.detached()
            return [dA.reduced(to: a.shape), (dA * quotient * -1).reduced(to: b.shape)]
        }
    }

    /// Every element plus a number.
    public static func + (a: Tensor, amount: Float) -> Tensor {
        let out = Tensor(uninitialized: a.shape, dtype: a.dtype)
        backend.offset(out, a, by: amount)
        return out.recorded(from: [a]) { [$0] }
    }

    /// Every element less a number.
    public static func - (a: Tensor, amount: Float) -> Tensor { a + -amount }

    /// Every element times a number.
    public static func * (a: Tensor, factor: Float) -> Tensor {
        let out = Tensor(uninitialized: a.shape, dtype: a.dtype)
        backend.scale(out, a, by: factor)
        return out.recorded(from: [a]) { [$0 * factor] }
    }

    /// Every element times a number.
    public static func * (factor: Float, a: Tensor) -> Tensor { a * factor }

    /// Every element divided by a number.
    public static func / (a: Tensor, divisor: Float) -> Tensor { a * (1 / divisor) }

    /// Every element negated.
    public static prefix func - (a: Tensor) -> Tensor { a * -1 }

    /// The elements in another floating-point type; the gradient is converted back.
    public func converted(to dtype: DType) -> Tensor {
        guard dtype != self.dtype else { return self }
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.convert(out, self)
        let original = self.dtype
        return out.recorded(from: [self]) { [$0.converted(to: original)] }
    }
}

extension Tensor {
    /// Both operands repeated to their common shape, outside the graph.
    private static func broadcast(_ a: Tensor, _ b: Tensor) -> (Tensor, Tensor, [Int]) {
        require(a.dtype == b.dtype, "operands of type \(a.dtype) and \(b.dtype)")
        guard a.shape != b.shape else { return (a, b, a.shape) }
        let rank = max(a.shape.count, b.shape.count)
        let left = Array(repeating: 1, count: rank - a.shape.count) + a.shape
        let right = Array(repeating: 1, count: rank - b.shape.count) + b.shape
        let shape = zip(left, right).map { l, r in
            require(l == r || l == 1 || r == 1, "shapes \(a.shape) and \(b.shape) do not broadcast")
            return l == 1 ? r : l
        }
        return (a.detached().repeated(to: shape), b.detached().repeated(to: shape), shape)
    }

    /// Repeats along dimensions of extent 1 until the shape is reached.
    func repeated(to target: [Int]) -> Tensor {
        guard shape != target else { return self }
        let index = Tensor.broadcastIndex(from: shape, to: target)
        let out = Tensor(uninitialized: target, dtype: dtype)
        switch dtype {
        case .bfloat16: copyElements(index, from: bfloat16Pointer, to: out.bfloat16Pointer)
        case .float32: copyElements(index, from: floatPointer, to: out.floatPointer)
        case .int32: copyElements(index, from: int32Pointer, to: out.int32Pointer)
        }
        return out
    }

    /// Sums over the dimensions that broadcasting repeated: the backward of ``repeated(to:)``.
    func reduced(to target: [Int]) -> Tensor {
        guard shape != target else { return self }
        let source = converted(to: .float32)
        let out = Tensor.zeros(target)
        let (from, to) = (source.floatPointer, out.floatPointer)
        for (position, place) in Tensor.broadcastIndex(from: target, to: shape).enumerated() {
            to[place] += from[position]
        }
        return out.converted(to: dtype)
    }

    /// For every element of `target`, the element of `source` it repeats.
    private static func broadcastIndex(from source: [Int], to target: [Int]) -> [Int] {
        let padded = Array(repeating: 1, count: target.count - source.count) + source
        var index = [0]
        var stride = 1
        for (extent, own) in zip(target, padded).reversed() {
            let step = own == 1 ? 0 : stride
            index = (0..<extent).flatMap { position in index.map { $0 + position * step } }
            stride *= own
        }
        return index
    }

    private func copyElements<T>(_ index: [Int], from: UnsafeMutablePointer<T>, to: UnsafeMutablePointer<T>) {
        for (position, place) in index.enumerated() { to[position] = from[place] }
    }
}
