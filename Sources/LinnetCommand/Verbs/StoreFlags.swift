import Foundation
import Linnet

/// The flags by which `search` and `ask` find chunks in a store.
enum StoreFlags {
    static let store = Flag<String>.requiredText(
        FlagName("store", letter: "s"), "FILE", help: "The store: one file, made by linnet index.")
    static let topK = Flag<Int>.integer(
        FlagName("top-k", letter: "k"), default: 5, in: 1...1000, help: "The most chunks to find.")
    static let mode = Flag<RetrievalMode>.choice(
        "mode", default: .hybrid,
        help: "By meaning (dense), by words (bm25), or by both rankings (reciprocal rank fusion).")
    static let filter = Flag<String?>.text(
        "where", "CONDITION",
        help: "Only documents whose metadata say so: source like \"docs/%\" and year >= 2020.")
    static let diversity = Flag<Double?>.optionalNumber(
        "diversity", in: 0...1, shown: "off",
        help:
            "Maximal marginal relevance: 1 ranks by relevance alone, less puts what resembles better hits further down."
    )
    static let perSource = Flag<Int?>.optionalInteger(
        "per-source", in: 1...1000, shown: "no limit",
        help: "The most chunks from one file, so that a long one does not crowd out the rest.")
    static let rerank = Flag<String?>.text(
        "rerank", "DIR", help: "A classifier of (query, text) pairs that puts the hits into its order.")
    static let precision = Flag<Precision>.choice(
        "precision", default: .bfloat16, help: "Numbers of the embedder's activations and products.")

    static let retrieval = [
        topK.declaration, mode.declaration, filter.declaration, diversity.declaration,
        perSource.declaration, rerank.declaration,
    ]

    /// How to retrieve, as the flags say.
    static func options(_ given: Arguments, verb: String) throws -> RetrievalOptions {
        var options = RetrievalOptions()
        options.topK = given[topK]
        options.mode = given[mode]
        options.filter = try given[filter].map { try condition($0, verb: verb) }
        options.diversity = given[diversity]
        options.maximumPerSource = given[perSource]
        options.rerank = given[rerank] != nil
        return options
    }

    private static func condition(_ text: String, verb: String) throws -> MetadataFilter {
        do {
            return try MetadataFilter(parsing: text)
        } catch let error as RetrievalError {
            throw UsageError("--where: \(error)", verb: verb)
        }
    }

    /// Opens a store that is there and holds something.
    static func open(_ given: Arguments) throws -> SQLiteStore {
        let store = try SQLiteStore(path: given[store])
        guard try store.counts().chunks > 0 else {
            throw CommandError(
                "\(given[Self.store]): the store is empty; fill it with: linnet index FILES --store \(given[Self.store])"
            )
        }
        return store
    }

    /// A query or question of words.
    static func words(_ text: String, _ what: String, verb: String) throws -> String {
        let words = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !words.isEmpty else { throw UsageError("the \(what) is empty; expected words", verb: verb) }
        return words
    }
}

/// Text of documents on a terminal: nothing in it can move the cursor or colour the screen.
enum TerminalText {
    /// The text without control characters, line ends and tabs aside.
    static func lines(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { scalar in
                    let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                    let isDirection =
                        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
                    return scalar == "\n" || scalar == "\t" || !(isControl || isDirection)
                }))
    }

    /// The text in one line of at most `longest` characters.
    static func line(_ text: String, longest: Int = .max) -> String {
        let words = lines(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard words.count > longest else { return words }
        let start = words.prefix(longest)
        return start[..<(start.lastIndex(of: " ") ?? start.endIndex)] + " …"
    }

    /// `docs/guide.md, page 3, Setup › Install`
    static func place(_ source: String?, page: Int?, headings: [String], paths: SourcePaths) -> String {
        var parts = [source.map(paths.shown) ?? "from memory"]
        if let page { parts.append("page \(page)") }
        if !headings.isEmpty { parts.append(headings.joined(separator: " › ")) }
        return line(parts.joined(separator: ", "), longest: 160)
    }
}
