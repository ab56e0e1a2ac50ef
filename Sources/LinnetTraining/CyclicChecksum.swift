/// CRC-32C (Castagnoli, as in iSCSI, RFC 3720), fed in pieces.
///
/// It guards TensorBoard's records and the files of a checkpoint against damage; it is no protection against intent.
public struct CyclicChecksum: Sendable {
    private var state: UInt32 = 0xFFFF_FFFF

    /// The checksum of nothing.
    public init() {}

    /// The checksum of these bytes.
    public init(of bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The checksum of all bytes so far.
    public var value: UInt32 { ~state }

    /// Takes more bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var crc = state
        var index = 0
        Self.tables.withUnsafeBufferPointer { table in
            while bytes.count - index >= 8 {
                let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)) ^ crc
                let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index + 4, as: UInt32.self))
                crc = table[Int(0x700 | (low & 0xFF))] ^ table[Int(0x600 | (low >> 8 & 0xFF))]
                crc ^= table[Int(0x500 | (low >> 16 & 0xFF))] ^ table[Int(0x400 | (low >> 24))]
                crc ^= table[Int(0x300 | (high & 0xFF))] ^ table[Int(0x200 | (high >> 8 & 0xFF))]
                crc ^= table[Int(0x100 | (high >> 16 & 0xFF))] ^ table[Int(high >> 24)]
                index += 8
            }
            while index < bytes.count {
                crc = table[Int((crc ^ UInt32(bytes[index])) & 0xFF)] ^ (crc >> 8)
                index += 1
            }
        }
        state = crc
    }

    /// Eight tables of 256: table k holds the checksum of a byte followed by k zero bytes ("slicing by eight").
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
            tables[byte] = crc
        }
        for index in 256..<tables.count {
            let previous = tables[index - 256]
            tables[index] = tables[Int(previous & 0xFF)] ^ (previous >> 8)
        }
        return tables
    }()
}

extension CyclicChecksum {
    /// The value as eight hexadecimal digits.
    public var hexadecimal: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Takes the numbers of an array, little-endian, and their count.
    public mutating func update(_ numbers: [Int32]) {
        withUnsafeBytes(of: Int64(numbers.count).littleEndian) { update($0) }
        numbers.map(\.littleEndian).withUnsafeBytes { update($0) }
    }

    /// Takes the UTF-8 bytes of a text.
    public mutating func update(text: String) {
        Array(text.utf8).withUnsafeBytes { update($0) }
    }
}
