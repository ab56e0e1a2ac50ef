import Foundation

/// One tensor to be written: name, type, shape and where its bytes come from.
public struct TensorRecord {
    /// Takes the next bytes of a tensor.
    public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// Its name.
    public let name: String
    /// Its element type.
    public let dtype: SafetensorsType
    /// Its dimensions, outermost first.
    public let shape: [Int]
    /// Passes all bytes (little endian, C order) to the sink, in as many pieces as it likes.
    let produce: (Sink) throws -> Void

    /// A tensor whose bytes are produced while the file is written, so that no second copy of them is needed.
    /// - Parameter produce: passes exactly `product(shape) · dtype.byteCount` bytes to the sink it is given.
    public init(name: String, dtype: SafetensorsType, shape: [Int], produce: @escaping (Sink) throws -> Void) {
        self.name = name
        self.dtype = dtype
        self.shape = shape
        self.produce = produce
    }

    /// A tensor whose bytes `fill` writes into a buffer of exactly its size when its turn comes.
    public init(
        name: String, dtype: SafetensorsType, shape: [Int],
        fill: @escaping (UnsafeMutableRawBufferPointer) throws -> Void
    ) {
        self.init(name: name, dtype: dtype, shape: shape) { sink in
            let size = TensorRecord.byteCount(dtype: dtype, shape: shape) ?? 0
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
            defer { buffer.deallocate() }
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            try fill(buffer)
            try sink(UnsafeRawBufferPointer(buffer))
        }
    }

    /// A tensor of bytes that are in memory already.
    public init(name: String, dtype: SafetensorsType, shape: [Int], bytes: [UInt8]) {
        self.init(name: name, dtype: dtype, shape: shape) { sink in try bytes.withUnsafeBytes(sink) }
    }

    /// A float tensor, stored as `dtype` (F32, or rounded to F16 or BF16).
    public init(name: String, shape: [Int], floats: [Float], dtype: SafetensorsType = .float32) {
        self.init(name: name, dtype: dtype, shape: shape) { sink in
            switch dtype {
            case .float16: try TensorRecord.pass(floats, through: HalfPrecision.half, to: sink)
            case .bfloat16: try TensorRecord.pass(floats, through: HalfPrecision.brain, to: sink)
            case .float32: try floats.withUnsafeBytes(sink)
            default:
                throw FormatError(
                    .unsupported, path: name, "floats can be written as F32, F16 or BF16, not as \(dtype.rawValue)")
            }
        }
    }

    /// A tensor of 32-bit integers.
    public init(name: String, shape: [Int], int32s: [Int32]) {
        self.init(name: name, dtype: .int32, shape: shape) { sink in try int32s.withUnsafeBytes(sink) }
    }

    /// A tensor of 64-bit integers.
    public init(name: String, shape: [Int], int64s: [Int64]) {
        self.init(name: name, dtype: .int64, shape: shape) { sink in try int64s.withUnsafeBytes(sink) }
    }

    /// Bytes of the whole tensor, or `nil` when a dimension is negative or the product does not fit.
    var byteCount: Int? { TensorRecord.byteCount(dtype: dtype, shape: shape) }

    private static func byteCount(dtype: SafetensorsType, shape: [Int]) -> Int? {
        var count = dtype.byteCount
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else { return nil }
            count = product
        }
        return count
    }

    /// Converts in pieces of 64 KiB.
    private static func pass(_ floats: [Float], through convert: (Float) -> UInt16, to sink: Sink) throws {
        var start = 0
        while start < floats.count {
            let end = min(start + 32_768, floats.count)
            try floats[start..<end].map(convert).withUnsafeBytes(sink)
            start = end
        }
    }
}
