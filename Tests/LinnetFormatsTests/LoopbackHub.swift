import Foundation
import TestSupport

@testable import LinnetFormats

/// A hub with one model on one server and its large files on another, as huggingface.co has them.
final class LoopbackHub: Sendable {
    static let commit = String(repeating: "c0ffee00", count: 5)

    let main: LoopbackServer
    let storage: LoopbackServer
    let directory: TemporaryDirectory

    init(_ files: [String: [UInt8]], large: Set<String> = ["model.safetensors"]) throws {
        directory = try TemporaryDirectory()
        let storage = try LoopbackServer { request in
            LoopbackHub.content(files[String(request.path.dropFirst(9))] ?? [], request, tag: "\"storage-tag\"")
        }
        self.storage = storage
        let storageAddress = storage.address
        main = try LoopbackServer { request in
            if request.path.hasPrefix("/api/") { return LoopbackHub.listing(files.keys.sorted()) }
            let name = request.path.components(separatedBy: "/resolve/\(LoopbackHub.commit)/").last ?? ""
            guard let bytes = files[name.removingPercentEncoding ?? name] else { return .text(404, "no such file") }
            guard large.contains(name) else {
                return LoopbackHub.content(bytes, request, tag: "\"\(LoopbackHub.gitHash(bytes))\"")
            }
            return ServedReply(
                status: 302,
                headers: [
                    "X-Linked-ETag": "\"\(SHA256.hexadecimal(of: bytes))\"", "X-Linked-Size": "\(bytes.count)",
                    "X-Repo-Commit": LoopbackHub.commit, "Location": "\(storageAddress)/storage/\(name)",
                ])
        }
    }

    deinit {
        main.stop()
        storage.stop()
    }

    static func listing(_ names: [String], commit: String = commit) -> ServedReply {
        let siblings = names.map { JSON.object(["rfilename": .string($0)]) }
        return .text(200, JSON.object(["sha": .string(commit), "siblings": .array(siblings)]).text())
    }

    static func gitHash(_ bytes: [UInt8]) -> String {
        var hash = SHA1()
        (Array("blob \(bytes.count)\0".utf8) + bytes).withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }

    /// A file, whole or from where a range begins.
    static func content(_ bytes: [UInt8], _ request: ServedRequest, tag: String) -> ServedReply {
        let headers = ["ETag": tag]
        guard let range = request.headers["range"], request.headers["if-range"] ?? tag == tag,
            let start = Int(range.dropFirst(6).dropLast()), start < bytes.count
        else { return ServedReply(status: 200, headers: headers, body: bytes) }
        let place = "bytes \(start)-\(bytes.count - 1)/\(bytes.count)"
        return ServedReply(
            status: 206, headers: headers.merging(["Content-Range": place]) { $1 }, body: Array(bytes[start...]))
    }

    func hub(_ environment: [String: String] = [:]) -> ModelHub {
        var hub = ModelHub(
            environment: ["HF_ENDPOINT": main.address, "HF_HOME": directory.path].merging(environment) { $1 })
        hub.timeout = 5
        hub.retryDelay = 0.01
        hub.retries = 2
        return hub
    }

    /// The name of every regular file in the cache that is under its final name.
    func publishedBlobs() -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: directory.file("hub/models--org--tiny/blobs"))
        return (names ?? []).filter { !$0.contains(".") }.sorted()
    }
}
