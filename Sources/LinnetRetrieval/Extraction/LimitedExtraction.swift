import Foundation

/// The child's side of ``ChildExtraction``: what `linnet extract --limited` runs.
public enum LimitedExtraction {
    /// Limits this process for good, reads the file on standard input and writes its text to standard output.
    ///
    /// For PDF the process becomes `pdftotext`, and this returns only when that is not installed.
    /// - Parameter word: format and limits, as ``ChildExtraction`` writes them.
    /// - Throws: `RetrievalError`.
    public static func run(_ word: String) throws {
        guard let (format, limits) = ExtractionLimits.read(word) else {
            throw RetrievalError(.invalid, "--limited: this form of the verb is for the program's own use")
        }
        try limit(limits)
        switch format {
        case .html:
            let file = try standardInput(limit: limits.memory / 4)
            let text = try HTMLParsing.text(of: file, path: "standard input", longestText: limits.outputBytes)
            try write(text.encoded())
        case .pdf: throw become(["pdftotext", "-enc", "UTF-8", "-eol", "unix", "-", "-"])
        default: throw RetrievalError(.invalid, "--limited: expected html or pdf, found \(format.rawValue)")
        }
    }

    /// Memory, time, and no files of its own: nothing can be written, and few can be opened.
    private static func limit(_ limits: ExtractionLimits) throws {
        let values: [(__rlimit_resource, Int, Int)] = [
            (RLIMIT_AS, limits.memory, limits.memory), (RLIMIT_CPU, limits.cpuSeconds, limits.cpuSeconds + 1),
            (RLIMIT_NOFILE, 64, 64), (RLIMIT_FSIZE, 0, 0), (RLIMIT_CORE, 0, 0),
        ]
        for (resource, soft, hard) in values {
            var value = rlimit(rlim_cur: rlim_t(clamping: soft), rlim_max: rlim_t(clamping: hard))
            guard setrlimit(__rlimit_resource_t(resource.rawValue), &value) == 0 else {
                throw RetrievalError(.invalid, "--limited: a limit cannot be set: \(RegularFile.reason(errno))")
            }
        }
    }

    /// Replaces this process; returns an error when that fails.
    private static func become(_ words: [String]) -> RetrievalError {
        signal(SIGPIPE, SIG_DFL)
        var arguments = words.map { strdup($0) }
        arguments.append(nil)
        execvp(words[0], arguments)
        let reason = errno == ENOENT ? "is not installed (Debian package poppler-utils)" : RegularFile.reason(errno)
        arguments.forEach { free($0) }
        return RetrievalError(.unavailable, "\(words[0]) \(reason)")
    }

    private static func standardInput(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw RetrievalError(.unreadable, "standard input: \(RegularFile.reason(errno))") }
            if count == 0 { return bytes }
            bytes.append(contentsOf: block[..<count])
            guard bytes.count <= limit else {
                throw RetrievalError(
                    .unreadable, "larger than \(limit) bytes, the most that is read in a child process")
            }
        }
    }

    private static func write(_ bytes: [UInt8]) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.write(STDOUT_FILENO, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw RetrievalError(.unavailable, "standard output: \(RegularFile.reason(errno))") }
            written += count
        }
    }
}
