import Foundation
import Linnet

/// `linnet search`: the chunks of a store that answer a query best.
enum SearchVerb {
    private static let name = "search"

    private static let embedder = Flag<String?>.text(
        FlagName("embedder", letter: "m", aliases: ["model"]), "DIR", shown: "the store's",
        help: "The store's sentence encoder, where it is no longer where it was.")
    private static let input = Flag<String?>.text(
        FlagName("input", letter: "i"), "FILE", help: "A file with a query per line; - is standard input.")
    private static let json = Flag<Bool>.toggle(
        "json",
        help: "Print an object per hit: rank, score, text, source, span, metadata, …, and query with --input.")

    static let verb = Verb(
        name, summary: "find what a store holds on a query",
        discussion: [
            "Prints the hits, best first: rank, score, file, page, headings, and how the text begins. Scores are "
                + "cosine similarities (dense), BM25, or fused reciprocal ranks (hybrid)."
        ],
        operands: Verb.Operands(placeholder: "QUERY", count: 0...1, help: "What to look for, in plain words."),
        groups: [
            Verb.Group("Store and query", [StoreFlags.store.declaration, input.declaration, embedder.declaration]),
            Verb.Group("Retrieval", StoreFlags.retrieval),
            Verb.Group("Run", [StoreFlags.precision.declaration, json.declaration]),
        ],
        rewrites: [Verb.Rewrite(name: "bf16", flag: "precision", valueWhenTrue: "bf16", valueWhenFalse: "fp32")],
        examples: [
            Verb.Example("Look something up", "linnet search \"how do I resume training?\" --store knowledge.db"),
            Verb.Example(
                "Words only, in some documents, for a program",
                "linnet search \"resume\" --store knowledge.db --mode bm25 --where \"year >= 2020\" --json"),
        ],
        run: run)

    /// Queries searched together.
    private static let queriesAtOnce = 256

    private static func run(_ given: Arguments) throws -> ExitStatus {
        guard (given.operands.count == 1) != given.isGiven(input) else {
            throw UsageError("expected a query, on the command line or with --input", verb: name)
        }
        let options = try StoreFlags.options(given, verb: name)
        let query = try given.operands.first.map { try StoreFlags.words($0, "query", verb: name) }
        let search = try StoreSearch(
            store: StoreFlags.open(given), embedder: given[embedder], reranker: given[StoreFlags.rerank],
            precision: given[StoreFlags.precision])
        let printer = HitPrinter(json: given[json], names: SourcePaths(store: given[StoreFlags.store]))
        if let query {
            try printer.write(try search.retrieve([query], options: options).first ?? [], query: nil)
            return .success
        }
        let lines = try TextLines(path: given[input])
        while case let queries = try lines.next(limit: queriesAtOnce), !queries.isEmpty {
            let asked = queries.filter { $0.contains { !$0.isWhitespace } }
            for (query, hits) in zip(asked, try search.retrieve(asked, options: options)) {
                try printer.write(hits, query: query)
            }
        }
        return .success
    }
}

/// Hits on standard output: for people, or a JSON object each.
struct HitPrinter {
    let json: Bool
    let names: SourcePaths
    private let output = StandardOutput()
    private static let longestSnippet = 240

    init(json: Bool, names: SourcePaths) {
        self.json = json
        self.names = names
    }

    /// Prints the hits of a query.
    ///
    /// - Parameter query: Named where there are several.
    func write(_ hits: [Hit], query: String?) throws {
        if let query, !json { try output.write(line: "# \(TerminalText.line(query))") }
        if hits.isEmpty, !json { try output.write(line: "nothing found") }
        for hit in hits {
            if json {
                var object = names.object(hit)
                if let query { object["query"] = .string(query) }
                try output.write(line: JSON.object(object).text())
            } else {
                try output.write(line: text(hit))
            }
        }
        try output.flush()
    }

    private func text(_ hit: Hit) -> String {
        let chunk = hit.chunk.chunk
        let place = TerminalText.place(hit.source, page: chunk.span.page, headings: chunk.headings, paths: names)
        return String(format: "%2d  %.4f  ", hit.rank, hit.score) + place + "\n            "
            + TerminalText.line(hit.text, longest: Self.longestSnippet)
    }
}
