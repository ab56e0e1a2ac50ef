/// Text, source code and Markdown.
extension DocumentReader {
    /// A document whose text is the file.
    func text(
        _ path: String, _ source: String, format: FileFormat, parts: (Range<Int>, [UInt8]) -> [TextPart]
    ) throws -> Document {
        let text = try SourceText(file: try RegularFile.read(path, limit: options.largestFile), path: path)
        let range = 0..<text.bytes.count
        var metadata: [String: MetadataValue] = ["format": .text(format.rawValue)]
        flag(text, in: range, &metadata)
        return Document(
            id: source, text: text.text(range), source: source, metadata: metadata,
            sections: text.sections(of: parts(range, text.bytes), in: range))
    }

    /// A document of Markdown: front matter becomes metadata, headings make sections.
    func markdown(_ path: String, _ source: String) throws -> Document {
        let text = try SourceText(file: try RegularFile.read(path, limit: options.largestFile), path: path)
        let frontMatter = FrontMatter(text.bytes)
        let range = frontMatter.end..<text.bytes.count
        let sections = MarkdownSections(text.bytes, in: range)
        var metadata = frontMatter.values
        metadata["format"] = .text(FileFormat.markdown.rawValue)
        if metadata["title"] == nil, let title = sections.title { metadata["title"] = .text(title) }
        flag(text, in: range, &metadata)
        if sections.hasComments { metadata["hidden_text"] = true }
        return Document(
            id: source, text: text.text(range), source: source, metadata: metadata,
            sections: text.sections(of: sections.parts, in: range))
    }

    /// Says in the metadata what a person who sees the text does not see.
    private func flag(_ text: SourceText, in range: Range<Int>, _ metadata: inout [String: MetadataValue]) {
        if text.isRepaired { metadata["repaired"] = true }
        if HiddenText.isPresent(in: text.bytes, range) { metadata["hidden_text"] = true }
    }
}
