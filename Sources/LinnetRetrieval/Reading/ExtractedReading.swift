/// HTML and PDF, which a child process reads.
extension DocumentReader {
    /// A document of a page of HTML: positions are those of its extracted text.
    func html(_ path: String, _ source: String) throws -> Document {
        let output = try extraction(path, "HTML")
            .output(ofFile: path, format: .html, largestFile: options.largestFile)
        let extracted = try ExtractedText(encoded: output.bytes, path: path)
        var metadata: [String: MetadataValue] = ["format": .text(FileFormat.html.rawValue)]
        if let title = extracted.title { metadata["title"] = .text(title) }
        if let language = extracted.language { metadata["language"] = .text(language) }
        if extracted.hasHiddenText { metadata["hidden_text"] = true }
        if extracted.isTruncated { metadata["truncated"] = true }
        let sections = extracted.parts.map {
            Document.Section(bytes: $0.range, headings: $0.headings, origin: .offset($0.range.lowerBound))
        }
        return Document(
            id: source, text: String(decoding: extracted.text, as: UTF8.self), source: source, metadata: metadata,
            sections: sections)
    }

    /// A document of a PDF file: a section per page with text on it; positions are those of the page's text.
    func pdf(_ path: String, _ source: String) throws -> Document {
        let extraction = try extraction(path, "PDF")
        let beginning = try RegularFile.beginning(of: path, count: 1_024)
        guard FileFormat.sniffed(beginning) == .pdf else {
            throw RetrievalError.unreadable(path, "no PDF file: '%PDF-' is not within its first KiB")
        }
        let output = try extraction.output(ofFile: path, format: .pdf, largestFile: options.largestFile)
        let pages = PDFPages(output.bytes, mostBytes: extraction.limits.outputBytes)
        guard !pages.sections.isEmpty else {
            throw RetrievalError.unreadable(path, "holds no text; scanned pages would have to be recognised first")
        }
        var metadata: [String: MetadataValue] = [
            "format": .text(FileFormat.pdf.rawValue), "pages": .number(Double(pages.count)),
        ]
        if pages.hasHiddenText { metadata["hidden_text"] = true }
        if pages.isTruncated || output.isTruncated { metadata["truncated"] = true }
        return Document(
            id: source, text: String(decoding: pages.text, as: UTF8.self), source: source, metadata: metadata,
            sections: pages.sections)
    }

    private func extraction(_ path: String, _ kind: String) throws -> ChildExtraction {
        if let extraction = options.extraction { return extraction }
        throw RetrievalError.unreadable(
            path,
            "\(kind) is read by the program linnet in a child process; name it in DocumentReader.Options.extraction")
    }
}
