import Foundation
import TestSupport
import Testing

@testable import LinnetFormats

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("ModelHub", .serialized)
struct ModelHubTests {
    static let weights = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    static let files: [String: [UInt8]] = [
        "config.json": Array("{\"hidden_size\": 4}".utf8), "1_Pooling/config.json": Array("{}".utf8),
        "vocab.txt": Array("a\n".utf8),
        "model.safetensors": weights, "pytorch_model.bin": [1], "modeling.py": [2], "README.md": [3],
    ]

    /// A hub whose storage answers a request for the weights differently the first time.
    private func faultyStorage(
        _ fault: @escaping @Sendable (ServedRequest, Int) -> ServedReply?
    ) throws -> LoopbackHub {
        let hub = try LoopbackHub(Self.files)
        let count = Counter()
        hub.storage.answer { request in
            fault(request, count.next()) ?? LoopbackHub.content(Self.weights, request, tag: "\"storage-tag\"")
        }
        return hub
    }

    @Test func pullsIntoTheLayoutOfHuggingFace() throws {
        let server = try LoopbackHub(Self.files)
        let snapshot = try server.hub().pull("org/tiny")
        let model = server.directory.file("hub/models--org--tiny")
        #expect(snapshot == "\(model)/snapshots/\(LoopbackHub.commit)")
        #expect(try FileBytes.read("\(model)/refs/main") == Array(LoopbackHub.commit.utf8))
        #expect(try FileBytes.read("\(snapshot)/model.safetensors") == Self.weights)
        #expect(try FileBytes.read("\(snapshot)/1_Pooling/config.json") == Array("{}".utf8))
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: "\(snapshot)/model.safetensors")
                == "../../blobs/\(SHA256.hexadecimal(of: Self.weights))")
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: "\(snapshot)/1_Pooling/config.json")
                == "../../../blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b")
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: snapshot).sorted() == [
                "1_Pooling", "1_Pooling/config.json", "README.md", "config.json", "model.safetensors", "vocab.txt",
            ])
        #expect(server.publishedBlobs().count == 5)
        #expect(try server.directory.names("hub/models--org--tiny/blobs").count == 5)
    }

    @Test func pullsNothingTwice() throws {
        let server = try LoopbackHub(Self.files)
        _ = try server.hub().pull("org/tiny")
        server.main.forgetRequests()
        server.storage.forgetRequests()
        _ = try server.hub().pull("org/tiny")
        #expect(server.main.requests.map(\.path) == ["/api/models/org/tiny/revision/main"])
        #expect(server.storage.requests.isEmpty)
        let other = String(repeating: "0", count: 40)
        server.main.answer { request in
            if request.path.hasPrefix("/api/") { return LoopbackHub.listing(["config.json"], commit: other) }
            let bytes = Self.files["config.json"] ?? []
            return LoopbackHub.content(bytes, request, tag: "\"\(LoopbackHub.gitHash(bytes))\"")
        }
        server.main.forgetRequests()
        let snapshot = try server.hub().pull("org/tiny")
        #expect(snapshot.hasSuffix(other))
        #expect(server.main.requests.map(\.method) == ["GET", "HEAD"], "a blob that is here is linked, not fetched")
    }

    @Test func tellsProgress() throws {
        let server = try LoopbackHub(Self.files)
        let seen = ProgressLog()
        _ = try server.hub().pull("org/tiny") { seen.append($0) }
        let total = 18 + 2 + 2 + 200_000 + 1
        #expect(seen.all.allSatisfy { $0.totalBytes == total && $0.completedBytes <= total })
        #expect(seen.all.last?.completedBytes == total)
        #expect(Set(seen.all.map(\.file)).count == 5)
    }

    // MARK: Token and redirects

    @Test func sendsTheTokenToTheEndpointOnly() throws {
        let server = try LoopbackHub(Self.files)
        _ = try server.hub(["HF_TOKEN": "hf_secret"]).pull("org/tiny")
        #expect(!server.main.requests.isEmpty && !server.storage.requests.isEmpty)
        #expect(server.main.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
        #expect(server.storage.requests.allSatisfy { $0.headers["authorization"] == nil })
        #expect(server.storage.requests.allSatisfy { !$0.headers.values.contains { $0.contains("hf_secret") } })
    }

    @Test func followsRelativeRedirects() throws {
        let server = try LoopbackHub(Self.files)
        server.main.answer { request in
            if request.path.hasPrefix("/api/models") { return LoopbackHub.listing(["config.json"]) }
            guard request.path.hasPrefix("/moved/") else {
                return ServedReply(status: 307, headers: ["Location": "/moved/x?sig=1"])
            }
            let bytes = Self.files["config.json"] ?? []
            return LoopbackHub.content(bytes, request, tag: "\"\(LoopbackHub.gitHash(bytes))\"")
        }
        let snapshot = try server.hub().pull("org/tiny")
        #expect(try FileBytes.read("\(snapshot)/config.json") == Self.files["config.json"])
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/x", "javascript:alert(1)", "", "http://", "//",
        "http://user:word@127.0.0.1/", "%zz",
        "http://[::1", "data:text/plain,x", "\\\\host\\share", "http:///etc/passwd",
    ])
    func refusesUnsafeRedirects(_ location: String) throws {
        let server = try LoopbackHub(Self.files)
        server.main.answer { request in
            if request.path.hasPrefix("/api/") { return LoopbackHub.listing(["model.safetensors"]) }
            return ServedReply(
                status: 302,
                headers: [
                    "Location": location, "X-Linked-ETag": SHA256.hexadecimal(of: Self.weights),
                    "X-Linked-Size": "200000",
                ])
        }
        do {
            _ = try server.hub().pull("org/tiny")
            Issue.record("expected an error")
        } catch let error as FormatError {
            #expect([.refused, .network, .notFound, .denied].contains(error.kind), "\(error)")
        }
        #expect(server.publishedBlobs().isEmpty)
    }

    @Test func givesUpOnARedirectLoop() throws {
        let server = try LoopbackHub(Self.files)
        server.main.answer { request in
            request.path.hasPrefix("/api/")
                ? LoopbackHub.listing(["model.safetensors"])
                : ServedReply(status: 302, headers: ["Location": request.path])
        }
        expectFailure(.refused, "10 redirects") { _ = try server.hub().pull("org/tiny") }
        #expect(server.main.requests.count < 20)
    }

    // MARK: Faults

    @Test func resumesWhereTheConnectionBroke() throws {
        let server = try faultyStorage { request, count in
            guard count == 0 else { return nil }
            var reply = LoopbackHub.content(Self.weights, request, tag: "\"storage-tag\"")
            reply.cutAfter = 70_000
            return reply
        }
        let snapshot = try server.hub().pull("org/tiny")
        #expect(try FileBytes.read("\(snapshot)/model.safetensors") == Self.weights)
        let second = try #require(server.storage.requests.last)
        #expect(second.headers["range"] == "bytes=70000-")
        #expect(second.headers["if-range"] == "\"storage-tag\"")
        #expect(server.storage.requests.count == 2)
    }

    @Test func resumesInALaterPull() throws {
        let server = try faultyStorage { request, count in
            guard count < 3 else { return nil }
            var reply = LoopbackHub.content(Self.weights, request, tag: "\"storage-tag\"")
            reply.cutAfter = 1_000
            return reply
        }
        expectFailure(.network, "the connection ended") { _ = try server.hub().pull("org/tiny") }
        #expect(server.publishedBlobs().count < 5)
        #expect(throws: FormatError.self) { try server.hub().directory(for: "org/tiny") }
        let snapshot = try server.hub().pull("org/tiny")
        #expect(try FileBytes.read("\(snapshot)/model.safetensors") == Self.weights)
        #expect(server.storage.requests.last?.headers["range"] == "bytes=3000-")
    }

    @Test func startsOverWhenTheContentChangedBetweenAttempts() throws {
        let server = try faultyStorage { request, count in
            var reply = LoopbackHub.content(Self.weights, request, tag: "\"tag \(count)\"")
            if count == 0 {
                reply = ServedReply(
                    status: 200, headers: ["ETag": "\"tag 0\""], body: [UInt8](repeating: 9, count: 200_000),
                    cutAfter: 70_000)
            }
            return reply
        }
        let snapshot = try server.hub().pull("org/tiny")
        #expect(try FileBytes.read("\(snapshot)/model.safetensors") == Self.weights)
    }

    @Test(arguments: [
        (
            "the range is wrong",
            ServedReply(
                status: 206, headers: ["Content-Range": "bytes 5-199999/200000"],
                body: [UInt8](repeating: 1, count: 130_000))
        ),
        ("the range is missing", ServedReply(status: 206, body: [UInt8](repeating: 1, count: 130_000))),
        ("the range is refused", ServedReply(status: 416)),
        (
            "the server fails",
            ServedReply(status: 503, headers: ["Retry-After": "0"], body: [UInt8](repeating: 7, count: 500))
        ),
        ("the server is busy", ServedReply(status: 429, headers: ["Retry-After": "nonsense"])),
        (
            "the body is compressed",
            ServedReply(status: 200, headers: ["Content-Encoding": "br"], body: [UInt8](repeating: 1, count: 200_000))
        ),
    ])
    func recoversWhenAResumedAnswerIsWrong(_ name: String, _ wrong: ServedReply) throws {
        let server = try faultyStorage { request, count in
            switch count {
            case 0:
                return ServedReply(
                    status: 200, headers: ["ETag": "\"storage-tag\""], body: Self.weights, cutAfter: 70_000)
            case 1: return wrong
            default: return nil
            }
        }
        let snapshot = try server.hub().pull("org/tiny")
        #expect(try FileBytes.read("\(snapshot)/model.safetensors") == Self.weights, "\(name)")
    }

    @Test(arguments: [
        ("other bytes of the same length", ServedReply(status: 200, body: [UInt8](repeating: 1, count: 200_000))),
        ("a shorter file", ServedReply(status: 200, body: [UInt8](repeating: 1, count: 100))),
        ("a longer file", ServedReply(status: 200, body: [UInt8](repeating: 1, count: 300_000))),
        (
            "a longer file that hides its length",
            ServedReply(status: 200, body: [UInt8](repeating: 1, count: 300_000), sendsLength: false)
        ),
        ("an empty file", ServedReply(status: 200)),
        ("a login page", .text(200, "<html>log in</html>")),
        (
            "a compressed body",
            ServedReply(status: 200, headers: ["Content-Encoding": "gzip"], body: [0x1F, 0x8B, 8, 0])
        ),
    ])
    func neverPublishesWrongContent(_ name: String, _ wrong: ServedReply) throws {
        let server = try faultyStorage { _, _ in wrong }
        expectFailure(.network, label: name) { _ = try server.hub().pull("org/tiny") }
        let hash = SHA256.hexadecimal(of: Self.weights)
        #expect(!server.publishedBlobs().contains(hash), "\(name)")
        #expect(!FileManager.default.fileExists(atPath: server.directory.file("hub/models--org--tiny/refs/main")))
    }

    @Test(arguments: ["", "bytes 5-9/10", "bytes 30-39/40", "bytes */10", "items 3-9/10", "bytes 3"])
    func takesNoBytesOfAnotherRange(_ range: String) throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("blob.incomplete", "abc")
        let identity = try #require(ContentIdentity(entityTag: String(repeating: "0", count: 64), size: 10))
        let download = try PartialDownload(
            finalPath: directory.file("blob"), identity: identity, source: "org/tiny/x.json"
        ) { _ in }
        #expect(download.requestHeaders == ["Range": "bytes=3-"])
        let address = try #require(URL(string: "http://127.0.0.1/x"))
        let answer = try #require(
            HTTPURLResponse(
                url: address, statusCode: 206, httpVersion: "HTTP/1.1", headerFields: ["Content-Range": range]))
        expectFailure(.network, "expected the bytes from 3 on") { try download.begin(answer) }
        try download.receive(Data("evil".utf8))
        #expect(download.count == 0)
        #expect(try directory.text("blob.incomplete") == "")
    }

    @Test func checksSmallFilesByGitsHash() throws {
        let server = try LoopbackHub(Self.files)
        server.main.answer { request in
            if request.path.hasPrefix("/api/") { return LoopbackHub.listing(["config.json"]) }
            let bytes = Array("{\"evil\": true    }".utf8)
            return LoopbackHub.content(
                bytes, request, tag: "\"\(LoopbackHub.gitHash(Self.files["config.json"] ?? []))\"")
        }
        expectFailure(.network, "config.json", "does not match its hash") { _ = try server.hub().pull("org/tiny") }
        #expect(server.publishedBlobs().isEmpty)
    }

    @Test(arguments: [
        "", "\"\"", "\"../../../etc/passwd\"", "W/\"abc\"", "\"" + String(repeating: "a", count: 10_000) + "\"",
        "\"a/b\"",
    ])
    func refusesAHashItCannotCheck(_ tag: String) throws {
        let server = try LoopbackHub(Self.files)
        server.main.answer { request in
            request.path.hasPrefix("/api/")
                ? LoopbackHub.listing(["config.json"]) : ServedReply(status: 200, headers: ["ETag": tag], body: [1])
        }
        expectFailure(.network, "no hash") { _ = try server.hub().pull("org/tiny") }
    }

    @Test func refusesFilesOfAnotherCommit() throws {
        let server = try LoopbackHub(Self.files)
        server.main.answer { request in
            if request.path.hasPrefix("/api/") { return LoopbackHub.listing(["config.json"]) }
            return ServedReply(
                status: 200,
                headers: ["ETag": LoopbackHub.gitHash([1]), "X-Repo-Commit": String(repeating: "0", count: 40)],
                body: [1])
        }
        expectFailure(.network, "expected commit") { _ = try server.hub().pull("org/tiny") }
    }

    @Test func saysWhatTheHubAnswers() throws {
        let server = try LoopbackHub(Self.files)
        for (status, kind, word) in [
            (404, .notFound, "not on the hub"), (401, .denied, "HF_TOKEN"), (403, .denied, "private or gated"),
            (400, .denied, "400"),
            (500, .network, "500"),
        ] as [(Int, FormatError.Kind, String)] {
            server.main.answer { _ in .text(status, "no") }
            expectFailure(kind, "org/tiny", word) { _ = try server.hub().pull("org/tiny") }
        }
        for text in ["", "<html>", "[]", "{}", "{\"sha\":\"x\",\"siblings\":[]}", "{\"sha\":7}"] {
            server.main.answer { _ in .text(200, text) }
            #expect(throws: FormatError.self, "\(text)") { try server.hub().pull("org/tiny") }
        }
        server.main.stop()
        expectFailure(.network, "no answer") { _ = try server.hub().pull("org/tiny") }
    }

    @Test func pullsPicklesNever() throws {
        let server = try LoopbackHub(["config.json": [1], "pytorch_model.bin": [1]])
        expectFailure(.unsupported, "pytorch_model.bin", "safetensors") { _ = try server.hub().pull("org/tiny") }
        #expect(server.main.requests.count == 1)
    }

    // MARK: Names

    @Test func refusesARepositoryWithOneUnsafeName() throws {
        #expect(HubNamesTests.hostileNames.count >= 60)
        let server = try LoopbackHub(Self.files)
        for name in HubNamesTests.hostileNames where HubNames.isFetched(name) {
            server.main.answer { _ in LoopbackHub.listing(["config.json", name]) }
            expectFailure(.refused, label: name) { _ = try server.hub().pull("org/tiny") }
        }
        #expect(try server.directory.names().isEmpty)
    }

    @Test func refusesPlantedLinks() throws {
        let server = try LoopbackHub(Self.files)
        let outside = try TemporaryDirectory()
        let blobs = server.directory.file("hub/models--org--tiny/blobs")
        try FileManager.default.createDirectory(
            atPath: server.directory.file("hub/models--org--tiny"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: blobs, withDestinationPath: outside.path)
        expectFailure(.refused, "blobs", "link") { _ = try server.hub().pull("org/tiny") }
        try FileManager.default.removeItem(atPath: blobs)
        try FileManager.default.createDirectory(atPath: blobs, withIntermediateDirectories: true)
        let victim = try outside.write("victim", "safe")
        let incomplete = "\(blobs)/\(SHA256.hexadecimal(of: Self.weights)).incomplete"
        try FileManager.default.createSymbolicLink(atPath: incomplete, withDestinationPath: victim)
        expectFailure(.writeFailed, "incomplete") { _ = try server.hub().pull("org/tiny") }
        #expect(try outside.text("victim") == "safe")
    }

    // MARK: Cache and settings

    @Test func findsModelsWithoutTheNetwork() throws {
        let server = try LoopbackHub(Self.files)
        let hub = server.hub()
        expectFailure(.notFound, "linnet pull org/tiny") { _ = try hub.directory(for: "org/tiny") }
        let snapshot = try hub.pull("org/tiny")
        server.main.forgetRequests()
        #expect(try hub.directory(for: "org/tiny") == snapshot)
        #expect(try hub.directory(for: snapshot) == snapshot)
        #expect(try server.hub(["HF_HUB_OFFLINE": "1"]).pull("org/tiny") == snapshot)
        #expect(try server.hub(["HF_HUB_OFFLINE": "1"]).pull("org/tiny", revision: LoopbackHub.commit) == snapshot)
        expectFailure(.notFound, "HF_HUB_OFFLINE") { _ = try server.hub(["HF_HUB_OFFLINE": "1"]).pull("org/other") }
        expectFailure(.notFound, "no such directory") { _ = try hub.directory(for: "./runs/absent/x") }
        expectFailure(.unreadable, "found a file") { _ = try hub.directory(for: "\(snapshot)/config.json") }
        #expect(server.main.requests.isEmpty)
    }

    @Test func findsDamagedFiles() throws {
        let server = try LoopbackHub(Self.files)
        let hub = server.hub()
        let snapshot = try hub.pull("org/tiny")
        #expect(try hub.damagedFiles(of: "org/tiny") == [])
        var bytes = Self.weights
        bytes[123_456] ^= 1
        try Data(bytes).write(
            to: URL(fileURLWithPath: "\(snapshot)/../../blobs/\(SHA256.hexadecimal(of: Self.weights))"))
        try Data("x".utf8).write(
            to: URL(fileURLWithPath: "\(snapshot)/../../blobs/\(LoopbackHub.gitHash(Array("{}".utf8)))"))
        #expect(try hub.damagedFiles(of: "org/tiny") == ["1_Pooling/config.json", "model.safetensors"])
    }

    @Test func simultaneousPullsFetchOnce() throws {
        let server = try LoopbackHub(Self.files)
        let group = DispatchGroup()
        let log = ProgressLog()
        for _ in 0..<6 {
            group.enter()
            Thread.detachNewThread {
                if (try? server.hub().pull("org/tiny")) != nil {
                    log.append(HubProgress(file: "", completedBytes: 0, totalBytes: 0))
                }
                group.leave()
            }
        }
        group.wait()
        #expect(log.all.count == 6)
        #expect(server.storage.requests.count == 1)
    }

    @Test func readsTheEnvironmentAsHuggingFaceDoes() throws {
        let home = try TemporaryDirectory()
        func settings(_ environment: [String: String]) -> HubSettings {
            HubSettings(environment: environment.merging(["HOME": home.path]) { first, _ in first })
        }
        #expect(settings([:]).cache == "\(home.path)/.cache/huggingface/hub")
        #expect(settings([:]).endpoint == "https://huggingface.co")
        #expect(settings(["XDG_CACHE_HOME": "/x"]).cache == "/x/huggingface/hub")
        #expect(settings(["HF_HOME": "~/hf"]).cache == "\(home.path)/hf/hub")
        #expect(settings(["HF_HOME": "/hf", "HF_HUB_CACHE": "/c"]).cache == "/c")
        #expect(settings(["HF_ENDPOINT": "http://mirror:8080//"]).endpoint == "http://mirror:8080")
        #expect(settings(["HF_TOKEN": " hf_a\n"]).token == "hf_a")
        #expect(settings(["HF_TOKEN": "hf_a\r\nEvil: 1"]).token == nil)
        #expect(settings([:]).token == nil)
        _ = try home.write(".cache/huggingface/token", "hf_stored\n")
        #expect(settings([:]).token == "hf_stored")
        #expect(settings(["HF_HUB_OFFLINE": "TRUE"]).isOffline)
        #expect(!settings(["HF_HUB_OFFLINE": "0"]).isOffline)
        for endpoint in ["ftp://x", "huggingface.co", "http://", "http://user@host", "file:///etc"] {
            expectFailure(.refused, "HF_ENDPOINT", label: endpoint) {
                _ = try ModelHub(environment: ["HF_ENDPOINT": endpoint, "HOME": home.path]).pull("org/tiny")
            }
        }
    }
}

/// Counts calls from several threads.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0
    func next() -> Int {
        lock.withLock {
            value += 1
            return value - 1
        }
    }
}

/// Collects progress from several threads.
private final class ProgressLog: @unchecked Sendable {
    private let lock = NSLock()
    private var entries: [HubProgress] = []
    func append(_ progress: HubProgress) { lock.withLock { entries.append(progress) } }
    var all: [HubProgress] { lock.withLock { entries } }
}
