import Foundation
import Linnet

/// `linnet bench search`: how fast vectors are searched on this machine.
enum BenchSearchVerb {
    private static let name = "bench search"

    private static let vectors = Flag<Int>.integer(
        "vectors", default: 1_000_000, in: 1...1_000_000_000, help: "Vectors to make up.")
    private static let dimension = Flag<Int>.integer(
        "dimension", default: 384, in: 1...VectorCodes.mostDimensions, help: "Elements of a vector.")
    private static let queries = Flag<Int>.integer(
        "queries", default: 1000, in: 1...1_000_000, help: "Queries to make up.")
    private static let topK = Flag<Int>.integer(
        FlagName("top-k", letter: "k"), default: 10, in: 1...10_000, help: "Vectors to find for each query.")
    private static let seed = Flag<Int>.integer("seed", default: 0, help: "Seed of what is made up.")
    private static let input = Flag<String?>.text(
        FlagName("input", letter: "i"), "FILE", help: "Vectors instead: a matrix in single precision, .npy.")
    private static let queryVectors = Flag<String?>.text(
        "query-vectors", "FILE", help: "Queries instead, as --input.")
    private static let output = Flag<String?>.text(
        FlagName("output", letter: "o"), "FILE", help: "Write the rows found, an array in JSON per query.")
    private static let json = Flag<Bool>.toggle("json", help: "Print one JSON object.")

    static let verb = Verb(
        name, summary: "measure the search among vectors",
        discussion: [
            "Builds int8 codes, answers every query alone and all at once, and counts how many of the nearest vectors by "
                + "inner product in single precision were found. Candidates of the codes are ranked again in single "
                + "precision, as the store does it."
        ],
        groups: [
            Verb.Group(
                "Vectors",
                [
                    vectors.declaration, dimension.declaration, queries.declaration, topK.declaration,
                    seed.declaration, input.declaration, queryVectors.declaration,
                ]),
            Verb.Group("Output", [output.declaration, json.declaration]),
        ],
        examples: [
            Verb.Example(
                "A million vectors of all-MiniLM's size",
                "linnet bench search --vectors 1000000 --dimension 384 --queries 1000 --top-k 10 --json"),
            Verb.Example(
                "Vectors from NumPy", "linnet bench search --input vectors.npy --query-vectors queries.npy --top-k 10"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        try requireMemory(given)
        var measurement = SearchMeasurement()
        measurement.vectors = given[vectors]
        measurement.dimension = given[dimension]
        measurement.queries = given[queries]
        measurement.topK = given[topK]
        measurement.seed = UInt64(given[seed])
        measurement.input = given[input]
        measurement.queryInput = given[queryVectors]
        let result = try measurement.run()
        if let path = given[output] {
            let lines = result.found.map { JSON.array($0.map { JSON($0) }).text() + "\n" }
            try ReplacementFile.write(to: path) { file in
                try Array(lines.joined().utf8).withUnsafeBytes { try file.write($0) }
            }
        }
        try StandardOutput().write(
            text: (given[json] ? object(result, topK: given[topK]).text() : text(result, topK: given[topK])) + "\n")
        return .success
    }

    /// What is made up has to fit the machine, codes included.
    private static func requireMemory(_ given: Arguments) throws {
        let vectorCount = given.isGiven(input) ? 0 : Double(given[vectors])
        let queryCount = given.isGiven(queryVectors) ? 0 : Double(given[queries])
        let needed = (vectorCount * 5 + queryCount * 8) * Double(given[dimension])
        let present = Double(ProcessInfo.processInfo.physicalMemory)
        guard needed <= present else {
            throw UsageError(
                String(
                    format: "--vectors, --queries and --dimension: they take %.0f MiB, this machine has %.0f MiB; ask "
                        + "for fewer", needed / 1_048_576, present / 1_048_576), verb: name)
        }
    }

    private static func object(_ result: SearchMeasurement.Result, topK: Int) -> JSON {
        .object([
            "vectors": JSON(result.vectors), "dimension": JSON(result.dimension), "queries": JSON(result.queries),
            "query_milliseconds": JSON(result.medianMilliseconds),
            "query_milliseconds_p95": JSON(result.p95Milliseconds),
            "queries_per_second": JSON(result.queriesPerSecond), "recall_at_\(topK)": JSON(result.recall),
            "build_seconds": JSON(result.buildSeconds), "codes_mib": JSON(result.codesMebibytes),
            "peak_memory_mib": JSON(result.peakMemoryMebibytes),
        ])
    }

    private static func text(_ result: SearchMeasurement.Result, topK: Int) -> String {
        String(
            format: "%d × %d: one query %.2f ms (95 %%: %.2f ms), all at once %.0f queries/s, recall@%d %.4f, "
                + "codes built in %.2f s (%.0f MiB), peak %.0f MiB",
            result.vectors, result.dimension, result.medianMilliseconds, result.p95Milliseconds,
            result.queriesPerSecond, topK, result.recall, result.buildSeconds, result.codesMebibytes,
            result.peakMemoryMebibytes)
    }
}
