/// The conversion of a GGUF tensor's bytes, of any alignment, to single precision.
enum BlockDecoding: Sendable {
    /// One number after the other.
    case plain(FloatDecoding)
    /// `Q8_0`: blocks of 32 numbers d · q, d in half precision, q a signed byte.
    case q8
    /// `Q4_0`: blocks of 32 numbers d · (q − 8), d in half precision; byte i holds q of number i in its low four bits and
    /// of number i + 16 in its high four.
    case q4

    private static let blockElements = 32

    /// Converts as many whole blocks as both buffers hold.
    func callAsFunction(_ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .plain(let decode): decode(bytes, into: floats)
        case .q8:
            eachBlock(of: 34, bytes, floats) { source, offset, scale, target in
                for index in 0..<32 {
                    let quant = source.loadUnaligned(fromByteOffset: offset + index, as: Int8.self)
                    (target + index).initialize(to: scale * Float(quant))
                }
            }
        case .q4:
            eachBlock(of: 18, bytes, floats) { source, offset, scale, target in
                for index in 0..<16 {
                    let pair = Int32(source[offset + index])
                    (target + index).initialize(to: scale * Float((pair & 15) - 8))
                    (target + index + 16).initialize(to: scale * Float((pair >> 4) - 8))
                }
            }
        }
    }

    @inline(__always)
    private func eachBlock(
        of size: Int, _ bytes: UnsafeRawBufferPointer, _ floats: UnsafeMutableBufferPointer<Float>,
        _ body: (UnsafeRawBufferPointer, _ offset: Int, _ scale: Float, UnsafeMutablePointer<Float>) -> Void
    ) {
        guard let start = floats.baseAddress else { return }
        for block in 0..<min(bytes.count / size, floats.count / BlockDecoding.blockElements) {
            let half = bytes.loadUnaligned(fromByteOffset: block * size, as: UInt16.self)
            let scale = HalfPrecision.float(UInt16(littleEndian: half))
            body(bytes, block * size + 2, scale, start + block * BlockDecoding.blockElements)
        }
    }
}
