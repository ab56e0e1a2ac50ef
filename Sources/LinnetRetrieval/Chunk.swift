/// The part of a source that a citation points to.
public struct SourceSpan: Sendable, Equatable {
    /// Page, from 1, where the source has pages.
    public var page: Int?
    /// UTF-8 bytes of the source; of the page's text where there are pages, of the extracted text (`linnet extract`)
    /// where markup was removed.
    public var bytes: Range<Int>

    /// A part of a source.
    public init(page: Int? = nil, bytes: Range<Int>) {
        self.page = page
        self.bytes = bytes
    }
}

/// A piece of a document, short enough for the embedder: what is embedded, found and cited.
public struct Chunk: Sendable, Equatable {
    /// The exact text of the document at ``span``.
    public var text: String
    /// Headings it stands under, from the outermost.
    public var headings: [String]
    /// Where it stands in the source.
    public var span: SourceSpan

    /// A piece of a document.
    public init(text: String, headings: [String] = [], span: SourceSpan) {
        self.text = text
        self.headings = headings
        self.span = span
    }

    /// What is given to the embedder and to the keyword index: the headings, then the text.
    public var searchableText: String {
        headings.isEmpty ? text : headings.joined(separator: " › ") + "\n" + text
    }
}
