import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `bench search` on few vectors.
@Suite struct BenchSearchVerbTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func write(_ name: String, _ rows: [[Float]]) throws -> String {
        let path = try folder.write(name, "")
        try NumpyArray.write(floats: rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0], to: path)
        return path
    }

    @Test func oneObjectHoldsTheMeasurement() throws {
        let outcome = try BuiltCommand.run(
            "bench", "search", "--vectors", "300", "--dimension", "24", "--queries", "7", "--top-k", "5", "--json")
        #expect(outcome.status == 0)
        try #require(outcome.outputLines.count == 1)
        let object = try JSON.parse(Array(outcome.output.utf8), path: "output")
        #expect(object["vectors"]?.intValue == 300 && object["dimension"]?.intValue == 24)
        #expect(object["queries"]?.intValue == 7 && object["recall_at_5"]?.doubleValue == 1)
        for key in ["query_milliseconds", "queries_per_second", "build_seconds", "codes_mib", "peak_memory_mib"] {
            #expect((object[key]?.doubleValue ?? 0) > 0, "\(key)")
        }
    }

    @Test func vectorsOfAFileAreFound() throws {
        let vectors = try write("v.npy", [[1, 0], [0, 1], [-1, 0], [0.8, 0.6]])
        let queries = try write("q.npy", [[1, 0.1], [0, 2]])
        let found = try folder.write("found.jsonl", "")
        let outcome = try BuiltCommand.run(
            "bench", "search", "--input", vectors, "--query-vectors", queries, "--top-k", "2", "--output", found)
        #expect(outcome.status == 0 && outcome.output.contains("recall@2 1.0000"))
        #expect(try String(contentsOfFile: found, encoding: .utf8) == "[0,3]\n[1,3]\n")
    }

    @Test func whatDoesNotFitIsNamedInOneLine() throws {
        func fails(_ words: [String], status: Int32 = 1, naming part: String) throws {
            let outcome = try BuiltCommand.run(["bench", "search"] + words)
            #expect(outcome.status == status && outcome.messageLines.count == 1 && outcome.messages.contains(part))
        }
        let vectors = try write("v.npy", [[1, 0], [0, 1]])
        let queries = try write("q.npy", [[1, 0, 1]])
        try fails(["--input", "/nonexistent/v.npy"], naming: "/nonexistent/v.npy")
        try fails(["--input", folder.write("x.npy", "no array")], naming: "expected a NumPy array")
        try fails(["--input", vectors, "--query-vectors", queries], naming: "q.npy")
        try fails(["--input", write("nan.npy", [[1, 0], [.nan, 1]])], naming: "row 1")
        try fails(["--input", write("none.npy", [])], naming: "0 × 0")
        try fails(["--vectors", "1000000000", "--dimension", "65536"], status: 2, naming: "--vectors")
    }
}
