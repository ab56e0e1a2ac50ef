import LinnetFormats
import LinnetTokenizers

/// How fast a tokenizer turns a text into ids, on one thread.
public struct TokenizerMeasurement: Sendable {
    /// Bytes of the text.
    public let byteCount: Int
    /// Time from text to ids; reading the files is not part of it.
    public let seconds: Double
    /// How many ids there are.
    public let tokenCount: Int
    /// SHA-256 of the ids as 32-bit little-endian numbers, to compare with another tokenizer's.
    public let digest: String

    /// Encodes a file as one text, once, without special tokens around it.
    ///
    /// - Parameters:
    ///   - model: A directory with a tokenizer, or a pulled model's name.
    ///   - path: The text, in UTF-8.
    /// - Throws: `TokenizerError`, `FormatError`.
    public init(model: String, file path: String) throws {
        let tokenizer = try Tokenizer(directory: ModelHub().directory(for: model))
        let text = try FileBytes.read(path)
        var ids: [Int32] = []
        let time = ContinuousClock().measure {
            text.withUnsafeBytes { tokenizer.encode(contentsOf: $0, into: &ids) }
        }
        byteCount = text.count
        seconds = time.seconds
        tokenCount = ids.count
        for index in ids.indices { ids[index] = ids[index].littleEndian }
        var hash = SHA256()
        ids.withUnsafeBytes { hash.update($0) }
        digest = hash.finish()
    }

    /// Bytes per second, in units of 2^20.
    public var mebibytesPerSecond: Double { seconds > 0 ? Double(byteCount) / seconds / 1_048_576 : 0 }
}
