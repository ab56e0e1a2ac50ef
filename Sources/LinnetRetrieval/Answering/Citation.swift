import LinnetFormats

/// Where a statement of an answer comes from.
public struct Citation: Sendable, Equatable {
    /// The number the answer names it by, from 1.
    public var number: Int
    /// The rank of the hit it quotes: answers number the hits they use, not all that were found.
    public var hit: Int
    /// The document.
    public var documentID: String
    /// The file the document was read from.
    public var source: String?
    /// Headings the quoted text stands under, from the outermost.
    public var headings: [String]
    /// Page and bytes of the quoted text in the source.
    public var span: SourceSpan
    /// The sentence of the source that is nearest to what the answer says, byte by byte as it stands there.
    public var quote: String
    /// The document's metadata.
    public var metadata: [String: MetadataValue]

    /// Cites a sentence of a hit.
    ///
    /// - Parameter bytes: Where the sentence stands in the hit's text, in UTF-8 bytes.
    init(number: Int, hit: Hit, quoting bytes: Range<Int>) {
        let chunk = hit.chunk
        let text = chunk.chunk.text
        self.number = number
        self.hit = hit.rank
        documentID = chunk.documentID
        source = chunk.source
        headings = chunk.chunk.headings
        metadata = chunk.metadata
        quote = text.bytes(bytes)
        span = chunk.chunk.span
        // A chunk that was rewritten (a row of a table) stands for its bytes as a whole.
        if span.bytes.count == text.utf8.count {
            span.bytes = (span.bytes.lowerBound + bytes.lowerBound)..<(span.bytes.lowerBound + bytes.upperBound)
        }
    }

    /// The object of JSON output: `number`, `hit`, `source`, `document`, `page`, `span`, `headings`, `quote`, `metadata`.
    public var json: JSON {
        .object([
            "number": JSON(number), "hit": JSON(hit), "source": source.map { .string($0) } ?? .null,
            "document": .string(documentID), "page": span.page.map { JSON($0) } ?? .null,
            "span": .array([JSON(span.bytes.lowerBound), JSON(span.bytes.upperBound)]),
            "headings": .array(headings.map { .string($0) }), "quote": .string(quote),
            "metadata": .object(JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })),
        ])
    }
}

extension String {
    /// The text at some UTF-8 bytes, which are clamped to the text.
    func bytes(_ range: Range<Int>) -> String {
        let bounds = range.clamped(to: 0..<utf8.count)
        return String(decoding: utf8.dropFirst(bounds.lowerBound).prefix(bounds.count), as: UTF8.self)
    }
}
