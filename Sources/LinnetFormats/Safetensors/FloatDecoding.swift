/// The conversion of stored floats to single precision, for little-endian bytes of any alignment.
public enum FloatDecoding: Sendable {
    /// Bytes that already are single precision.
    case single
    /// Half precision.
    case half
    /// Upper halves of single precision.
    case brain
    /// Double precision, rounded.
    case double

    /// The conversion for an element type, or `nil` when it is not one of these floats.
    public init?(_ dtype: SafetensorsType) {
        switch dtype {
        case .float32: self = .single
        case .float16: self = .half
        case .bfloat16: self = .brain
        case .float64: self = .double
        default: return nil
        }
    }

    /// Converts as many elements as both buffers hold.
    public func callAsFunction(_ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .single:
            convert(bytes, UInt32.self, into: floats) { Float(bitPattern: UInt32(littleEndian: $0)) }
        case .half:
            convert(bytes, UInt16.self, into: floats) { HalfPrecision.float(UInt16(littleEndian: $0)) }
        case .brain:
            convert(bytes, UInt16.self, into: floats) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
        case .double:
            convert(bytes, UInt64.self, into: floats) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
        }
    }

    @inline(__always)
    private func convert<Stored: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ type: Stored.Type, into floats: UnsafeMutableBufferPointer<Float>,
        _ element: (Stored) -> Float
    ) {
        let width = MemoryLayout<Stored>.size
        guard let start = floats.baseAddress else { return }
        for index in 0..<min(floats.count, bytes.count / width) {
            (start + index).initialize(to: element(bytes.loadUnaligned(fromByteOffset: index * width, as: type)))
        }
    }
}

/// Half and brain precision from and to single precision in integer arithmetic, on any processor.
public enum HalfPrecision {
    /// The single precision number of a half precision bit pattern (1 sign, 5 exponent, 10 mantissa bits); exact.
    public static func float(_ half: UInt16) -> Float {
        let sign = UInt32(half & 0x8000) << 16
        let exponent = UInt32(half >> 10) & 0x1F
        let mantissa = UInt32(half & 0x3FF)
        if exponent == 0x1F { return Float(bitPattern: sign | 0x7F80_0000 | mantissa << 13) }
        if exponent == 0 {
            // A subnormal: mantissa · 2⁻²⁴, exact in single precision.
            let magnitude = Float(mantissa) * Float(bitPattern: 0x3380_0000)
            return Float(bitPattern: magnitude.bitPattern | sign)
        }
        return Float(bitPattern: sign | (exponent + 112) << 23 | mantissa << 13)
    }

    /// The nearest half precision bit pattern, ties to even; what is too large becomes infinite.
    public static func half(_ float: Float) -> UInt16 {
        let bits = float.bitPattern
        let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
        let magnitude = bits & 0x7FFF_FFFF
        if magnitude >= 0x7F80_0000 {
            return sign | 0x7C00 | (magnitude > 0x7F80_0000 ? 0x200 : 0)
        }
        if magnitude < 0x3880_0000 {
            // Subnormal or zero: in units of 2⁻²⁴, which the addition of 0.5 rounds (0.5 has that unit in its last place).
            let shifted = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- Float(0.5).bitPattern)
        }
        let rounded = magnitude + 0xFFF + (magnitude >> 13 & 1)
        return rounded >= 0x4780_0000 ? sign | 0x7C00 : sign | UInt16(truncatingIfNeeded: (rounded - 0x3800_0000) >> 13)
    }

    /// The nearest brain precision bit pattern (upper half of single precision), ties to even.
    public static func brain(_ float: Float) -> UInt16 {
        let bits = float.bitPattern
        if bits & 0x7FFF_FFFF > 0x7F80_0000 { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
    }
}
