/// A dense, contiguous, row-major array with an optional place in the autograd graph.
///
/// A tensor behaves as a value: operations return new tensors and never change their operands. Storage is shared by
/// reference beneath, so copying a `Tensor` or calling ``reshaped(_:)`` copies no elements.
///
/// ```swift
/// let x = Tensor([1, 2, 3, 4], shape: [2, 2], requiresGradient: true)
/// (x * x).sum().backward()
/// print(x.gradient?.floats() ?? [])  // [2, 4, 6, 8]
/// ```
///
/// Shapes that do not fit are programming errors and stop the program with both shapes in the message. Whatever comes
/// from a file, a flag or a request is checked, with a thrown error, before it reaches a tensor.
public struct Tensor {
    /// Extent of each dimension, outermost first; empty for a scalar.
    public let shape: [Int]
    /// Type of every element.
    public let dtype: DType
    let storage: Storage
    let node: Node?

    init(storage: Storage, shape: [Int], dtype: DType, node: Node? = nil) {
        self.shape = shape
        self.dtype = dtype
        self.storage = storage
        self.node = node
    }

    /// A tensor whose elements are not set yet; every operation fills its result completely.
    init(uninitialized shape: [Int], dtype: DType = .float32) {
        let count = shape.reduce(1, *)
        self.init(storage: Storage(byteCount: count * dtype.byteCount), shape: shape, dtype: dtype)
    }

    /// A `float32` tensor of the given values.
    ///
    /// - Parameters:
    ///   - values: The elements in row-major order; as many as the shape holds.
    ///   - shape: Extent of each dimension.
    ///   - requiresGradient: Whether ``backward()`` shall compute ``gradient`` for it.
    public init(_ values: [Float], shape: [Int], requiresGradient: Bool = false) {
        require(values.count == shape.reduce(1, *), "\(values.count) values do not fill shape \(shape)")
        let storage = Storage(byteCount: values.count * DType.float32.byteCount)
        values.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { storage.pointer.copyMemory(from: base, byteCount: bytes.count) }
        }
        self.init(storage: storage, shape: shape, dtype: .float32, node: requiresGradient ? Node() : nil)
    }

    /// A scalar.
    public init(_ value: Float) {
        self.init([value], shape: [])
    }

    /// An `int32` tensor of indices or labels.
    public init(indices: [Int32], shape: [Int]? = nil) {
        let shape = shape ?? [indices.count]
        require(indices.count == shape.reduce(1, *), "\(indices.count) values do not fill shape \(shape)")
        let storage = Storage(byteCount: indices.count * DType.int32.byteCount)
        indices.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { storage.pointer.copyMemory(from: base, byteCount: bytes.count) }
        }
        self.init(storage: storage, shape: shape, dtype: .int32)
    }

    /// A tensor of zeros.
    public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor {
        let result = Tensor(uninitialized: shape, dtype: dtype)
        result.storage.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: result.byteCount)
        return result
    }

    /// A tensor filled with one value.
    public static func full(_ shape: [Int], _ value: Float) -> Tensor {
        let result = Tensor(uninitialized: shape)
        result.floatPointer.initialize(repeating: value, count: result.count)
        return result
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Size of the elements in bytes.
    public var byteCount: Int { count * dtype.byteCount }

    /// Extent of the last dimension; 1 for a scalar.
    var columns: Int { shape.last ?? 1 }

    /// Product of all dimensions but the last.
    var rows: Int { shape.dropLast().reduce(1, *) }

    /// The elements as `Float`, row-major; `bfloat16` and `int32` are converted.
    public func floats() -> [Float] {
        switch dtype {
        case .float32: Array(UnsafeBufferPointer(start: floatPointer, count: count))
        case .bfloat16:
            UnsafeBufferPointer(start: bfloat16Pointer, count: count).map { Float(bitPattern: UInt32($0) << 16) }
        case .int32: UnsafeBufferPointer(start: int32Pointer, count: count).map { Float($0) }
        }
    }

    /// The value of a tensor with exactly one element.
    public func item() -> Float {
        require(count == 1, "item() needs one element; the shape is \(shape)")
        return floats()[0]
    }

    /// The same elements, cut off from the autograd graph.
    public func detached() -> Tensor {
        Tensor(storage: storage, shape: shape, dtype: dtype)
    }

    /// Calls `body` with the elements of a `float32` tensor, without copying them.
    public func withFloats<R>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) {
            try body(UnsafeMutableBufferPointer(start: floatPointer, count: count))
        }
    }

    var floatPointer: UnsafeMutablePointer<Float> {
        require(dtype == .float32, "expected float32, found \(dtype)")
        return storage.pointer.assumingMemoryBound(to: Float.self)
    }

    var bfloat16Pointer: UnsafeMutablePointer<UInt16> {
        require(dtype == .bfloat16, "expected bfloat16, found \(dtype)")
        return storage.pointer.assumingMemoryBound(to: UInt16.self)
    }

    var int32Pointer: UnsafeMutablePointer<Int32> {
        require(dtype == .int32, "expected int32, found \(dtype)")
        return storage.pointer.assumingMemoryBound(to: Int32.self)
    }
}

extension Tensor: CustomStringConvertible {
    /// Shape, element type and the first few elements.
    public var description: String {
        let shown = floats().prefix(8).map { "\($0)" }.joined(separator: ", ")
        return "Tensor(shape: \(shape), \(dtype), [\(shown)\(count > 8 ? ", …" : "")])"
    }
}

/// Stops the program when a caller of the tensor library broke its contract.
@inline(__always)
func require(_ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String) {
    precondition(condition(), message())
}
