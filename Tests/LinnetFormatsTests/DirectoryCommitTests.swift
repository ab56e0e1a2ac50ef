import Foundation
import TestSupport
import Testing

@testable import LinnetFormats

@Suite("DirectoryCommit and FileBytes")
struct DirectoryCommitTests {
    struct Stop: Error {}

    @Test func aNameMayHaveOneCharacter() {
        for (path, directory, name) in [
            ("p", ".", "p"), ("a/b/", "a", "b"), ("/x", "/", "x"), ("/", "/", ""), ("", ".", ""), ("é", ".", "é"),
        ] {
            let parts = TemporaryName.split(path)
            #expect(parts.directory == directory && parts.name == name, "\(path)")
        }
    }

    @Test func writesANewDirectoryWithItsParents() throws {
        let directory = try TemporaryDirectory()
        let target = directory.file("runs/sst2/")
        try DirectoryCommit.write(to: target) { temporary in
            try FileBytes.write(text: "a", to: "\(temporary)/a.txt")
            try FileManager.default.createDirectory(atPath: "\(temporary)/sub", withIntermediateDirectories: false)
            try FileBytes.write(text: "b", to: "\(temporary)/sub/b.txt")
            #expect(!FileManager.default.fileExists(atPath: target))
        }
        #expect(try directory.names("runs") == ["sst2"])
        #expect(try directory.text("runs/sst2/sub/b.txt") == "b")
    }

    @Test func replacesADirectoryAsAWhole() throws {
        let directory = try TemporaryDirectory()
        let target = directory.file("model")
        _ = try directory.write("model/old.txt", "old")
        try DirectoryCommit.write(to: target) { temporary in
            try FileBytes.write(text: "new", to: "\(temporary)/new.txt")
            #expect(try directory.text("model/old.txt") == "old")
        }
        #expect(try directory.names("model") == ["new.txt"])
        #expect(try directory.names() == ["model"])
    }

    @Test func aFailureLeavesThePreviousDirectory() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("model/old.txt", "old")
        #expect(throws: Stop.self) {
            try DirectoryCommit.write(to: directory.file("model")) { temporary in
                try FileBytes.write(text: "half", to: "\(temporary)/new.txt")
                throw Stop()
            }
        }
        #expect(try directory.names() == ["model"])
        #expect(try directory.text("model/old.txt") == "old")
    }

    @Test func writesThroughASymbolicLink() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("real/old.txt", "old")
        try FileManager.default.createSymbolicLink(atPath: directory.file("latest"), withDestinationPath: "real")
        try DirectoryCommit.write(to: directory.file("latest")) {
            try FileBytes.write(text: "new", to: "\($0)/new.txt")
        }
        #expect(try directory.names("real") == ["new.txt"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: directory.file("latest")) == "real")
    }

    @Test func refusesWhatCannotBeADirectory() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("file", "x")
        expectFailure(.writeFailed, "found a file") { try DirectoryCommit.write(to: file) { _ in } }
        expectFailure(.writeFailed, "parent") { try DirectoryCommit.write(to: "\(file)/below") { _ in } }
        for path in ["", "/", "..", "a/.."] {
            expectFailure(.refused, label: path) { try DirectoryCommit.write(to: path) { _ in } }
        }
        #expect(try directory.text("file") == "x")
    }

    @Test func removesWhatKilledWritersLeftAndNothingElse() throws {
        let directory = try TemporaryDirectory()
        let model = directory.file("model")
        for name in [
            "model/kept.txt", ".model.writing-dead/half.txt", ".model.replaced-dead/old.txt", ".other.writing-x/a",
        ] {
            _ = try directory.write(name, "x")
        }
        _ = try directory.write(".model.writing-deadfile", "x")
        try DirectoryCommit.write(to: model) { temporary in
            let removed = try DirectoryCommit.removeAbandoned(beside: model)
            #expect(removed == [".model.replaced-dead", ".model.writing-dead", ".model.writing-deadfile"])
            #expect(FileManager.default.fileExists(atPath: temporary), "a live writer's directory stays")
            try FileBytes.write(text: "new", to: "\(temporary)/new.txt")
        }
        #expect(try directory.names() == [".other.writing-x", "model"])
        #expect(try directory.names("model") == ["new.txt"])
        #expect(try DirectoryCommit.removeAbandoned(beside: directory.file("absent/model")) == [])
    }

    @Test func bringsBackADirectoryThatWasSetAside() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write(".model.replaced-dead/old.txt", "old")
        _ = try directory.write(".model.writing-dead/new.txt", "new")
        try DirectoryCommit.removeAbandoned(beside: directory.file("model"))
        #expect(try directory.names() == ["model"])
        #expect(try directory.text("model/old.txt") == "old")
    }

    @Test func fileBytesReplaceAFileAsAWhole() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("a.bin")
        try FileBytes.write([1, 2, 3] as [UInt8], to: path)
        try FileBytes.write(Data([4, 5]), to: path)
        #expect(try FileBytes.read(path) == [4, 5])
        #expect(try directory.names() == ["a.bin"])
        expectFailure(.tooLarge, "1 bytes") { _ = try FileBytes.read(path, limit: 1) }
        #expect(try FileBytes.read(path, limit: 2) == [4, 5])
        expectFailure(.writeFailed, "absent") { try FileBytes.write([1] as [UInt8], to: directory.file("absent/a")) }
    }

    @Test func filesWithoutASizeAreReadUpToTheLimit() throws {
        expectFailure(.tooLarge) { _ = try FileBytes.read("/dev/zero", limit: 200_000) }
        let directory = try TemporaryDirectory()
        #expect(FileManager.default.createFile(atPath: directory.file("sparse"), contents: nil))
        if truncate(directory.file("sparse"), 1 << 43) == 0 {
            expectFailure(.tooLarge, "sparse") { _ = try FileBytes.read(directory.file("sparse")) }
        }
        #expect(try FileBytes.read("/dev/null").isEmpty)
        #expect(try !FileBytes.read("/proc/self/status").isEmpty)
    }

    @Test func aDiscardedFileLeavesNothing() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("a", "old")
        do {
            let file = try ReplacementFile(path: directory.file("a"))
            try Array("half".utf8).withUnsafeBytes { try file.write($0) }
            #expect(try directory.names().count == 2)
        }
        #expect(try directory.names() == ["a"])
        #expect(try directory.text("a") == "old")
    }

    @Test func aFullDiskIsAClearError() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        expectFailure(.writeFailed, "model.safetensors", "No space left", "MiB free", "intact") {
            try [UInt8](repeating: 0, count: 10).withUnsafeBytes {
                try FileWriting.write($0, to: descriptor, path: "/tmp/model.safetensors")
            }
        }
    }
}
