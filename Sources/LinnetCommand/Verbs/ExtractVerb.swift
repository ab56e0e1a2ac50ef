import Foundation
import Linnet

/// `linnet extract`: the text of files as an index sees it.
enum ExtractVerb {
    private static let name = "extract"

    private static let textColumn = Flag<[String]>.list(
        "text-column", "NAME", help: "Columns of CSV, TSV and JSON rows that are the text; others become metadata.")
    private static let format = Flag<String?>.text(
        "format", FileFormat.allCases.map(\.rawValue).joined(separator: "|"), shown: "by name and content",
        help: "Read every file as this.")
    private static let json = Flag<Bool>.toggle("json", help: "Print an object per document.")
    private static let limited = Flag<String?>.text(
        "limited", "FORMAT", help: "For the program's own use: read standard input under limits, as its child does.")

    static let verb = Verb(
        name, summary: "print the text of documents as an index sees it",
        discussion: [
            "Reads plain text, Markdown, HTML, PDF, source code, and rows of CSV, TSV and JSON lines, each row a document. "
                + "HTML and PDF are read in a child process with 1 GiB of memory and 30 s of computing; nothing a file "
                + "refers to is fetched. Spans of citations point into the file, for HTML into the text printed here, for "
                + "PDF into the text of a page."
        ],
        operands: Verb.Operands(placeholder: "FILE", count: 0...4096, help: "The files."),
        groups: [
            Verb.Group("Reading", [format.declaration, textColumn.declaration]),
            Verb.Group("Output", [json.declaration, limited.declaration]),
        ],
        examples: [
            Verb.Example("What does an index see of that PDF?", "linnet extract report.pdf"),
            Verb.Example("With headings, pages and metadata", "linnet extract notes.md page.html --json"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        if let word = given[limited] {
            try LimitedExtraction.run(word)
            return .success
        }
        guard !given.operands.isEmpty else { throw UsageError("extract expects the names of files", verb: name) }
        var options = DocumentReader.Options()
        options.textColumns = given[textColumn]
        if let asked = given[format] {
            guard let known = FileFormat(rawValue: asked) else {
                let names = FileFormat.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageError("--format expects one of \(names), found '\(asked)'", verb: name)
            }
            options.format = known
        }
        let reader = DocumentReader(options: options)
        let output = StandardOutput()
        var hasFailed = false
        for file in given.operands {
            do {
                try reader.read(file: file, source: file) { document in
                    if given[json] {
                        try output.write(line: object(document).text())
                    } else {
                        try output.write(text: document.text.hasSuffix("\n") ? document.text : document.text + "\n")
                    }
                }
            } catch let error as RetrievalError {
                StandardOutput.message("linnet: \(error)")
                hasFailed = true
            }
        }
        try output.flush()
        return hasFailed ? .failure : .success
    }

    private static func object(_ document: Document) -> JSON {
        let metadata = document.metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }
        return .object([
            "id": .string(document.id), "text": .string(document.text), "metadata": .object(JSONObject(metadata)),
            "sections": .array(document.sections.map(section)),
        ])
    }

    private static func section(_ section: Document.Section) -> JSON {
        let source: (start: Int, end: Int?) =
            switch section.origin {
            case .offset(let start): (start, start + section.bytes.count)
            case .utf16(let start): (start, nil)
            case .whole(let range): (range.lowerBound, range.upperBound)
            }
        return .object([
            "bytes": .array([JSON(section.bytes.lowerBound), JSON(section.bytes.upperBound)]),
            "headings": .array(section.headings.map { .string($0) }),
            "page": section.page.map { JSON($0) } ?? .null,
            "source": .array([JSON(source.start), source.end.map { JSON($0) } ?? .null]),
        ])
    }
}
