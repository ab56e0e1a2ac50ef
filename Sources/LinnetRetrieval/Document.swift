import LinnetFormats

/// A text with what is known about it: what a reader makes of a file or a row, and what a store keeps.
public struct Document: Sendable, Equatable {
    /// Identity in a store: adding a document with the same id replaces the one before.
    ///
    /// The path for a file, `path#row` for a row, by default the SHA-256 of the text.
    public var id: String
    /// What is searched.
    public var text: String
    /// The file it was read from, as citations show it; nil for a text from memory.
    public var source: String?
    /// Columns, title, format and whatever else filters may ask for.
    public var metadata: [String: MetadataValue]
    /// The parts of ``text`` in order, without gaps; empty for a text without structure.
    public var sections: [Section]

    /// A part of a text under one heading, or one page.
    public struct Section: Sendable, Equatable {
        /// Where the part stands in ``Document/text``, in UTF-8 bytes.
        public var bytes: Range<Int>
        /// Headings from the outermost to the innermost, without their marks.
        public var headings: [String]
        /// Page of the source, from 1.
        public var page: Int?
        /// Where the part comes from.
        public var origin: Origin

        /// A part of a text.
        public init(bytes: Range<Int>, headings: [String] = [], page: Int? = nil, origin: Origin) {
            self.bytes = bytes
            self.headings = headings
            self.page = page
            self.origin = origin
        }
    }

    /// How positions in the text become positions in the source.
    public enum Origin: Sendable, Equatable {
        /// The part was copied byte by byte; its first byte stands at this offset in the source (in the text of the
        /// page where there are pages).
        case offset(Int)
        /// The part was transcoded from UTF-16; its first code unit stands at this offset in the source.
        case utf16(Int)
        /// The part was rewritten (a row of a table); it stands for these bytes of the source as a whole.
        case whole(Range<Int>)
    }

    /// A document from memory.
    public init(text: String, metadata: [String: MetadataValue] = [:]) {
        self.init(
            id: SHA256.hexadecimal(of: Array(text.utf8)), text: text, source: nil, metadata: metadata, sections: [])
    }

    /// A document with an identity of its own.
    public init(
        id: String, text: String, source: String? = nil, metadata: [String: MetadataValue] = [:],
        sections: [Section] = []
    ) {
        self.id = id
        self.text = text
        self.source = source
        self.metadata = metadata
        self.sections = sections
    }
}
