import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A file on its way into the cache, `HASH.incomplete`, that a later attempt can go on with.
///
/// Beside it `HASH.incomplete.tag` keeps the entity tag of the server that sent the bytes; the next request asks for the
/// rest only `If-Range` that tag still holds. Nothing of this is trusted: the complete file is hashed before it gets
/// its name.
final class PartialDownload: HubReceiver, @unchecked Sendable {
    /// The name it gets when its content is right.
    let finalPath: String
    /// What is expected.
    let identity: ContentIdentity
    /// Bytes in the file so far.
    private(set) var count = 0

    private let path: String
    private let tagPath: String
    private let source: String
    private let progress: (Int) -> Void
    private var descriptor: Int32
    private var expected: Int?

    /// Opens or creates the file.
    /// - Parameters:
    ///   - source: what errors name.
    ///   - progress: is told the bytes in the file as they grow.
    init(finalPath: String, identity: ContentIdentity, source: String, progress: @escaping (Int) -> Void) throws {
        self.finalPath = finalPath
        self.identity = identity
        self.source = source
        self.progress = progress
        path = finalPath + ".incomplete"
        tagPath = path + ".tag"
        descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FormatError.writing(path, doing: "create") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let size = Int(exactly: status.st_size)
        else {
            close(descriptor)
            throw FormatError(.refused, path: path, "expected a regular file")
        }
        count = size
        if let whole = identity.size, size > whole { try restart() }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether all expected bytes are here.
    var isComplete: Bool { identity.size.map { count >= $0 } ?? false }

    /// Header fields that ask for what is missing.
    var requestHeaders: [String: String] {
        guard count > 0 else { return [:] }
        let tag = (try? FileBytes.read(tagPath, limit: 1_024)).flatMap { String(validating: $0, as: UTF8.self) }
        return ["Range": "bytes=\(count)-"].merging(tag.map { ["If-Range": $0] } ?? [:]) { first, _ in first }
    }

    /// Forgets the bytes so far.
    func restart() throws {
        unlink(tagPath)
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw FormatError.writing(path, doing: "truncate")
        }
        count = 0
        progress(0)
    }

    func begin(_ response: HTTPURLResponse) throws {
        expected = nil
        let encoding = response.value(forHTTPHeaderField: "Content-Encoding")?.lowercased() ?? "identity"
        switch response.statusCode {
        case 200, 206: break
        case 416:
            try restart()
            throw failure("the server refused to resume; starting over")
        default: return
        }
        guard encoding == "identity" else { throw failure("expected plain bytes, found the encoding '\(encoding)'") }
        if response.statusCode == 206 {
            let range = response.value(forHTTPHeaderField: "Content-Range") ?? ""
            guard range.hasPrefix("bytes \(count)-") else {
                try restart()
                throw failure("expected the bytes from \(count) on, found the range '\(range)'")
            }
        } else if count > 0 {
            try restart()
        }
        let length = response.value(forHTTPHeaderField: "Content-Length").flatMap { Int($0) }
        if let length, let whole = identity.size, count + length != whole {
            throw failure("expected \(whole) bytes, the server announces \(count + length)")
        }
        guard let whole = identity.size ?? length.map({ count + $0 }) else {
            throw failure("the server does not say how long the file is")
        }
        expected = whole
        let tag = response.value(forHTTPHeaderField: "ETag") ?? ""
        let isStrong =
            tag.hasPrefix("\"") && tag.utf8.count <= 1_000 && tag.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        unlink(tagPath)
        if isStrong { try? FileBytes.write(text: tag, to: tagPath) }
        guard lseek(descriptor, off_t(count), SEEK_SET) == off_t(count) else {
            throw FormatError.writing(path, doing: "seek")
        }
    }

    func receive(_ data: Data) throws {
        guard let expected else { return }
        guard data.count <= expected - count else {
            throw failure("the server sent more than the \(expected) bytes it announced")
        }
        try data.withUnsafeBytes { try FileWriting.write($0, to: descriptor, path: path) }
        count += data.count
        progress(count)
    }

    /// Checks size and hash and gives the file its name.
    /// - Throws: `FormatError.network` when bytes are missing (they can be fetched by another attempt) or the content
    ///   is wrong (it is thrown away).
    func publish() throws {
        if let size = identity.size, count < size {
            throw failure("the connection ended after \(count) of \(size) bytes")
        }
        guard fsync(descriptor) == 0 else { throw FormatError.writing(path, doing: "flush to disk") }
        guard try identity.matches(file: path) else {
            try restart()
            throw failure("the content does not match its hash \(identity.hash); it was thrown away")
        }
        guard rename(path, finalPath) == 0 else { throw FormatError.writing(finalPath, doing: "rename into place") }
        unlink(tagPath)
        try FileWriting.flushDirectory(of: finalPath)
    }

    private func failure(_ message: String) -> FormatError { FormatError(.network, path: source, message) }
}
