import Foundation
import LinnetGeneration
import LinnetRetrieval
import TestSupport
import Testing

@testable import Linnet

@Suite struct RAGTests {
    private let documents = [
        Document(text: "a blue pump", metadata: ["kind": "pump"]),
        Document(text: "warm cats", metadata: ["kind": "cat"]),
        Document(text: "noon train", metadata: ["kind": "train"]),
    ]

    private func rag(
        _ generator: LanguageModel? = nil, threshold: RAG.Threshold = .none,
        change: (inout RAG.Options) -> Void = { _ in }
    ) throws -> RAG {
        var options = RAG.Options()
        options.threshold = threshold
        options.maxNewTokens = 24
        change(&options)
        return try RAG(
            embedder: TinyParts.embedder(), generator: generator, store: SQLiteStore(path: ":memory:"), options: options
        )
    }

    @Test func addedDocumentsAreFoundWithTheirMetadata() throws {
        let rag = try rag()
        #expect(try rag.add(documents) == 3)
        #expect(try rag.add(documents) == 0)
        let hits = try rag.retrieve(documents[1].text, topK: 2)
        #expect(hits.map(\.rank) == [1, 2])
        #expect(hits[0].text == documents[1].text)
        #expect(hits[0].metadata["kind"] == "cat")
        #expect((hits[0].similarity ?? 0) > 0.99)
    }

    @Test func aDocumentWithTheSameIdIsReplaced() throws {
        let rag = try rag()
        try rag.add([Document(id: "a", text: "blue pump")])
        #expect(try rag.add([Document(id: "a", text: "a red pump")]) == 1)
        #expect(try rag.retrieve("pump", topK: 5).map(\.text) == ["a red pump"])
    }

    @Test func withoutAGeneratorSentencesAreQuoted() throws {
        let rag = try rag()
        try rag.add(documents)
        let answer = try rag.generate(documents[0].text)
        #expect(answer.mode == .extractive)
        #expect(answer.text.contains("“\(documents[0].text)” [1]"))
        #expect(answer.citations.first?.quote == documents[0].text)
        #expect(answer.json["mode"]?.stringValue == "extractive")
    }

    @Test func aGeneratorAnswersGreedilyWithCitationsOfGivenSourcesOnly() throws {
        let folder = try TemporaryDirectory()
        let rag = try rag(TinyParts.languageModel(in: folder.path))
        try rag.add(documents + InjectedDocuments.all.map { Document(text: $0) })
        var streamed = ""
        let answer = try rag.generate("the pump", topK: 3) { streamed += $0 }
        #expect(answer.mode == .generated && answer.hits.count == 3)
        #expect(streamed.trimmingCharacters(in: .whitespacesAndNewlines) == answer.text)
        #expect(answer.citations.allSatisfy { (1...3).contains($0.number) })
        #expect(try rag.generate("the pump", topK: 3).text == answer.text)
    }

    @Test func anAnswerStreamsAndEndsWithTheWhole() async throws {
        let rag = try rag()
        try rag.add(documents)
        var text = ""
        var last: GroundedAnswer?
        for try await part in rag.stream("pump") {
            switch part {
            case .text(let piece): text += piece
            case .answer(let answer): last = answer
            }
        }
        #expect(last?.text == text && !text.isEmpty)
    }

    @Test func aContextThatIsTooSmallForTheQuestionIsAnError() throws {
        let folder = try TemporaryDirectory()
        let rag = try rag(TinyParts.languageModel(in: folder.path, context: 96))
        try rag.add(documents)
        #expect(throws: RetrievalError.self) { try rag.generate("the pump") }
    }

    @Test func belowTheThresholdTheDocumentsDoNotSay() throws {
        let rag = try rag(threshold: .similarity(1))
        try rag.add(documents)
        let answer = try rag.generate("something else altogether")
        #expect(!answer.isInDocuments && answer.text == SourcePrompt.noAnswer && answer.citations.isEmpty)
        #expect(answer.hits.count == 3)
    }

    @Test func addingCalibratesTheThreshold() throws {
        let rag = try rag(threshold: .calibrated)
        try rag.add(documents)
        #expect(try rag.generate(documents[0].text).threshold != nil)
    }

    @Test func anEmptyStoreSaysNothing() throws {
        #expect(try rag().generate("anything").isInDocuments == false)
    }

    @Test func aStoreOfAnotherModelIsRefused() throws {
        let store = try SQLiteStore(path: ":memory:")
        let first = try RAG(embedder: TinyParts.embedder(), store: store)
        try first.add(documents)
        let folder = try TemporaryDirectory()
        let copy = folder.path + "/model"
        try FileManager.default.copyItem(atPath: TinyParts.embedder().directory, toPath: copy)
        let file = copy + "/tokenizer_config.json"
        try (String(contentsOfFile: file, encoding: .utf8) + " ").write(toFile: file, atomically: true, encoding: .utf8)
        let error = #expect(throws: RetrievalError.self) {
            try RAG(embedder: TextEmbedder(directory: copy), store: store)
        }
        #expect(error?.kind == .wrongEmbedder)
    }
}
