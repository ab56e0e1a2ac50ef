/// Neighbouring sections that chunks may reach across: those under the same headings on the same page.
struct SectionBlock {
    /// The part of the text.
    var range: Range<Int>
    /// Headings from the outermost.
    var headings: [String]
    /// Page of the source.
    var page: Int?
    /// The sections, as indices.
    var sections: Range<Int>
}

/// A document's sections, made fit for cutting: in order, without gaps, between characters, all inside of the text.
struct SectionLayout {
    /// The sections; at least one for a text that is not empty.
    private(set) var sections: [Document.Section] = []
    private let bytes: UnsafeBufferPointer<UInt8>

    /// Checks the sections of a document, whose text is `bytes`.
    init(_ document: Document, bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        var position = 0
        for section in document.sections {
            let start = max(position, UTF8Scalar.start(bytes, atOrBefore: max(0, section.bytes.lowerBound)))
            let end = UTF8Scalar.start(bytes, atOrBefore: max(0, section.bytes.upperBound))
            guard end > start else { continue }
            fill(position..<start)
            var kept = section
            kept.bytes = start..<end
            sections.append(kept)
            position = end
        }
        fill(position..<bytes.count)
    }

    /// Text that no section speaks for stands where it stands.
    private mutating func fill(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        sections.append(Document.Section(bytes: range, origin: .offset(range.lowerBound)))
    }

    /// Where sections begin.
    var starts: [Int] { sections.map(\.bytes.lowerBound) }

    /// The blocks in order.
    ///
    /// A block of at most `tiny` bytes that is only the parent of the next one, a heading without text of its own, is
    /// put before it.
    func blocks(tiny: Int) -> [SectionBlock] {
        var blocks: [SectionBlock] = []
        for (index, section) in sections.enumerated() {
            if let last = blocks.last, last.page == section.page {
                let isSame = last.headings == section.headings
                let isParent =
                    last.range.count <= tiny && last.headings.count < section.headings.count
                    && section.headings.starts(with: last.headings)
                if isSame || isParent {
                    blocks[blocks.count - 1] = SectionBlock(
                        range: last.range.lowerBound..<section.bytes.upperBound, headings: section.headings,
                        page: section.page, sections: last.sections.lowerBound..<(index + 1))
                    continue
                }
            }
            blocks.append(
                SectionBlock(
                    range: section.bytes, headings: section.headings, page: section.page,
                    sections: index..<(index + 1)))
        }
        return blocks
    }

    /// The source bytes that a part of a block's text stands for.
    func span(of range: Range<Int>, in block: SectionBlock) -> SourceSpan {
        let first = section(at: range.lowerBound, in: block.sections)
        let last = section(at: max(range.lowerBound, range.upperBound - 1), in: block.sections)
        let start = position(range.lowerBound, in: sections[first], isEnd: false)
        let end = position(range.upperBound, in: sections[last], isEnd: true)
        return SourceSpan(page: block.page, bytes: start..<max(start, end))
    }

    private func section(at position: Int, in indices: Range<Int>) -> Int {
        var (low, high) = (indices.lowerBound, indices.upperBound - 1)
        while low < high {
            let middle = (low + high) / 2
            if sections[middle].bytes.upperBound <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Where a position of a section's text stands in the source.
    private func position(_ place: Int, in section: Document.Section, isEnd: Bool) -> Int {
        let distance = place - section.bytes.lowerBound
        switch section.origin {
        case .offset(let start): return start.addingReportingOverflow(distance).partialValue
        case .utf16(let start):
            let units = UTF16Length.of(bytes, section.bytes.lowerBound..<max(section.bytes.lowerBound, place))
            return start.addingReportingOverflow(2 * units).partialValue
        case .whole(let range): return isEnd ? range.upperBound : range.lowerBound
        }
    }
}
