import Foundation
import LinnetFormats
import LinnetRetrieval
import LinnetTraining
import TestSupport
import Testing

@testable import Linnet

@Suite struct DocumentIndexingTests {
    private let folder: TemporaryDirectory
    private let job: DocumentIndexing

    init() throws {
        folder = try TemporaryDirectory()
        try folder.write("docs/pump.md", "# Pump\n\nthe pump is blue\n\n# Cat\n\ncats sleep all day\n")
        try folder.write("docs/sub/train.txt", "a train leaves at noon")
        var job = DocumentIndexing(paths: [folder.path + "/docs"], store: folder.path + "/k.db")
        job.model = Fixtures.path("models/bert-embedding")
        job.precision = .float32
        self.job = job
    }

    private func texts() throws -> [String] {
        var options = RetrievalOptions()
        options.topK = 50
        let search = try StoreSearch(store: SQLiteStore(path: job.store), precision: .float32)
        return try search.retrieve(["pump"], options: options)[0].map { "\($0.source ?? "") \($0.text)" }.sorted()
    }

    @Test func againOnTheSameFilesNothingIsEmbedded() throws {
        let first = try job.run()
        #expect(first.newFiles == 2 && first.documents == 2 && first.chunks >= 2 && first.failures.isEmpty)
        #expect(first.storedChunks == first.chunks)
        let second = try job.run()
        #expect(second.unchangedFiles == 2 && second.chunks == 0 && second.storedChunks == first.storedChunks)
    }

    @Test func whatChangedIsReplacedAndWhatIsGoneIsForgotten() throws {
        _ = try job.run()
        try folder.write("docs/pump.md", "the pump is red")
        try FileManager.default.removeItem(atPath: folder.path + "/docs/sub/train.txt")
        try folder.write("docs/new.txt", "new text")
        let summary = try job.run()
        #expect(summary.changedFiles == 1 && summary.removedFiles == 1 && summary.newFiles == 1)
        #expect(try texts() == ["docs/new.txt new text", "docs/pump.md the pump is red"])
    }

    @Test(.enabled(if: geteuid() != 0, "root can read everything"))
    func whatCannotBeReadNowHasNotVanished() throws {
        _ = try job.run()
        let directory = folder.path + "/docs/sub"
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: directory)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory) }
        let summary = try job.run()
        #expect(summary.removedFiles == 0 && summary.failures.count == 1 && summary.storedDocuments == 2)
    }

    @Test func onlyTheGivenFoldersAreCleared() throws {
        var job = job
        try folder.write("other/a.txt", "other text")
        job.paths.append(folder.path + "/other")
        _ = try job.run()
        try FileManager.default.removeItem(atPath: folder.path + "/other/a.txt")
        job.paths = [folder.path + "/docs"]
        #expect(try job.run().removedFiles == 0)
        job.paths = [folder.path + "/other"]
        #expect(try job.run().removedFiles == 1)
        #expect(try texts().count >= 2)
    }

    @Test func rowsThatDidNotChangeAreNotEmbeddedAgain() throws {
        let rows = (0..<40).map { "{\"text\": \"row number \($0)\", \"n\": \($0)}" }
        try folder.write("docs/rows.jsonl", rows.joined(separator: "\n"))
        _ = try job.run()
        try folder.write("docs/rows.jsonl", (rows + ["{\"text\": \"one more\", \"n\": 40}"]).joined(separator: "\n"))
        let summary = try job.run()
        #expect(summary.documents == 1 && summary.changedFiles == 1)
        try folder.write("docs/rows.jsonl", rows.prefix(3).joined(separator: "\n"))
        #expect(try job.run().documents == 0)
        #expect(try texts().filter { $0.contains("rows.jsonl") }.count == 3)
    }

    @Test func aNamedFileThatIsGoneIsForgottenIfTheStoreKnowsIt() throws {
        var job = job
        try folder.write("notes.txt", "some notes")
        job.paths.append(folder.path + "/notes.txt")
        _ = try job.run()
        try FileManager.default.removeItem(atPath: folder.path + "/notes.txt")
        let again = try job.run()
        #expect(again.removedFiles == 1 && again.unchangedFiles == 2)
        #expect(throws: FormatError.self) { try job.run() }
    }

    @Test func theStoreBesideItsDocumentsIsNoFailure() throws {
        var job = job
        job.store = folder.path + "/docs/k.db"
        _ = try job.run()
        let second = try job.run()
        #expect(second.failures.isEmpty && second.unchangedFiles == 2)
    }

    @Test func aFileThatNeverCompletedIsForgottenWithItsFile() throws {
        try folder.write("docs/rows.jsonl", "{\"text\": \"the only good row\"}\n{no JSON\n")
        #expect(try job.run().failures.count == 1)
        #expect(try texts().contains("docs/rows.jsonl the only good row"))
        try FileManager.default.removeItem(atPath: folder.path + "/docs/rows.jsonl")
        #expect(try job.run().removedFiles == 1)
        #expect(try !texts().contains { $0.contains("rows.jsonl") })
    }

    @Test func otherSettingsIndexAgainAndAreRemembered() throws {
        var job = job
        let first = try job.run()
        job.chunkTokens = 8
        job.chunkOverlap = 0
        let second = try job.run()
        #expect(second.changedFiles == 2 && second.storedDocuments == first.storedDocuments)
        job.chunkTokens = nil
        job.chunkOverlap = nil
        job.model = nil
        #expect(try job.run().unchangedFiles == 2)
    }

    @Test func settingsThatMakeNoSenseAreRefused() throws {
        var job = job
        for (tokens, overlap) in [(1, nil), (100_000, nil), (10, 6)] as [(Int, Int?)] {
            job.chunkTokens = tokens
            job.chunkOverlap = overlap
            #expect(throws: RetrievalError.self) { try job.run() }
        }
    }

    @Test func aMistakeLeavesNoEmptyStoreBehind() {
        var job = job
        job.model = folder.file("nowhere")
        #expect(throws: (any Error).self) { try job.run() }
        job.model = self.job.model
        job.chunkTokens = 1
        #expect(throws: RetrievalError.self) { try job.run() }
        #expect(!folder.exists("k.db"))
    }

    @Test func aStopBeforeTheEndLeavesCompleteTransactionsAndTheNextRunGoesOn() throws {
        for number in 0..<5 { try folder.write("docs/f\(number).txt", "text number \(number)") }
        let stop = StopFlag()
        let summary = try job.run(stop: stop) { if $0.files == 3 { stop.raise() } }
        #expect(summary.isInterrupted)
        let rest = try job.run()
        #expect(!rest.isInterrupted && rest.storedDocuments == 7)
        #expect(try texts().count == Set(texts()).count)
    }

    @Test func filesThatCannotBeReadAreReportedAndTheOthersIndexed() throws {
        try folder.write("docs/bad.txt", "no\u{0}text")
        let summary = try job.run()
        #expect(summary.failures.count == 1 && summary.newFiles == 2)
        #expect(summary.failures.first?.path.hasSuffix("bad.txt") == true)
        #expect(throws: FormatError.self) {
            try DocumentIndexing(paths: [folder.path + "/nowhere"], store: job.store).run()
        }
    }

    @Test func storeAndDocumentsMoveTogether() throws {
        _ = try job.run()
        let moved = folder.path + "-moved"
        try FileManager.default.moveItem(atPath: folder.path, toPath: moved)
        defer { try? FileManager.default.removeItem(atPath: moved) }
        let again = DocumentIndexing(paths: [moved + "/docs"], store: moved + "/k.db")
        #expect(try again.run().unchangedFiles == 2)
    }
}
