import Foundation
import TestSupport
import Testing

@testable import LinnetTraining

@Suite struct CheckpointStoreTests {
    private func store(_ directory: TemporaryDirectory, steps: [Int]) throws -> CheckpointStore {
        let store = CheckpointStore(output: directory.path)
        for step in steps {
            _ = try store.commit(step: step) { try Data([1, 2, 3]).write(to: URL(fileURLWithPath: $0 + "/data")) }
        }
        return store
    }

    @Test func onlyDirectoriesOfCheckpointsCount() throws {
        let directory = try TemporaryDirectory()
        let store = try store(directory, steps: [10, 9])
        for name in ["checkpoint-", "checkpoint-x", "checkpoint--1", "checkpoint-007", "logs", "checkpoint-5.bak"] {
            try FileManager.default.createDirectory(
                atPath: directory.path + "/" + name, withIntermediateDirectories: true)
        }
        #expect(try store.steps() == [9, 10])
        #expect(try CheckpointStore(output: directory.path + "/none").steps() == [])
    }

    @Test(
        arguments: [
            (1, nil, [5]), (2, nil, [4, 5]), (2, 1, [1, 5]), (1, 2, [2, 5]), (3, 2, [2, 4, 5]), (1, 5, [5]),
            (9, nil, [1, 2, 3, 4, 5]), (nil, nil, [1, 2, 3, 4, 5]),
        ] as [(Int?, Int?, [Int])])
    func rotationKeepsTheNewestAndTheBest(limit: Int?, best: Int?, left: [Int]) throws {
        let directory = try TemporaryDirectory()
        let store = try store(directory, steps: [1, 2, 3, 4, 5])
        try store.rotate(limit: limit, best: best)
        #expect(try store.steps() == left)
    }

    @Test func aDirectoryWithoutAManifestIsNoCheckpoint() throws {
        let directory = try TemporaryDirectory()
        let store = try store(directory, steps: [3])
        try FileManager.default.createDirectory(
            atPath: directory.path + "/checkpoint-8", withIntermediateDirectories: true)
        var notices: [String] = []
        #expect(try store.newestIntact { notices.append($0) } == 3)
        #expect(notices.count == 1)
    }

    @Test func aManifestCannotPointOutside() throws {
        let directory = try TemporaryDirectory()
        let store = try store(directory, steps: [3])
        let text = #"{"version": 1, "files": {"../../etc/passwd": {"size": 1, "crc32c": "00000000"}}}"#
        try Data(text.utf8).write(to: URL(fileURLWithPath: store.path(step: 3) + "/manifest.json"))
        let error = #expect(throws: TrainingError.self) { try CheckpointManifest.verify(store.path(step: 3)) }
        #expect("\(try #require(error))".contains("leads out of the directory"))
    }

    @Test func aFailedWriteLeavesTheOldCheckpoint() throws {
        let directory = try TemporaryDirectory()
        let store = try store(directory, steps: [3])
        #expect(throws: Killed.self) {
            try store.commit(step: 3) { path in
                try Data([9]).write(to: URL(fileURLWithPath: path + "/data"))
                throw Killed()
            }
        }
        try CheckpointManifest.verify(store.path(step: 3))
        #expect(try Data(contentsOf: URL(fileURLWithPath: store.path(step: 3) + "/data")) == Data([1, 2, 3]))
    }
}
