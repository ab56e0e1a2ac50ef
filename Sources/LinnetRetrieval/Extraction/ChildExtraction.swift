import Foundation

/// Reads PDF and HTML files in a child process, so that a hostile file harms nothing but itself.
///
/// The child is `linnet extract --limited`. It gets the open file as standard input, two pipes as standard output and
/// standard error, no other descriptor, no environment but the search paths, and a process group of its own; it limits
/// its memory, its time of computing and its files before it looks at the first byte. A child that does not end in
/// time is killed with its group; no child is left unreaped. PDF is read by poppler's `pdftotext`, which the child
/// becomes.
public struct ChildExtraction: Sendable, Equatable {
    /// The `linnet` program.
    public var program: String
    /// What a child may use.
    public var limits: ExtractionLimits

    /// Extraction by a `linnet` program.
    public init(program: String, limits: ExtractionLimits = ExtractionLimits()) {
        self.program = program
        self.limits = limits
    }

    /// Extraction by this program itself; nil when it is not `linnet`.
    public static var ofThisProgram: ChildExtraction? {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let name = path.split(separator: "/").last ?? ""
        // A program that was replaced while it runs is shown as `linnet (deleted)`; the link still leads to it.
        guard name == "linnet" || name == "linnet (deleted)" else { return nil }
        return ChildExtraction(program: "/proc/self/exe")
    }

    /// What a child printed.
    struct Output {
        var bytes: [UInt8]
        /// Whether there was more.
        var isTruncated: Bool
    }

    /// The output of a child that reads a file.
    /// - Throws: `RetrievalError.unreadable`, naming file and reason.
    func output(ofFile path: String, format: FileFormat, largestFile: Int) throws -> Output {
        let file = try RegularFile(path: path)
        guard file.size <= largestFile else {
            throw RetrievalError.unreadable(path, "larger than \(ByteCount.text(largestFile)), the most that is read")
        }
        let words = [program, "extract", "--limited", limits.word(format: format)]
        var child: ChildProcess
        do {
            child = try ChildProcess(program: program, words: words, input: file.descriptor)
        } catch {
            throw RetrievalError.unreadable(path, "its reader '\(program)' cannot be started: \(error)")
        }
        let ending = child.collect(mostOutput: limits.outputBytes + (16 << 20), wallSeconds: limits.wallSeconds)
        switch ending {
        case .exited(0): return Output(bytes: child.output, isTruncated: false)
        case .fullOutput: return Output(bytes: child.output, isTruncated: true)
        case .exited(let status):
            throw RetrievalError.unreadable(path, reason(child.messages) ?? "its reader failed with status \(status)")
        case .late:
            throw RetrievalError.unreadable(path, "could not be read within \(Int(limits.wallSeconds)) s")
        case .signalled(let signal) where signal == SIGXCPU || signal == SIGKILL:
            throw RetrievalError.unreadable(path, "could not be read within \(limits.cpuSeconds) s of computing")
        case .signalled(let signal):
            throw RetrievalError.unreadable(
                path, "its reader crashed (signal \(signal)), or needed more than \(ByteCount.text(limits.memory))")
        }
    }

    /// The first line of what the child had to say.
    private func reason(_ messages: [UInt8]) -> String? {
        let text = String(decoding: messages.prefix(300), as: UTF8.self)
        guard let line = text.split(whereSeparator: \.isNewline).first else { return nil }
        let prefix = "linnet: "
        return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : String(line)
    }
}
