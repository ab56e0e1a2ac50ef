/// One record of a TensorBoard event file: a protobuf `Event` (tensorflow/core/util/event.proto) in TFRecord framing.
struct EventRecord {
    private var message: [UInt8] = []

    /// The first record of every file.
    static func fileVersion(wallTime: Double) -> EventRecord {
        var record = EventRecord()
        record.append(double: wallTime, field: 1)
        record.append(bytes: Array("brain.Event:2".utf8), field: 3)
        return record
    }

    /// Scalars of one step: `Summary.Value { tag = 1; simple_value = 2 }`.
    static func scalars(_ values: [(tag: String, value: Float)], step: Int, wallTime: Double) -> EventRecord {
        var summary = EventRecord()
        for (tag, value) in values {
            var entry = EventRecord()
            entry.append(bytes: Array(tag.utf8), field: 1)
            entry.append(float: value, field: 2)
            summary.append(bytes: entry.message, field: 1)
        }
        var record = EventRecord()
        record.append(double: wallTime, field: 1)
        record.append(varint: UInt64(bitPattern: Int64(step)), field: 2)
        record.append(bytes: summary.message, field: 5)
        return record
    }

    /// The record as it stands in the file: length, its checksum, the message, its checksum; little-endian.
    var framed: [UInt8] {
        let length = littleEndianBytes(UInt64(message.count))
        return length + littleEndianBytes(Self.masked(length)) + message + littleEndianBytes(Self.masked(message))
    }

    /// TFRecord's mask: rotated right by 15 bits, plus a constant, so that checksums of checksums stay useful.
    private static func masked(_ bytes: [UInt8]) -> UInt32 {
        let crc = CyclicChecksum(of: bytes).value
        return ((crc >> 15) | (crc << 17)) &+ 0xA282_EAD8
    }

    private mutating func append(key field: Int, wireType: Int) {
        append(rawVarint: UInt64(field << 3 | wireType))
    }

    private mutating func append(rawVarint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            message.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        message.append(UInt8(rest))
    }

    private mutating func append(varint value: UInt64, field: Int) {
        append(key: field, wireType: 0)
        append(rawVarint: value)
    }

    private mutating func append(double value: Double, field: Int) {
        append(key: field, wireType: 1)
        message += littleEndianBytes(value.bitPattern)
    }

    private mutating func append(bytes: [UInt8], field: Int) {
        append(key: field, wireType: 2)
        append(rawVarint: UInt64(bytes.count))
        message += bytes
    }

    private mutating func append(float value: Float, field: Int) {
        append(key: field, wireType: 5)
        message += littleEndianBytes(value.bitPattern)
    }
}

private func littleEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
