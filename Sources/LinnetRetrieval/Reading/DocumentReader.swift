import LinnetFormats

/// Makes documents of files: text, Markdown, HTML, PDF, source code, and rows of tables.
///
/// The format is told by the name's ending, otherwise by the content. Positions in sections are exact: for formats of
/// text they are bytes of the file, for PDF bytes of a page's text, for HTML bytes of the extracted text.
/// Metadata: `format` always, `title` where there is one, what front matter and columns say; `hidden_text` is true when
/// a file held text that its reader does not see (``HiddenText``), `repaired` when bytes were no valid UTF-8 or UTF-16
/// and stand as U+FFFD, `truncated` when a file holds more than was read.
public struct DocumentReader: Sendable {
    /// What a reader needs to know beside the file.
    public struct Options: Sendable {
        /// Columns of rows that are text; empty for the well-known ones.
        public var textColumns: [String] = []
        /// Largest file that is read, in bytes.
        public var largestFile = 64 << 20
        /// How PDF and HTML are read; nil to refuse them.
        public var extraction = ChildExtraction.ofThisProgram
        /// The format of every file; nil to tell it from each.
        public var format: FileFormat?

        /// The defaults.
        public init() {}
    }

    /// What the reader knows beside the file.
    public let options: Options

    /// A reader of files.
    public init(options: Options = Options()) {
        self.options = options
    }

    /// All documents of a file, in order.
    /// - Parameter source: the file's identity, which goes into ids and citations.
    /// - Throws: `RetrievalError.unreadable`, naming file and reason.
    public func documents(ofFile path: String, source: String) throws -> [Document] {
        var documents: [Document] = []
        try read(file: path, source: source) { documents.append($0) }
        return documents
    }

    /// Hands the documents of a file to `body` one by one, so that a large table needs no memory for all of its rows.
    /// - Throws: `RetrievalError.unreadable`, naming file and reason, after the documents before the fault; or what
    ///   `body` throws.
    public func read(file path: String, source: String, _ body: (Document) throws -> Void) throws {
        switch try self.format(ofFile: path) {
        case .text: try body(try text(path, source, format: .text) { range, _ in [TextPart(range: range)] })
        case .code: try body(try text(path, source, format: .code) { CodeBlocks.parts(of: $1, in: $0) })
        case .markdown: try body(try markdown(path, source))
        case .html: try body(try html(path, source))
        case .pdf: try body(try pdf(path, source))
        case .csv, .tsv, .json: try rows(path, source, body)
        }
    }

    /// The format by option, by name, or by content.
    func format(ofFile path: String) throws -> FileFormat {
        if let format = options.format ?? FileFormat.named(path) { return format }
        let beginning = try RegularFile.beginning(of: path, count: FileFormat.sniffedBytes)
        guard let format = FileFormat.sniffed(beginning) else {
            throw RetrievalError.unreadable(path, "a binary file")
        }
        return format
    }
}
