/// An element type of GGUF: a tensor's rows are stored in blocks of `blockElements` elements, `blockBytes` each.
///
/// All types are recognised by name and size, so that a file that uses any of them can be looked into; Linnet reads those
/// of `isRead`. Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
public struct GGUFType: Sendable, Hashable {
    /// The number in the file.
    public let number: UInt32
    /// The name llama.cpp gives it: `Q8_0`.
    public let name: String
    /// How many elements of a row one block holds; 1 for plain numbers.
    public let blockElements: Int
    /// Bytes of one block.
    public let blockBytes: Int

    /// IEEE 754 single precision.
    public static let float32 = GGUFType(0, "F32", 1, 4)
    /// IEEE 754 half precision.
    public static let float16 = GGUFType(1, "F16", 1, 2)
    /// The upper half of a single precision number.
    public static let bfloat16 = GGUFType(30, "BF16", 1, 2)
    /// IEEE 754 double precision.
    public static let float64 = GGUFType(28, "F64", 1, 8)
    /// Blocks of 32 numbers d · q: d in half precision, then 32 signed bytes q.
    public static let q8 = GGUFType(8, "Q8_0", 32, 34)
    /// Blocks of 32 numbers d · (q − 8): d in half precision, then 16 bytes; byte i holds q of number i in its low four
    /// bits and q of number i + 16 in its high four.
    public static let q4 = GGUFType(2, "Q4_0", 32, 18)

    /// Every type that current files use.
    public static let known: [GGUFType] = [
        float32, float16, q4, GGUFType(3, "Q4_1", 32, 20), GGUFType(6, "Q5_0", 32, 22), GGUFType(7, "Q5_1", 32, 24), q8,
        GGUFType(9, "Q8_1", 32, 36), GGUFType(10, "Q2_K", 256, 84), GGUFType(11, "Q3_K", 256, 110),
        GGUFType(12, "Q4_K", 256, 144), GGUFType(13, "Q5_K", 256, 176), GGUFType(14, "Q6_K", 256, 210),
        GGUFType(15, "Q8_K", 256, 292), GGUFType(16, "IQ2_XXS", 256, 66), GGUFType(17, "IQ2_XS", 256, 74),
        GGUFType(18, "IQ3_XXS", 256, 98), GGUFType(19, "IQ1_S", 256, 50), GGUFType(20, "IQ4_NL", 32, 18),
        GGUFType(21, "IQ3_S", 256, 110), GGUFType(22, "IQ2_S", 256, 82), GGUFType(23, "IQ4_XS", 256, 136),
        GGUFType(24, "I8", 1, 1), GGUFType(25, "I16", 1, 2), GGUFType(26, "I32", 1, 4), GGUFType(27, "I64", 1, 8),
        float64, GGUFType(29, "IQ1_M", 256, 56), bfloat16, GGUFType(34, "TQ1_0", 256, 54),
        GGUFType(35, "TQ2_0", 256, 66), GGUFType(39, "MXFP4", 32, 17), GGUFType(40, "NVFP4", 64, 36),
        GGUFType(41, "Q1_0", 128, 18), GGUFType(42, "Q2_0", 64, 18),
    ]

    private init(_ number: UInt32, _ name: String, _ blockElements: Int, _ blockBytes: Int) {
        (self.number, self.name, self.blockElements, self.blockBytes) = (number, name, blockElements, blockBytes)
    }

    /// The type with this number, if there is one.
    public init?(number: UInt32) {
        guard let type = GGUFType.known.first(where: { $0.number == number }) else { return nil }
        self = type
    }

    /// Whether Linnet reads its elements as floats: `F32`, `F16`, `BF16`, `F64`, `Q8_0`, `Q4_0`.
    public var isRead: Bool { decoding != nil }

    /// Bytes of a tensor of this shape (outermost dimension first); `nil` when a dimension is negative, the number does
    /// not fit, or the rows do not divide into blocks.
    public func byteCount(shape: [Int]) -> Int? {
        guard (shape.last ?? 1) % blockElements == 0 else { return nil }
        var count = 1
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else { return nil }
            count = product
        }
        let (bytes, overflow) = (count / blockElements).multipliedReportingOverflow(by: blockBytes)
        return overflow ? nil : bytes
    }

    /// How its elements become floats, or `nil` when Linnet does not read them.
    var decoding: BlockDecoding? {
        switch self {
        case .float32: return .plain(.single)
        case .float16: return .plain(.half)
        case .bfloat16: return .plain(.brain)
        case .float64: return .plain(.double)
        case .q8: return .q8
        case .q4: return .q4
        default: return nil
        }
    }
}
