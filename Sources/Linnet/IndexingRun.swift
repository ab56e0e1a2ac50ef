import Foundation
import LinnetFormats
import LinnetRetrieval
import LinnetTraining

/// One run of a ``DocumentIndexing``.
final class IndexingRun {
    private let store: any VectorStore
    private let encoder: DocumentEncoder
    private let names: SourcePaths
    /// The store's own file, which is no document.
    private let storePath: String
    private let reader: DocumentReader
    private var walk = DirectoryWalk()
    /// Everything but the bytes of a file that decides what the store holds of it.
    private let settingsText: String
    private let stop: StopFlag
    private let report: (IndexingProgress) -> Void
    private let start = Date()
    private var batch: StoreBatch
    private var progress = IndexingProgress()
    private var result = IndexingSummary()

    /// A file to bring in step.
    private struct File {
        var path: String
        var source: String
        var size: Int
    }

    /// The run ends here, with everything that is durable.
    private struct Stopped: Error {}

    init(
        job: DocumentIndexing, store: any VectorStore, encoder: DocumentEncoder, stop: StopFlag,
        progress: @escaping (IndexingProgress) -> Void
    ) {
        self.store = store
        self.encoder = encoder
        self.stop = stop
        report = progress
        names = SourcePaths(store: job.store)
        storePath = SourcePaths.resolved(job.store)
        reader = DocumentReader(options: job.reading)
        walk.include = job.include
        walk.exclude = job.exclude
        settingsText = "reader 1 \(job.reading.textColumns) \(encoder.settingsText)"
        batch = StoreBatch(encoder: encoder)
    }

    /// Brings the store in step with what lies under the paths.
    func run(_ paths: [String]) throws -> IndexingSummary {
        let present = paths.filter { FileManager.default.fileExists(atPath: $0) }
        var unread: [String] = []
        let found = try walk.files(under: present) { skipped in
            let path = SourcePaths.resolved(skipped.path)
            guard path != storePath else { return }
            if skipped.isUnreadable { unread.append(path) }
            result.failures.append(
                .init(path: skipped.path, reason: Self.reason(skipped.reason, skipped.path)))
        }
        let files = found.map { File(path: $0, source: names.source(ofFile: $0), size: Self.size(of: $0)) }
        let known = try store.sources(under: "")
        forgetVanished(from: paths, keeping: Set(files.map(\.source)), unread, known: known)
        progress.totalFiles = files.count
        progress.totalBytes = files.reduce(0) { $0 + $1.size }
        do {
            for file in files {
                try stopIfAsked()
                try bringInStep(file, knownDigest: known[file.source])
                progress.files += 1
                progress.bytes += file.size
                tell()
            }
            try apply()
        } catch is Stopped {
            result.isInterrupted = true
        }
        let isChanged = result.documents + result.removedFiles + result.changedFiles > 0
        if isChanged { try AnswerThreshold.calibrate(store) { try encoder.embedder.unitVectors($0) } }
        (result.storedDocuments, result.storedChunks) = try store.counts()
        result.seconds = Date().timeIntervalSince(start)
        return result
    }

    // MARK: Files

    /// Forgets files that the store knows under a given directory and that are there no more. What cannot be read now
    /// has not vanished.
    private func forgetVanished(
        from paths: [String], keeping present: Set<String>, _ unread: [String], known: [String: String]
    ) {
        let roots = paths.map(SourcePaths.resolved)
        func lies(_ file: String, under root: String) -> Bool {
            file == root || file.hasPrefix(root == "/" ? "/" : root + "/")
        }
        let vanished = known.keys.filter { source in
            guard !present.contains(source) else { return false }
            let file = names.file(ofSource: source)
            return roots.contains { lies(file, under: $0) } && !unread.contains { lies(file, under: $0) }
        }
        batch.change.removedSources = vanished.sorted()
        result.removedFiles = vanished.count
    }

    private func bringInStep(_ file: File, knownDigest: String?) throws {
        do {
            let content = try SHA256.hexadecimal(ofFile: file.path)
            let digest = SHA256.hexadecimal(of: Array("\(content) \(settingsText)".utf8))
            guard digest != knownDigest else {
                result.unchangedFiles += 1
                return
            }
            try read(file, digest: digest)
            if knownDigest == nil { result.newFiles += 1 } else { result.changedFiles += 1 }
        } catch let error as RetrievalError where error.kind == .unreadable {
            result.failures.append(.init(path: file.path, reason: Self.reason(error.description, file.path)))
        } catch let error as FormatError {
            result.failures.append(.init(path: file.path, reason: error.message))
        }
    }

    private func read(_ file: File, digest: String) throws {
        var before = try store.documents(ofSource: file.source)
        try reader.read(file: file.path, source: file.source) { document in
            let fingerprint = encoder.fingerprint(document)
            if before[document.id] == fingerprint {
                before[document.id] = nil
                return
            }
            if batch.add(document, fingerprint: fingerprint) {
                before[document.id] = nil
                // Known from its first document on, so that a file that never completes can be forgotten.
                batch.change.completedSources[file.source] = StoreChange.incomplete
            }
            if batch.isFull {
                try apply()
                try stopIfAsked()
            }
        }
        batch.change.removedDocuments += before.keys.sorted()
        batch.change.completedSources[file.source] = digest
        if batch.isFull { try apply() }
    }

    // MARK: Transactions

    private func apply() throws {
        try batch.apply(to: store)
        result.documents = batch.documentCount
        result.chunks = batch.chunkCount
        tell()
    }

    private func stopIfAsked() throws {
        guard stop.isRaised else { return }
        throw Stopped()
    }

    private func tell() {
        progress.chunks = batch.chunkCount
        progress.seconds = Date().timeIntervalSince(start)
        report(progress)
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The error without the name of the file, which stands beside it.
    private static func reason(_ description: String, _ path: String) -> String {
        description.hasPrefix(path + ": ") ? String(description.dropFirst(path.count + 2)) : description
    }
}
