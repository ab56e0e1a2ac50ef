import Foundation

/// The lines of a part of a text. A line ends with LF or CR LF.
struct TextLines: Sequence, IteratorProtocol {
    /// One line.
    struct Line {
        /// First byte.
        var start: Int
        /// The bytes without the line end.
        var content: Range<Int>
        /// Where the next line begins.
        var next: Int

        /// Whether the line holds nothing but spaces and tabs.
        func isBlank(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            content.allSatisfy { bytes[$0] == 0x20 || bytes[$0] == 0x09 }
        }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position: Int
    private let end: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    mutating func next() -> Line? {
        guard position < end, let base = bytes.baseAddress else { return nil }
        let start = position
        var contentEnd = end
        if let found = memchr(base + start, Int32(UInt8(ascii: "\n")), end - start) {
            contentEnd = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            position = contentEnd + 1
        } else {
            position = end
        }
        if contentEnd > start, bytes[contentEnd - 1] == UInt8(ascii: "\r") { contentEnd -= 1 }
        return Line(start: start, content: start..<contentEnd, next: position)
    }
}
