/// One Unicode scalar at a place in bytes that claim to be UTF-8.
struct UTF8Scalar {
    /// The scalar's value; nil where the bytes are ill-formed.
    let value: UInt32?
    /// Bytes of the scalar, or of the longest ill-formed piece that stands for one replacement character
    /// (Unicode 15, table 3-7 and section 3.9, "maximal subpart").
    let length: Int

    /// Reads the scalar at `place`, which must be inside of `bytes`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) {
        let lead = bytes[place]
        guard lead >= 0x80 else {
            self.init(value: UInt32(lead), length: 1)
            return
        }
        let following: Int
        var allowed: ClosedRange<UInt8> = 0x80...0xBF
        var value: UInt32
        switch lead {
        case 0xC2...0xDF: (following, value) = (1, UInt32(lead & 0x1F))
        case 0xE0...0xEF:
            (following, value) = (2, UInt32(lead & 0x0F))
            if lead == 0xE0 { allowed = 0xA0...0xBF }
            if lead == 0xED { allowed = 0x80...0x9F }
        case 0xF0...0xF4:
            (following, value) = (3, UInt32(lead & 0x07))
            if lead == 0xF0 { allowed = 0x90...0xBF }
            if lead == 0xF4 { allowed = 0x80...0x8F }
        default:
            self.init(value: nil, length: 1)
            return
        }
        for step in 1...following {
            guard place + step < bytes.count, allowed.contains(bytes[place + step]) else {
                self.init(value: nil, length: step)
                return
            }
            value = value << 6 | UInt32(bytes[place + step] & 0x3F)
            allowed = 0x80...0xBF
        }
        self.init(value: value, length: following + 1)
    }

    private init(value: UInt32?, length: Int) {
        self.value = value
        self.length = length
    }

    /// Whether a byte is no first byte of a scalar.
    static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// The last place at or before `place` where a scalar begins.
    static func start(_ bytes: UnsafeBufferPointer<UInt8>, atOrBefore place: Int) -> Int {
        var place = min(place, bytes.count)
        while place > 0, place < bytes.count, isContinuation(bytes[place]) { place -= 1 }
        return place
    }
}
