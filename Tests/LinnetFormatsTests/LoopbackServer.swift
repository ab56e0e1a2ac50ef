import Foundation
import Testing

/// A request that a `LoopbackServer` received.
struct ServedRequest: Sendable {
    var method: String
    var path: String
    /// Header fields, names in lower case.
    var headers: [String: String]
}

/// What a `LoopbackServer` answers.
struct ServedReply: Sendable {
    var status: Int
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// Closes the connection after this many bytes of the body.
    var cutAfter: Int?
    var sendsLength = true

    static func text(_ status: Int, _ text: String, headers: [String: String] = [:]) -> ServedReply {
        ServedReply(status: status, headers: headers, body: Array(text.utf8))
    }
}

/// A small HTTP server on 127.0.0.1 that answers each request with what a closure says and remembers the requests.
final class LoopbackServer: @unchecked Sendable {
    typealias Handler = @Sendable (ServedRequest) -> ServedReply

    private(set) var port: UInt16 = 0
    private let descriptor: Int32
    private let lock = NSLock()
    private var received: [ServedRequest] = []
    private var handler: Handler
    private var isStopped = false

    struct NoSocket: Error {}

    init(_ handler: @escaping Handler) throws {
        self.handler = handler
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        descriptor = socket(AF_INET, stream, 0)
        guard descriptor >= 0 else { throw NoSocket() }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0
            }
        }
        guard isBound, listen(descriptor, 64) == 0 else { throw NoSocket() }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { self.serve(connection) }
            }
        }
    }

    /// Ends the server; its thread keeps it alive until then.
    func stop() {
        let isFirst = lock.withLock {
            defer { isStopped = true }
            return !isStopped
        }
        guard isFirst else { return }
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    var address: String { "http://127.0.0.1:\(port)" }
    var requests: [ServedRequest] { lock.withLock { received } }
    func forgetRequests() { lock.withLock { received = [] } }
    func answer(_ handler: @escaping Handler) { lock.withLock { self.handler = handler } }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        guard let request = read(connection) else { return }
        let handler = lock.withLock {
            received.append(request)
            return self.handler
        }
        let reply = handler(request)
        var head = "HTTP/1.1 \(reply.status) Status\r\nConnection: close\r\n"
        if reply.sendsLength, reply.headers["Content-Length"] == nil {
            head += "Content-Length: \(reply.body.count)\r\n"
        }
        for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
        let body = request.method == "HEAD" ? [] : Array(reply.body.prefix(reply.cutAfter ?? reply.body.count))
        send(connection, Array((head + "\r\n").utf8) + body)
        shutdown(connection, Int32(SHUT_WR))
        var rest = [UInt8](repeating: 0, count: 256)
        while recv(connection, &rest, rest.count, 0) > 0 {}
    }

    private func read(_ connection: Int32) -> ServedRequest? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            bytes += piece[..<count]
        }
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        let first = lines[0].components(separatedBy: " ")
        guard first.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        return ServedRequest(method: first[0], path: first[1], headers: headers)
    }

    private func send(_ connection: Int32, _ bytes: [UInt8]) {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(connection, $0.baseAddress.map { $0 + start }, bytes.count - start, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            start += count
        }
    }
}

extension ServedReply: CustomTestStringConvertible {
    /// Keeps long bodies out of the test log.
    var testDescription: String { "status \(status), \(body.count) bytes" }
}
