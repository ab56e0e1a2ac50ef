import Foundation
import TestSupport
import Testing

/// The built `linnet`, run as a user runs it.
struct BuiltCommand {
    /// How a run ended and what it printed.
    struct Outcome {
        let status: Int32
        let output: String
        let messages: String

        var outputLines: [String] { output.split(separator: "\n").map(String.init) }
        var messageLines: [String] { messages.split(separator: "\n").map(String.init) }
    }

    /// The binary beside the test bundle.
    static var path: String {
        get throws {
            let bundle = try #require(Bundle.main.executableURL)
            let binary = bundle.deletingLastPathComponent().appendingPathComponent("linnet").path
            try #require(FileManager.default.isExecutableFile(atPath: binary), "\(binary) is not built")
            return binary
        }
    }

    /// Runs the command to its end.
    static func run(_ words: [String], input: String = "") throws -> Outcome {
        try Running(path, words, input: input).wait()
    }

    /// Runs the command to its end.
    static func run(_ words: String..., input: String = "") throws -> Outcome {
        try run(words, input: input)
    }

    /// Runs a line of the shell in which `$LINNET` is the binary.
    static func shell(_ line: String) throws -> Outcome {
        try Running("/bin/bash", ["-c", "set -o pipefail; LINNET='\(path)'; \(line)"], input: "").wait()
    }

    /// A command that has been started. Its streams are files, so that no full pipe can hold it up; one that hangs is
    /// killed, so that it fails its test instead of holding up the suite.
    final class Running {
        private static let longestSeconds = 240.0
        private let process = Process()
        private let folder: TemporaryDirectory

        init(_ executable: String, _ words: [String], input: String) throws {
            folder = try TemporaryDirectory()
            let standardInput = try folder.write("stdin", input)
            process.executableURL = URL(fileURLWithPath: executable)
            process.arguments = words
            process.standardInput = FileHandle(forReadingAtPath: standardInput)
            process.standardOutput = FileHandle(forWritingAtPath: try folder.write("stdout", ""))
            process.standardError = FileHandle(forWritingAtPath: try folder.write("stderr", ""))
            try process.run()
        }

        var isRunning: Bool { process.isRunning }

        /// Waits for the first results.
        func waitForOutput() throws {
            while isRunning, try folder.text("stdout").isEmpty { Thread.sleep(forTimeInterval: 0.05) }
        }

        func interrupt() { kill(process.processIdentifier, SIGINT) }

        func wait() throws -> Outcome {
            let identifier = process.processIdentifier
            let watchdog = DispatchWorkItem { kill(identifier, SIGKILL) }
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.longestSeconds, execute: watchdog)
            process.waitUntilExit()
            watchdog.cancel()
            #expect(process.terminationReason == .exit, "killed by signal \(process.terminationStatus)")
            return Outcome(
                status: process.terminationStatus, output: try folder.text("stdout"),
                messages: try folder.text("stderr"))
        }
    }
}
