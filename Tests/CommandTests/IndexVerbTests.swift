import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `index`, `search` and `ask`, end to end on tiny models.
@Suite struct IndexVerbTests {
    private let folder: TemporaryDirectory
    private let model: String
    private let store: String

    init() throws {
        folder = try TemporaryDirectory()
        model = try TinyModel.write(into: folder)
        store = "\(folder.path)/k.db"
        try FileManager.default.createDirectory(atPath: "\(folder.path)/docs", withIntermediateDirectories: true)
        try folder.write("docs/a.md", "# Food\n\nthe food was great\n")
        try folder.write("docs/b.txt", "a bad film")
    }

    private func index() throws -> BuiltCommand.Outcome {
        try BuiltCommand.run("index", "\(folder.path)/docs", "--store", store, "--model", model, "--json")
    }

    private func object(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8), path: "output") }

    @Test func anIndexedFolderIsSearchedAndAsked() throws {
        let indexed = try index()
        #expect(indexed.status == 0, "\(indexed.messages)")
        #expect(try object(indexed.output)["new"]?.intValue == 2)
        let search = try BuiltCommand.run("search", "great food", "--store", store, "--top-k", "1", "--json")
        #expect(search.status == 0, "\(search.messages)")
        let hit = try object(try #require(search.outputLines.first))
        #expect(hit["rank"]?.intValue == 1)
        #expect(hit["text"]?.stringValue?.contains("the food was great") == true)
        #expect(hit["source"]?.stringValue?.hasSuffix("docs/a.md") == true)
        #expect(hit["span"]?.arrayValue?.count == 2)
        let ask = try BuiltCommand.run("ask", "great food", "--store", store, "--threshold", "0", "--json")
        #expect(ask.status == 0, "\(ask.messages)")
        let answer = try object(ask.output)
        #expect(answer["mode"]?.stringValue == "extractive")
        #expect(answer["citations"]?.arrayValue?.isEmpty == false)
        #expect(answer["hits"]?.arrayValue?.count == 2)
        let text = try BuiltCommand.run("ask", "great food", "--store", store, "--threshold", "0")
        #expect(text.output.contains("Sources:\n[1] "))
        #expect(text.messages.contains("quoted from the documents"))
    }

    @Test func queriesComeFromAFile() throws {
        _ = try index()
        let queries = try folder.write("queries.txt", "food\n\nfilm\n")
        let outcome = try BuiltCommand.run(
            "search", "--input", queries, "--store", store, "--top-k", "1", "--mode", "bm25", "--json")
        let found = try outcome.outputLines.map { try object($0)["query"]?.stringValue }
        #expect(found == ["food", "film"])
    }

    @Test func conditionsSelectDocuments() throws {
        _ = try index()
        let outcome = try BuiltCommand.run(
            "search", "film food", "--store", store, "--where", "format = \"markdown\"", "--json")
        #expect(outcome.outputLines.count == 1, "\(outcome.output) \(outcome.messages)")
        let wrong = try BuiltCommand.run("search", "x", "--store", store, "--where", "format = ")
        #expect(wrong.status == 2 && wrong.messageLines.count == 1 && wrong.messages.contains("--where: "))
    }

    @Test func mistakesAreOneLine() throws {
        let noStore = try BuiltCommand.run("search", "x", "--store", "\(folder.path)/none.db")
        #expect(noStore.status == 1 && noStore.messageLines.count == 1)
        #expect(!folder.exists("none.db"))
        let noFile = try BuiltCommand.run("index", "\(folder.path)/none", "--store", store)
        #expect(noFile.status == 1 && noFile.messageLines.count == 1)
        _ = try index()
        for words in [["search", " "], ["ask", ""], ["search"]] {
            let outcome = try BuiltCommand.run(words + ["--store", store])
            #expect(outcome.status == 2 && outcome.messageLines.count == 1)
        }
        try FileManager.default.moveItem(atPath: model, toPath: model + "-moved")
        let moved = try BuiltCommand.run("search", "food", "--store", store)
        #expect(moved.status == 1 && moved.messages.contains("--embedder"))
        let found = try BuiltCommand.run("search", "food", "--store", store, "--embedder", model + "-moved")
        #expect(found.status == 0, "\(found.messages)")
    }

    @Test func anInterruptedRunSaysSoAndTheNextOneGoesOn() throws {
        for number in 0..<400 { try folder.write("docs/f\(number).txt", "the film number \(number) was bad") }
        let running = try BuiltCommand.Running(
            BuiltCommand.path, ["index", "\(folder.path)/docs", "--store", store, "--model", model], input: "")
        Thread.sleep(forTimeInterval: 0.6)
        running.interrupt()
        let outcome = try running.wait()
        #expect(outcome.status == 130 || outcome.status == 0)
        if outcome.status == 130 { #expect(outcome.messages.contains("interrupted")) }
        let summary = try object(try index().output)
        #expect(summary["stored_documents"]?.intValue == 402)
    }
}
