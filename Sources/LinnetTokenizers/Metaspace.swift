import LinnetFormats

/// SentencePiece's way with spaces: each becomes a visible mark, and words begin with one.
struct Metaspace: Sendable, Equatable {
    /// When a mark is put in front of text that does not begin with one.
    enum Prefix: String, Sendable {
        case always
        /// Only at the beginning of the whole text, not behind an added token.
        case first
        case never
    }

    /// U+2581.
    static let usualMark: [UInt8] = [0xE2, 0x96, 0x81]

    var mark = usualMark
    var prefix = Prefix.always
    /// Cuts the text before every mark.
    var splits = true

    /// Writes `text` with marks for spaces.
    func write(_ text: TextSpan, isBeginning: Bool, into output: ByteBuffer) {
        output.count = 0
        let first = text.base[text.start]
        let isMarked = first == 0x20 || starts(with: mark, text)
        if !isMarked, prefix == .always || prefix == .first && isBeginning { output.append(mark) }
        var place = text.start
        while place < text.end {
            var end = place
            while end < text.end, text.base[end] != 0x20 { end += 1 }
            output.append(text.base + place, count: end - place)
            if end < text.end { output.append(mark) }
            place = end + 1
        }
    }

    private func starts(with mark: [UInt8], _ text: TextSpan) -> Bool {
        guard text.end - text.start >= mark.count else { return false }
        return UnsafeBufferPointer(start: text.base + text.start, count: mark.count).elementsEqual(mark)
    }

    /// The settings of a pre-tokenizer or a decoder of a `tokenizer.json`.
    static func read(_ value: FileValue) throws -> Metaspace {
        var settings = Metaspace()
        if let mark = value["replacement"] {
            let text = try mark.string()
            guard text.unicodeScalars.count == 1 else {
                throw TokenizerError.malformed(
                    mark.path, mark.place, "expected one character, found \(FormatError.quoted(text))")
            }
            settings.mark = Array(text.utf8)
        }
        if let scheme = value["prepend_scheme"] {
            guard let prefix = Prefix(rawValue: try scheme.string()) else {
                throw TokenizerError.malformed(
                    scheme.path, scheme.place,
                    "expected 'always', 'first' or 'never', found \(FormatError.quoted(try scheme.string()))")
            }
            settings.prefix = prefix
        } else if try !value.bool("add_prefix_space", default: true) {
            settings.prefix = .never
        }
        settings.splits = try value.bool("split", default: true)
        return settings
    }
}

/// Words that begin with marks: a cut before every mark that follows something else.
///
/// A model none of whose pieces has a mark behind another character gives the same ids for these words as for the whole
/// text; and words, unlike texts, are found in the cache.
struct MarkedWords: WordScanner {
    private let text: TextSpan
    private let mark: [UInt8]
    private var place: Int

    /// - Parameter mark: not empty.
    init(_ text: TextSpan, _ mark: [UInt8]) {
        self.text = text
        self.mark = mark
        place = text.start
    }

    mutating func next() -> Range<Int>? {
        guard place < text.end else { return nil }
        let start = place
        while place < text.end, isMark(at: place) { place += mark.count }
        while place < text.end, !isMark(at: place) { place += 1 }
        return start..<place
    }

    @inline(__always)
    private func isMark(at place: Int) -> Bool {
        guard text.base[place] == mark[0], place + mark.count <= text.end else { return false }
        for offset in 1..<max(1, mark.count) where text.base[place + offset] != mark[offset] { return false }
        return true
    }

    /// Whether a mark stands in `piece` behind another character.
    static func isCut(_ piece: UnsafeBufferPointer<UInt8>, by mark: [UInt8]) -> Bool {
        guard let base = piece.baseAddress, !mark.isEmpty else { return false }
        // The scanner reads no further than the end of the piece.
        var words = MarkedWords(TextSpan(base: base, start: 0, end: piece.count), mark)
        guard let first = words.next() else { return false }
        return first.count < piece.count
    }
}
