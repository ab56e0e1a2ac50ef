/// What a child process that reads a file may use.
public struct ExtractionLimits: Sendable, Equatable {
    /// Address space, in bytes.
    public var memory = 1 << 30
    /// Time of computing, in seconds.
    public var cpuSeconds = 30
    /// Time until the file must have been read, in seconds.
    public var wallSeconds = 60.0
    /// Text that is kept, in bytes; a document that holds more is marked `truncated`.
    public var outputBytes = 64 << 20

    /// The defaults: 1 GiB, 30 s, 60 s, 64 MiB.
    public init() {}

    /// What the child has to know, as one word of its command line.
    func word(format: FileFormat) -> String { "\(format.rawValue):\(memory):\(cpuSeconds):\(outputBytes)" }

    /// Reads the word.
    static func read(_ word: String) -> (format: FileFormat, limits: ExtractionLimits)? {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, let format = FileFormat(rawValue: String(parts[0])), let memory = Int(parts[1]),
            let seconds = Int(parts[2]), let bytes = Int(parts[3]), min(memory, seconds, bytes) > 0
        else { return nil }
        var limits = ExtractionLimits()
        (limits.memory, limits.cpuSeconds, limits.outputBytes) = (memory, seconds, bytes)
        return (format, limits)
    }
}
