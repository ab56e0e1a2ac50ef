/// The text of a file in UTF-8, and where in the file every part of it stands.
///
/// A byte order mark is left out. UTF-16 is recognised by its mark. Line ends stay as they are. In UTF-8 every
/// ill-formed piece becomes U+FFFD, in UTF-16 every lone surrogate; `isRepaired` then says so. Refused as binary: a
/// zero byte or U+0000, UTF-32, and files where more than a tenth of the bytes is no UTF-8.
struct SourceText {
    /// A run of the text with one origin.
    private struct Segment {
        var end: Int
        var origin: Document.Origin
    }

    /// Valid UTF-8.
    private(set) var bytes: [UInt8]
    /// Whether anything was replaced by U+FFFD.
    private(set) var isRepaired = false
    /// Ends of the runs in ascending order, the last at the end of the text.
    private var segments: [Segment] = []

    /// Code units of UTF-16 in one segment: a position is found by counting within its segment.
    private static let unitsPerSegment = 256
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// Decodes the bytes of a file.
    /// - Throws: `RetrievalError.unreadable` for a binary file.
    init(file: [UInt8], path: String) throws {
        bytes = []
        if file.starts(with: [0xFF, 0xFE, 0, 0]) || file.starts(with: [0, 0, 0xFE, 0xFF]) {
            throw RetrievalError.unreadable(path, "the text is UTF-32; save it as UTF-8")
        }
        if file.starts(with: [0xFF, 0xFE]) || file.starts(with: [0xFE, 0xFF]) {
            file.withUnsafeBufferPointer { decodeUTF16($0, isLittleEndian: $0[0] == 0xFF) }
            guard !bytes.contains(0) else { throw RetrievalError.unreadable(path, "a binary file, or no text") }
            return
        }
        if let zero = file.firstIndex(of: 0) {
            throw RetrievalError.unreadable(path, "a binary file: a zero byte at offset \(zero)")
        }
        let start = file.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let badBytes = file.withUnsafeBufferPointer { decodeUTF8($0, from: start) }
        guard badBytes <= max(16, file.count / 10) else {
            throw RetrievalError.unreadable(
                path, "neither UTF-8 nor UTF-16: \(badBytes) of \(file.count) bytes are no UTF-8; save it as UTF-8")
        }
    }

    /// The text of a part.
    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// Copies what is well-formed and replaces the rest; returns how many bytes were ill-formed.
    private mutating func decodeUTF8(_ file: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        bytes.reserveCapacity(file.count)
        var badBytes = 0
        var copied = start
        var place = start
        while place < file.count {
            if file[place] < 0x80 {
                place += 1
                continue
            }
            let scalar = UTF8Scalar(file, at: place)
            defer { place += scalar.length }
            guard scalar.value == nil else { continue }
            copy(file, copied..<place)
            replace(place..<(place + scalar.length))
            badBytes += scalar.length
            copied = place + scalar.length
        }
        copy(file, copied..<file.count)
        return badBytes
    }

    private mutating func copy(_ file: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: file[range]))
        segments.append(Segment(end: bytes.count, origin: .offset(range.lowerBound)))
    }

    /// Puts a replacement character in the place of bytes of the file.
    private mutating func replace(_ range: Range<Int>) {
        isRepaired = true
        bytes.append(contentsOf: Self.replacement)
        if let last = segments.last, case .whole(let before) = last.origin, before.upperBound == range.lowerBound {
            segments[segments.count - 1] = Segment(
                end: bytes.count, origin: .whole(before.lowerBound..<range.upperBound))
        } else {
            segments.append(Segment(end: bytes.count, origin: .whole(range)))
        }
    }

    private mutating func decodeUTF16(_ file: UnsafeBufferPointer<UInt8>, isLittleEndian: Bool) {
        func unit(_ place: Int) -> UInt32 {
            let (first, second) = (UInt32(file[place]), UInt32(file[place + 1]))
            return isLittleEndian ? second << 8 | first : first << 8 | second
        }
        bytes.reserveCapacity(file.count)
        var place = 2
        var segmentStart = place
        func closeSegment(_ text: inout SourceText) {
            guard place > segmentStart else { return }
            text.segments.append(Segment(end: text.bytes.count, origin: .utf16(segmentStart)))
            segmentStart = place
        }
        while place + 1 < file.count {
            var value = unit(place)
            place += 2
            if (0xD800...0xDBFF).contains(value), place + 1 < file.count, (0xDC00...0xDFFF).contains(unit(place)) {
                value = 0x10000 + (value - 0xD800) << 10 + (unit(place) - 0xDC00)
                place += 2
            }
            if let scalar = UnicodeScalar(value) {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            } else {
                bytes.append(contentsOf: Self.replacement)
                isRepaired = true
            }
            if place - segmentStart >= 2 * Self.unitsPerSegment { closeSegment(&self) }
        }
        closeSegment(&self)
        if place < file.count { replace(place..<file.count) }
    }
}

/// A part of a text under one heading or on one page, before its origin is known.
struct TextPart: Equatable {
    var range: Range<Int>
    var headings: [String] = []
    var page: Int?
}

extension SourceText {
    /// The sections of a document whose text is `range` of this text, cut at the parts and where the origin changes.
    ///
    /// The parts must be ascending and without gaps, and cover `range`; empty when there is nothing to say: one part
    /// without heading whose text is the file itself.
    func sections(of parts: [TextPart], in range: Range<Int>) -> [Document.Section] {
        var sections: [Document.Section] = []
        var index = segmentIndex(at: range.lowerBound)
        guard var origin = origin(at: range.lowerBound, segment: index) else { return [] }
        for part in parts {
            var start = part.range.lowerBound
            while start < part.range.upperBound, index < segments.count {
                let end = min(part.range.upperBound, segments[index].end)
                sections.append(
                    Document.Section(
                        bytes: (start - range.lowerBound)..<(end - range.lowerBound), headings: part.headings,
                        page: part.page, origin: origin))
                if end == segments[index].end {
                    index += 1
                    if index < segments.count { origin = segments[index].origin }
                } else {
                    origin = advanced(origin, over: start..<end)
                }
                start = end
            }
        }
        if sections.count == 1, let only = sections.first, only.headings.isEmpty, only.page == nil,
            only.origin == .offset(0)
        {
            return []
        }
        return sections
    }

    /// The bytes of the file that a part of the text stands for.
    func sourceRange(_ range: Range<Int>) -> Range<Int> {
        let first = segmentIndex(at: range.lowerBound)
        guard let origin = origin(at: range.lowerBound, segment: first) else { return 0..<0 }
        let start = lowerBound(origin)
        guard !range.isEmpty else { return start..<start }
        let last = segmentIndex(at: range.upperBound - 1)
        guard last < segments.count else { return start..<start }
        let segmentStart = last == 0 ? 0 : segments[last - 1].end
        let end: Int
        if case .whole(let whole) = segments[last].origin {
            end = whole.upperBound
        } else {
            end = lowerBound(advanced(segments[last].origin, over: segmentStart..<range.upperBound))
        }
        return start..<max(start, end)
    }

    private func lowerBound(_ origin: Document.Origin) -> Int {
        switch origin {
        case .offset(let place), .utf16(let place): place
        case .whole(let range): range.lowerBound
        }
    }

    /// The segment that holds a position of the text.
    private func segmentIndex(at position: Int) -> Int {
        var (low, high) = (0, segments.count)
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].end <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func origin(at position: Int, segment: Int) -> Document.Origin? {
        guard segment < segments.count else { return nil }
        return advanced(segments[segment].origin, over: (segment == 0 ? 0 : segments[segment - 1].end)..<position)
    }

    /// The origin of what follows a part of the text that has this origin.
    private func advanced(_ origin: Document.Origin, over range: Range<Int>) -> Document.Origin {
        switch origin {
        case .offset(let place): .offset(place + range.count)
        case .utf16(let place): .utf16(place + 2 * UTF16Length.of(bytes, range))
        case .whole: origin
        }
    }
}

/// Lengths in UTF-16 of text that is held in UTF-8.
enum UTF16Length {
    /// Code units of a part of valid UTF-8.
    static func of(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        bytes.withUnsafeBufferPointer { of($0, range) }
    }

    /// Code units of a part of valid UTF-8: one per scalar, two from four bytes on.
    static func of(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        var units = 0
        for place in range where !UTF8Scalar.isContinuation(bytes[place]) {
            units += bytes[place] >= 0xF0 ? 2 : 1
        }
        return units
    }
}
