/// How the weights of a model lie in memory.
public enum WeightFormat: String, CaseIterable, Sendable {
    /// Single precision, 4 bytes a weight.
    case fp32
    /// bfloat16. 2 bytes a weight; in memory a matrix takes 1.5 where the processor multiplies bfloat16, without loss.
    case bf16
    /// 8 bits and a shared half-precision scale per 32 inputs, 8.5 bits a weight: the numbers of GGUF's Q8_0.
    case q8
    /// 4 bits and a shared half-precision scale per 32 inputs, 4.5 bits a weight: the numbers of GGUF's Q4_0.
    case q4

    /// Weights that share a scale; 1 where each stands for itself.
    var blockSize: Int { self == .q8 || self == .q4 ? 32 : 1 }
}

/// A frozen `[outputs, inputs]` matrix in a packed format, read by kernels that stream every weight once.
///
/// - `q8`: `w = d · q`, q from −128 to 127, d half precision and shared by 32 inputs of a row (GGUF's Q8_0).
/// - `q4`: `w = d · (q − 8)`, q from 0 to 15 (GGUF's Q4_0).
///
/// Rounding is bit for bit that of llama.cpp's reference quantisation. In memory 16 rows are interleaved.
public final class PackedMatrix: Sendable {
    /// Number of rows.
    public let outputs: Int
    /// Number of columns.
    public let inputs: Int
    /// How the numbers are held. `bf16` where `q8` or `q4` was asked for but `inputs` is no multiple of 32.
    public let format: WeightFormat
    /// Whether `bf16` numbers are held in 12 bits each: the lower byte, and a code of 4 bits for sign and exponent.
    let isCoded: Bool
    let memory: PackedMemory

    /// Rows that lie interleaved, and are computed together.
    static let groupRows = 16

    /// Rows of activations that one reading of the weights can serve in a decoding step.
    public static let mostRows = 16

    /// Whether a product with so many rows is left to the kernels that read the packed weights.
    ///
    /// For `q8` and `q4` they are the fastest until unpacking is a small part of a product in bf16, which takes half as
    /// many operations as two terms of 8 bits. For `fp32` and plain `bf16` they are while the activations stay in the
    /// first cache, for coded `bf16` as long as unpacking costs more.
    func isStreamed(rows: Int) -> Bool {
        if format.blockSize > 1 { return rows < Self.unpackingRows }
        return rows == 1 || (rows <= Self.mostRows && (isCoded || rows * inputs <= 8192))
    }

    private static let unpackingRows = 192

    /// Size in memory.
    public var byteCount: Int { memory.byteCount }

    /// Extents, as of a weight tensor.
    public var shape: [Int] { [outputs, inputs] }

    /// A matrix in the memory given, or in memory that is to be filled.
    init(outputs: Int, inputs: Int, format: WeightFormat, coded: PackedMemory? = nil) {
        require(outputs > 0 && inputs > 0, "packed matrix of shape [\(outputs), \(inputs)]")
        self.outputs = outputs
        self.inputs = inputs
        self.format = inputs % format.blockSize == 0 ? format : .bf16
        isCoded = coded != nil
        memory =
            coded
            ?? PackedMemory(byteCount: backend.packedByteCount(self.format, outputs: outputs, inputs: inputs))
    }

    /// Packs row-major numbers.
    ///
    /// - Parameters:
    ///   - bytes: `outputs · inputs` numbers of the given type in this machine's order; they need no alignment.
    ///   - dtype: `float32` or `bfloat16`.
    public convenience init(
        bytes: UnsafeRawBufferPointer, dtype: DType, outputs: Int, inputs: Int, format: WeightFormat
    ) {
        require(
            dtype != .int32 && bytes.count == outputs * inputs * dtype.byteCount,
            "\(bytes.count) bytes of \(dtype) for a matrix of shape [\(outputs), \(inputs)]")
        let coded = format == .bf16 ? backend.coded(bytes, dtype: dtype, outputs: outputs, inputs: inputs) : nil
        self.init(outputs: outputs, inputs: inputs, format: format, coded: coded)
        if !isCoded { backend.pack(self, from: bytes, dtype: dtype) }
    }

    /// What remains of the numbers beside those of their `q8` form, in `q4`; `nil` where `inputs` is no multiple of 32.
    ///
    /// Both together are the numbers in about 12 bits. Parameters as in ``init(bytes:dtype:outputs:inputs:format:)``.
    public convenience init?(
        restOfEightBits bytes: UnsafeRawBufferPointer, dtype: DType, outputs: Int, inputs: Int
    ) {
        guard inputs % WeightFormat.q4.blockSize == 0 else { return nil }
        self.init(outputs: outputs, inputs: inputs, format: .q4)
        require(
            dtype != .int32 && bytes.count == outputs * inputs * dtype.byteCount,
            "\(bytes.count) bytes of \(dtype) for a matrix of shape \(shape)")
        backend.packRest(self, from: bytes, dtype: dtype)
    }

    /// Packs row-major floats.
    public convenience init(floats: UnsafeBufferPointer<Float>, outputs: Int, inputs: Int, format: WeightFormat) {
        self.init(
            bytes: UnsafeRawBufferPointer(floats), dtype: .float32, outputs: outputs, inputs: inputs, format: format)
    }

    /// Packs row-major floats.
    public convenience init(_ values: [Float], outputs: Int, inputs: Int, format: WeightFormat) {
        let copy = Tensor(values, shape: [outputs, inputs])
        self.init(copy, format: format)
    }

    /// Packs row-major bfloat16 numbers, which need no alignment; to `bf16` it is one copy.
    public convenience init(bfloat16: UnsafeRawBufferPointer, outputs: Int, inputs: Int, format: WeightFormat) {
        self.init(bytes: bfloat16, dtype: .bfloat16, outputs: outputs, inputs: inputs, format: format)
    }

    /// Packs a `float32` or `bfloat16` matrix.
    public convenience init(_ tensor: Tensor, format: WeightFormat) {
        require(tensor.shape.count == 2, "packed matrix of shape \(tensor.shape)")
        let bytes = UnsafeRawBufferPointer(start: tensor.storage.pointer, count: tensor.byteCount)
        self.init(
            bytes: bytes, dtype: tensor.dtype, outputs: tensor.shape[0], inputs: tensor.shape[1], format: format)
        withExtendedLifetime(tensor.storage) {}
    }

    /// Packs the blocks of a GGUF tensor; the numbers stay what they are.
    ///
    /// - Parameters:
    ///   - blocks: `block_q8_0` (34 bytes) or `block_q4_0` (18 bytes), row after row.
    ///   - format: `q8` or `q4`; `inputs` is a multiple of 32.
    public convenience init(blocks: UnsafeRawBufferPointer, outputs: Int, inputs: Int, format: WeightFormat) {
        require(
            format.blockSize == 32 && inputs % 32 == 0, "blocks of \(format.rawValue) for rows of \(inputs) inputs")
        self.init(outputs: outputs, inputs: inputs, format: format)
        require(
            blocks.count == Self.blockByteCount(format, outputs: outputs, inputs: inputs),
            "\(blocks.count) bytes of blocks for a matrix of shape \(shape)")
        backend.packBlocks(self, from: blocks)
    }

    /// Bytes of a matrix in GGUF's blocks.
    public static func blockByteCount(_ format: WeightFormat, outputs: Int, inputs: Int) -> Int {
        outputs * (inputs / 32) * (format == .q8 ? 34 : 18)
    }

    /// The numbers as GGUF's blocks, row after row; `q8` and `q4` only.
    public func blocks() -> [UInt8] {
        require(format.blockSize == 32, "a matrix in \(format.rawValue) has no blocks")
        let count = Self.blockByteCount(format, outputs: outputs, inputs: inputs)
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            backend.unpackBlocks(self, to: UnsafeMutableRawBufferPointer(bytes))
            initialized = count
        }
    }

    /// The matrix as a tensor, `[outputs, inputs]`. In its own type it shares the memory; otherwise it is unpacked anew.
    public func unpacked(as dtype: DType) -> Tensor {
        let isHeldSo = format == .fp32 ? dtype == .float32 : format == .bf16 && !isCoded && dtype == .bfloat16
        if isHeldSo { return Tensor(storage: Storage(reading: memory), shape: shape, dtype: dtype) }
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.unpack(out, self)
        return out
    }

    /// Some rows, `[ids.count, inputs]`: the lookup of an embedding. The id −1 gives a row of zeros.
    public func rows(_ ids: [Int32], as dtype: DType) -> Tensor {
        require(
            ids.allSatisfy { $0 >= -1 && $0 < Int32(clamping: outputs) }, "an id lies outside the \(outputs) rows")
        let out = Tensor(uninitialized: [ids.count, inputs], dtype: dtype)
        backend.packedRows(out, self, ids)
        return out
    }
}
