/// The pages in the output of `pdftotext`, which ends each with a form feed.
///
/// Ill-formed UTF-8 becomes U+FFFD; invisible characters (``HiddenText``) are dropped.
struct PDFPages {
    /// The text of all pages.
    private(set) var text: [UInt8] = []
    /// Those that hold anything.
    private(set) var sections: [Document.Section] = []
    /// How many there are.
    private(set) var count = 0
    private(set) var hasHiddenText = false
    private(set) var isTruncated = false

    private static let mostSections = 100_000

    init(_ output: [UInt8], mostBytes: Int) {
        let valid =
            String(validating: output, as: UTF8.self) == nil
            ? Array(String(decoding: output, as: UTF8.self).utf8) : output
        let (bytes, hasHidden) = HiddenText.removed(from: valid.contains(0) ? valid.filter { $0 != 0 } : valid)
        hasHiddenText = hasHidden
        text.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let end = bytes[position...].firstIndex(of: 0x0C) ?? bytes.count
            count += 1
            add(bytes[position..<end], mostBytes: mostBytes)
            position = end + 1
        }
    }

    private mutating func add(_ page: ArraySlice<UInt8>, mostBytes: Int) {
        guard page.contains(where: { $0 > 0x20 }) else { return }
        guard sections.count < Self.mostSections, text.count + page.count < mostBytes else {
            isTruncated = true
            return
        }
        let start = text.count
        text.append(contentsOf: page)
        if page.last != 0x0A { text.append(0x0A) }
        sections.append(Document.Section(bytes: start..<text.count, page: count, origin: .offset(0)))
    }
}
