import Foundation
import Linnet

/// `linnet evaluate retrieval`: how well documents are found, on a collection with judgments.
enum EvaluateRetrievalVerb {
    private static let name = "evaluate retrieval"

    private static let corpus = Flag<String>.requiredText(
        "corpus", "FILE", help: "Documents: JSON lines with _id, text and maybe title (BEIR's corpus.jsonl).")
    private static let queries = Flag<String>.requiredText(
        "queries", "FILE", help: "Queries: JSON lines with _id and text (BEIR's queries.jsonl).")
    private static let qrels = Flag<String>.requiredText(
        "qrels", "FILE", help: "Judgments: BEIR's qrels/test.tsv, or TREC's qrels.")
    private static let modes = Flag<[String]>.list(
        "mode", "MODE,…", allowed: RetrievalMode.allCases.map(\.rawValue), shown: "hybrid",
        help: "How is searched: dense, bm25, hybrid; several are compared.")
    private static let model = Flag<String?>.text(
        FlagName("model", letter: "m", aliases: ["model-name-or-path", "embedder"]), "NAME",
        shown: RetrievalEvaluation.standardModel, help: "A sentence encoder: a directory, or a pulled model's name.")
    private static let topK = Flag<Int>.integer(
        FlagName("top-k", letter: "k"), default: 100, in: 1...10_000,
        help: "How many documents are measured per query; map is over these.")
    private static let precision = Flag<Precision>.choice(
        "precision", default: .float32, help: "Numbers of the encoder's activations and products.")
    private static let ignoreIdentical = Flag<Bool>.toggle(
        "ignore-identical-ids",
        help: "Leave out the document with the query's id, where queries are documents themselves.")
    private static let runOutput = Flag<String?>.text(
        "run-output", "FILE", help: "Write the rankings in TREC's format; with several modes as FILE-MODE.")
    private static let perQuery = Flag<Bool>.toggle("per-query", help: "Print the numbers of every query, too.")
    private static let quiet = Flag<Bool>.toggle(FlagName("quiet", letter: "q"), help: "No progress.")
    private static let json = Flag<Bool>.toggle(
        "json", help: "Print one JSON object per mode; with --per-query one per query before it.")

    static let verb = Verb(
        name, summary: "measure how well documents are found",
        discussion: [
            "Puts every document into a store in memory as one chunk (title and text), searches as linnet search does, and "
                + "prints nDCG, recall, reciprocal rank, average precision and success as trec_eval computes them, with "
                + "bootstrap intervals (95 %). Of several modes it prints the differences and how likely they are chance "
                + "(paired randomisation test).",
            "Equal scores are ordered by id, descending, as trec_eval orders them. The mean is over all judged queries.",
        ],
        groups: [
            Verb.Group("Collection", [corpus.declaration, queries.declaration, qrels.declaration]),
            Verb.Group(
                "Retrieval",
                [
                    modes.declaration, model.declaration, topK.declaration, precision.declaration,
                    ignoreIdentical.declaration,
                ]),
            Verb.Group("Output", [runOutput.declaration, perQuery.declaration, quiet.declaration, json.declaration]),
        ],
        rewrites: [Verb.Rewrite(name: "bf16", flag: "precision", valueWhenTrue: "bf16", valueWhenFalse: "fp32")],
        examples: [
            Verb.Example(
                "Three ways of searching side by side",
                "linnet evaluate retrieval --corpus corpus.jsonl --queries queries.jsonl --qrels qrels/test.tsv "
                    + "--mode dense,bm25,hybrid"),
            Verb.Example(
                "A fine-tuned retriever, for programs",
                "linnet evaluate retrieval --corpus corpus.jsonl --queries queries.jsonl --qrels qrels/test.tsv "
                    + "--mode dense --model runs/retriever --json"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        var evaluation = RetrievalEvaluation(
            corpus: given[corpus], queries: given[queries], qrels: given[qrels],
            model: given[model] ?? RetrievalEvaluation.standardModel)
        if given.isGiven(modes) {
            evaluation.modes = RetrievalMode.allCases.filter { given[modes].contains($0.rawValue) }
        }
        evaluation.retrieval.topK = given[topK]
        evaluation.precision = given[precision]
        evaluation.ignoresIdenticalIDs = given[ignoreIdentical]
        var shown = 0
        let report = try evaluation.run { done, total in
            guard !given[quiet], 10 * done / max(1, total) > shown else { return }
            shown = 10 * done / max(1, total)
            StandardOutput.message("embedding: \(done) of \(total) documents")
        }
        if report.missingDocuments > 0 {
            StandardOutput.message(
                "linnet: \(report.missingDocuments) judgments are about documents that \(given[corpus]) does not hold")
        }
        if let path = given[runOutput] { try write(report, to: path) }
        let output = StandardOutput()
        let table = RetrievalTable(report: report, evaluation: evaluation)
        for line in try table.lines(json: given[json], perQuery: given[perQuery]) { try output.write(line: line) }
        try output.flush()
        return .success
    }

    private static func write(_ report: RetrievalEvaluation.Report, to path: String) throws {
        for result in report.results {
            let text = try result.run.trecText(tag: "linnet-\(result.mode.rawValue)")
            try FileBytes.write(text: text, to: report.results.count > 1 ? "\(path)-\(result.mode.rawValue)" : path)
        }
    }
}
