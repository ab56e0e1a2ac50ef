import Foundation
import LinnetFormats

/// The checkpoints of one output directory: `checkpoint-N` after N optimizer steps.
struct CheckpointStore {
    let output: String
    private static let prefix = "checkpoint-"

    /// The directory of the checkpoint after a number of steps.
    func path(step: Int) -> String { "\(output)/\(Self.prefix)\(step)" }

    /// The steps of all checkpoints, damaged ones too, in rising order.
    func steps() throws -> [Int] {
        guard FileManager.default.fileExists(atPath: output) else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: output).compactMap { name in
                guard name.hasPrefix(Self.prefix), let step = Int(name.dropFirst(Self.prefix.count)), step >= 0,
                    name == Self.prefix + String(step)
                else { return nil }
                return step
            }.sorted()
        } catch {
            throw TrainingError.fileSystem(path: output, reason: "cannot be listed: \(error.localizedDescription)")
        }
    }

    /// Writes the checkpoint after `step` steps: `body` fills a temporary directory, which is renamed into place once
    /// every file and the manifest are on disk.
    func commit(step: Int, _ body: (_ directory: String) throws -> Void) throws -> String {
        let path = path(step: step)
        try DirectoryCommit.write(to: path) { directory in
            try body(directory)
            try CheckpointManifest.write(in: directory)
        }
        return path
    }

    /// The newest checkpoint whose files are as they were written.
    ///
    /// - Parameter notice: is told about each damaged one that is passed over.
    func newestIntact(notice: (String) -> Void) throws -> Int {
        for step in try steps().reversed() {
            do {
                try CheckpointManifest.verify(path(step: step))
                return step
            } catch let error as TrainingError {
                notice("\(error); trying the one before")
            }
        }
        throw TrainingError.noCheckpoint(directory: output)
    }

    /// Removes the oldest checkpoints until `limit` are left; the newest and the best always stay.
    func rotate(limit: Int?, best: Int?) throws {
        guard let limit else { return }
        let steps = try steps()
        let kept = Set([steps.last, best].compactMap { $0 })
        let surplus = steps.count - max(limit, kept.count)
        guard surplus > 0 else { return }
        for step in steps.filter({ !kept.contains($0) }).prefix(surplus) { try remove(step: step) }
    }

    /// Removes the checkpoint after `step` steps.
    func remove(step: Int) throws {
        do { try FileManager.default.removeItem(atPath: path(step: step)) } catch {
            throw TrainingError.fileSystem(
                path: path(step: step), reason: "cannot be removed: \(error.localizedDescription)")
        }
    }

    /// Makes the output directory and removes what killed writers have left in it.
    func prepare() throws {
        do {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        } catch {
            throw TrainingError.fileSystem(path: output, reason: "cannot be made: \(error.localizedDescription)")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
        let interrupted = Set(
            names.filter { $0.hasPrefix(".\(Self.prefix)") }.compactMap { $0.split(separator: ".").first })
        for name in interrupted { try DirectoryCommit.removeAbandoned(beside: "\(output)/\(name)") }
    }
}
