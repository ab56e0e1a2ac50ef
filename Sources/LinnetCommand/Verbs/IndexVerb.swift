import Foundation
import Linnet

/// `linnet index`: files and directories into a store.
enum IndexVerb {
    private static let name = "index"

    private static let model = Flag<String?>.text(
        FlagName("model", letter: "m", aliases: ["model-name-or-path", "embedder"]), "NAME",
        shown: "the store's, or \(DocumentIndexing.standardModel)",
        help: "A sentence encoder: a directory, or a pulled model's name.")
    private static let chunkTokens = Flag<Int?>.optionalInteger(
        "chunk-tokens", in: 1...(1 << 20), shown: "the store's, or 200", help: "The most tokens of a chunk.")
    private static let chunkOverlap = Flag<Int?>.optionalInteger(
        "chunk-overlap", in: 0...(1 << 20), shown: "the store's, or 30",
        help: "Tokens that a chunk shares with the one before.")
    private static let include = Flag<[String]>.list(
        "include", "PATTERN", help: "Of directories, only files that match: *.md,src/**.")
    private static let exclude = Flag<[String]>.list("exclude", "PATTERN", help: "Of directories, no files that match.")
    private static let textColumn = Flag<[String]>.list(
        "text-column", "NAME", shown: "the well-known names", help: "Columns of CSV and JSON rows that are text.")
    private static let quiet = Flag<Bool>.toggle(FlagName("quiet", letter: "q"), help: "No progress.")
    private static let json = Flag<Bool>.toggle("json", help: "Print the summary as one JSON object.")

    static let verb = Verb(
        name, summary: "put documents into a store, to search and ask",
        discussion: [
            "Reads text, Markdown, HTML, PDF, source code, and the rows of CSV and JSON lines; cuts them into chunks "
                + "and embeds these. Again on the same paths, only what changed is embedded, and what is gone from a "
                + "directory is forgotten.",
            "The store is one SQLite file and holds vectors of one model. What is reported as stored survives a crash; "
                + "Ctrl-C stops after the running transaction, with exit status 130, and the same command goes on.",
        ],
        operands: Verb.Operands(placeholder: "PATH", count: 1...4096, help: "Files and directories."),
        groups: [
            Verb.Group("Store and model", [StoreFlags.store.declaration, model.declaration]),
            Verb.Group(
                "Documents",
                [
                    chunkTokens.declaration, chunkOverlap.declaration, include.declaration, exclude.declaration,
                    textColumn.declaration,
                ]),
            Verb.Group("Run", [StoreFlags.precision.declaration, quiet.declaration, json.declaration]),
        ],
        rewrites: [Verb.Rewrite(name: "bf16", flag: "precision", valueWhenTrue: "bf16", valueWhenFalse: "fp32")],
        examples: [
            Verb.Example("A directory and a file", "linnet index docs/ notes.md --store knowledge.db"),
            Verb.Example(
                "Only Markdown, with another model",
                "linnet index . --include '*.md' --model sentence-transformers/all-MiniLM-L6-v2 --store notes.db"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let stop = StopFlag()
        let watch = InterruptWatch(
            raising: stop, announcing: "\nfinishing the transaction; interrupt again to stop at once\n")
        let bar = given[quiet] ? nil : IndexingBar()
        let summary = try withExtendedLifetime(watch) {
            try job(given).run(stop: stop) { bar?.show($0) }
        }
        bar?.end()
        for failure in summary.failures {
            StandardOutput.message("linnet: \(TerminalText.line("\(failure.path): \(failure.reason)"))")
        }
        try StandardOutput().write(text: (given[json] ? summary.json.text() : text(of: summary)) + "\n")
        if summary.isInterrupted {
            StandardOutput.message("linnet: interrupted; what was indexed is in the store, the same command goes on")
            return .interrupted
        }
        let readFiles = summary.newFiles + summary.changedFiles + summary.unchangedFiles
        return summary.failures.isEmpty || readFiles > 0 ? .success : .failure
    }

    private static func job(_ given: Arguments) -> DocumentIndexing {
        var job = DocumentIndexing(paths: given.operands, store: given[StoreFlags.store])
        job.model = given[model]
        job.chunkTokens = given[chunkTokens]
        job.chunkOverlap = given[chunkOverlap]
        job.include = given[include]
        job.exclude = given[exclude]
        job.reading.textColumns = given[textColumn]
        job.precision = given[StoreFlags.precision]
        return job
    }

    private static func text(of summary: IndexingSummary) -> String {
        var parts = [
            "\(summary.newFiles) new", "\(summary.changedFiles) changed", "\(summary.unchangedFiles) unchanged",
            "\(summary.removedFiles) removed",
        ]
        if !summary.failures.isEmpty { parts.append("\(summary.failures.count) not readable") }
        return "files: \(parts.joined(separator: ", "))\n"
            + String(
                format: "embedded %d chunks of %d documents in %.1f s; the store holds %d chunks of %d documents",
                summary.chunks, summary.documents, summary.seconds, summary.storedChunks, summary.storedDocuments)
    }
}
