import Foundation
import LinnetRetrieval
import Testing

/// A process that writes to a store until it is killed, and what must be true afterwards.
///
/// The process is this test program itself, told by its environment to run ``writeUntilKilled()`` only. It writes a line
/// "try …" to a journal before each change and "done" after it.
@Suite struct StoreCrashTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let storeKey = "LINNET_TEST_CRASH_STORE"

    /// One change: ids to put with a generation, ids to remove.
    private struct Step {
        var put: [String] = []
        var removed: [String] = []
        var generation = 0

        init(_ number: Int) {
            generation = number
            put = (0..<5).map { "d\((number * 3 + $0) % 60)" }
            if number % 3 == 2 { removed = ["d\((number * 7) % 60)"].filter { !put.contains($0) } }
        }

        func apply(to state: inout [String: String]) {
            for id in removed { state[id] = nil }
            for id in put { state[id] = "\(generation)" }
        }

        var change: StoreChange {
            var change = StoreChange()
            change.removedDocuments = removed
            change.documents = put.map { id in
                StoreSamples.document(
                    id,
                    (0..<4).map { "generation\(generation) of \(id) \($0) " + String(repeating: "wave ", count: 100) },
                    source: "file", seed: generation, fingerprint: "\(generation)")
            }
            return change
        }
    }

    @Test(.enabled(if: environment[storeKey] != nil && environment["LINNET_TEST_FILE_LIMIT"] == nil))
    func writeUntilKilled() throws {
        let path = try #require(Self.environment[Self.storeKey])
        let journal = open(path + ".log", O_WRONLY | O_APPEND | O_CREAT, 0o600)
        func note(_ line: String) { _ = line.withCString { write(journal, $0, strlen($0)) } }
        let store = try StoreSamples.store(path)
        let first = Int(Self.environment["LINNET_TEST_CRASH_FIRST"] ?? "") ?? 0
        for number in first..<1_000_000 {
            note("try \(number)\n")
            try store.apply(Step(number).change)
            note("done\n")
        }
    }

    /// Starts this program again to run one test of this suite.
    private func child(_ test: String, _ variables: [String: String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var arguments: [String] = []
        var words = CommandLine.arguments.dropFirst()[...]
        while let word = words.popFirst() {
            if word == "--filter" || word == "--skip" || word == "--event-stream-output-path" {
                _ = words.popFirst()
            } else if !word.hasPrefix("--filter=") {
                arguments.append(word)
            }
        }
        process.arguments = arguments + ["--filter", "StoreCrashTests/\(test)"]
        process.environment = Self.environment.merging(variables) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    @Test(.enabled(if: environment[storeKey] == nil), .timeLimit(.minutes(5)))
    func nothingAcknowledgedIsLostWhenTheWriterIsKilled() throws {
        let path = try StoreSamples.path()
        var next = 0
        var certain: [String: String] = [:]
        for _ in 0..<12 {
            let writer = try child("writeUntilKilled", [Self.storeKey: path, "LINNET_TEST_CRASH_FIRST": "\(next)"])
            try writer.run()
            // At least one change is under way, then any moment may be the last.
            let size = Self.size(path + ".log")
            while writer.isRunning, Self.size(path + ".log") == size { usleep(2_000) }
            usleep(UInt32.random(in: 0..<120_000))
            kill(writer.processIdentifier, SIGKILL)
            writer.waitUntilExit()

            var possible = certain
            var lines = try String(contentsOfFile: path + ".log", encoding: .utf8).split(separator: "\n")[...]
            try #require(!lines.isEmpty, "the child never wrote")
            while let line = lines.popFirst() {
                let number = try #require(Int(line.dropFirst(4)))
                next = number + 1
                Step(number).apply(to: &possible)
                if lines.popFirst() == "done" { certain = possible }
            }
            try FileManager.default.removeItem(atPath: path + ".log")
            certain = try verify(path, certain, possible)
        }
        #expect(next > 12, "the writer made progress")
    }

    /// The store opens, is whole, and holds what was acknowledged, with the last change as a whole or not at all.
    private func verify(
        _ path: String, _ certain: [String: String], _ possible: [String: String]
    ) throws -> [String: String] {
        let store = try SQLiteStore(path: path, createIfMissing: true)
        try store.check()
        let found = try store.documents(ofSource: "file")
        #expect(found == certain || found == possible)
        #expect(try store.counts() == (documents: found.count, chunks: found.count * 4))
        for (id, generation) in found.prefix(5) {
            let hits = try store.matching(["generation\(generation)"], count: 100, where: nil)[0]
            let chunks = try store.chunks(hits.map(\.id)).filter { $0.documentID == id }
            #expect(chunks.count == 4)
            let seed = (Int(generation) ?? 0) * 1_000
            let nearest = try store.nearest(to: [StoreSamples.vector(seed)], count: 1, where: nil)[0]
            #expect(abs((nearest.first?.score ?? 0) - 1) < 1e-5)
        }
        return found
    }

    private static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    @Test(.enabled(if: environment["LINNET_TEST_FILE_LIMIT"] != nil))
    func writeAgainstALimit() throws {
        let path = try #require(Self.environment[Self.storeKey])
        signal(SIGXFSZ, SIG_IGN)
        let store = try StoreSamples.store(path)
        var step = 0
        func fill() throws { for number in step..<10_000 { step = number; try store.apply(Step(number).change) } }
        try store.apply(Step(0).change)
        var limit = rlimit(rlim_cur: 700_000, rlim_max: rlim_t.max)
        setrlimit(__rlimit_resource_t(1), &limit)
        var refusal: RetrievalError?
        do { try fill() } catch let error as RetrievalError { refusal = error }
        let outcome = "\(refusal?.kind == .writeFailed) \(step > 1)"
        // With room again the same open store goes on.
        limit.rlim_cur = rlim_t.max
        setrlimit(__rlimit_resource_t(1), &limit)
        try store.check()
        for number in step..<(step + 20) { try store.apply(Step(number).change) }
        try store.check()
        try Data(outcome.utf8).write(to: URL(fileURLWithPath: path + ".outcome"))
    }

    @Test(.enabled(if: environment[storeKey] == nil), .timeLimit(.minutes(2)))
    func aFullDiskIsAnErrorAndTheStoreGoesOnAfterwards() throws {
        let path = try StoreSamples.path()
        let writer = try child("writeAgainstALimit", [Self.storeKey: path, "LINNET_TEST_FILE_LIMIT": "1"])
        try writer.run()
        writer.waitUntilExit()
        #expect(try String(contentsOfFile: path + ".outcome", encoding: .utf8) == "true true")
        try SQLiteStore(path: path).check()
    }
}
