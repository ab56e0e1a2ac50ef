import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One run of `ModelHub.pull`: list the files, ask for the identity of each, fetch what is missing, link the snapshot.
final class HubPull {
    private static let longestListing = 64 << 20
    /// A retried download that brought at least this much counts as progress.
    private static let progressBytes = 1 << 20

    private let hub: ModelHub
    private let cache: HubCache
    private let connection: HubConnection
    private let progress: (@Sendable (HubProgress) -> Void)?
    private var repository: RepositoryName { cache.repository }

    init(
        hub: ModelHub, cache: HubCache, connection: HubConnection, progress: (@Sendable (HubProgress) -> Void)?
    ) {
        self.hub = hub
        self.cache = cache
        self.connection = connection
        self.progress = progress
    }

    /// A file that is not in the snapshot yet.
    private struct Missing {
        var name: String
        var identity: ContentIdentity
    }

    func run(revision: String) throws -> String {
        let (commit, files) = try list(revision: revision)
        try cache.prepare(commit: commit)
        var missing: [Missing] = []
        for name in files where !cache.hasFile(name, commit: commit) {
            missing.append(Missing(name: name, identity: try identity(of: name, commit: commit)))
        }
        try checkRoom(missing)
        var completed = 0
        let total = missing.reduce(0) { $0 + ($1.identity.size ?? 0) }
        for file in missing {
            try cache.locked(file.identity) {
                if !cache.hasBlob(file.identity) {
                    try fetch(file, commit: commit, completed: completed, total: total)
                }
            }
            try cache.link(file.name, commit: commit, to: file.identity)
            completed += file.identity.size ?? 0
            progress?(HubProgress(file: file.name, completedBytes: completed, totalBytes: total))
        }
        try cache.record(revision: revision, commit: commit)
        return cache.snapshot(commit)
    }

    // MARK: Listing

    /// The commit a revision is at and the names of its files that are to be fetched.
    private func list(revision: String) throws -> (commit: String, files: [String]) {
        let encoded = HubNames.percentEncoded(revision, encodingSlash: true)
        let address = try address("api/models/\(repository.text)/revision/\(encoded)")
        let answer = MemoryReceiver(limit: HubPull.longestListing, path: repository.text)
        _ = try retrying(limit: 1) {
            try checked(
                try connection.follow("GET", address, to: answer), what: "revision \(FormatError.quoted(revision))")
        }
        let listing = try JSON.parse(answer.bytes, path: "\(address.absoluteString)")
        guard let commit = listing["sha"]?.stringValue, HubNames.isCommit(commit),
            let siblings = listing["siblings"]?.arrayValue
        else {
            throw FormatError(
                .network, path: address.absoluteString,
                "expected a listing with 'sha' and 'siblings', found something else")
        }
        let names = siblings.compactMap { $0["rfilename"]?.stringValue }
        let files = names.filter(HubNames.isFetched)
        for name in files { try HubNames.check(file: name, repository: repository) }
        if !files.contains(where: { $0.hasSuffix(".safetensors") }), let pickle = names.first(where: HubNames.isPickle)
        {
            throw FormatError(
                .unsupported, path: repository.text,
                "has only pickle weights (\(FormatError.quoted(pickle))), which can run code and are never opened; "
                    + "choose a revision or a model with *.safetensors")
        }
        guard !files.isEmpty else {
            throw FormatError(.notFound, path: repository.text, "the repository holds no model files")
        }
        return (commit, files)
    }

    // MARK: Identity

    /// Size and hash of a file, from the headers of its first answer that has them.
    private func identity(of name: String, commit: String) throws -> ContentIdentity {
        let address = try fileAddress(name, commit: commit)
        var headers: [String: String] = [:]
        func collect(_ response: HTTPURLResponse) {
            for key in ["X-Linked-ETag", "X-Linked-Size", "X-Repo-Commit"] where headers[key] == nil {
                headers[key] = response.value(forHTTPHeaderField: key)
            }
        }
        let response = try retrying {
            headers = [:]
            let answer = MemoryReceiver(limit: 0, path: name)
            let last = try connection.follow("HEAD", address, to: answer) { redirect in
                collect(redirect)
                return headers["X-Linked-ETag"] != nil
            }
            collect(last)
            return try checked(last, what: FormatError.quoted(name))
        }
        if let found = headers["X-Repo-Commit"], found != commit {
            throw FormatError(
                .network, path: address.absoluteString, "expected commit \(commit), found \(FormatError.quoted(found))")
        }
        let tag = headers["X-Linked-ETag"] ?? response.value(forHTTPHeaderField: "ETag") ?? ""
        let isLast = !HubConnection.isRedirect(response)
        let size = headers["X-Linked-Size"] ?? (isLast ? response.value(forHTTPHeaderField: "Content-Length") : nil)
        guard
            let identity = ContentIdentity(entityTag: tag, size: size.flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 })
        else {
            throw FormatError(
                .network, path: address.absoluteString,
                "the server gives no hash to check the file with (ETag \(FormatError.quoted(tag)))")
        }
        return identity
    }

    // MARK: Content

    private func fetch(_ file: Missing, commit: String, completed: Int, total: Int) throws {
        let address = try fileAddress(file.name, commit: commit)
        let progress = progress
        let name = file.name
        let download = try PartialDownload(
            finalPath: cache.blob(file.identity), identity: file.identity, source: "\(repository.text)/\(name)"
        ) { count in
            progress?(HubProgress(file: name, completedBytes: completed + count, totalBytes: total))
        }
        try retrying(advancing: { download.count }) {
            if !download.isComplete {
                let response = try connection.follow("GET", address, headers: download.requestHeaders, to: download)
                _ = try checked(response, what: FormatError.quoted(name))
            }
            try download.publish()
        }
    }

    private func checkRoom(_ missing: [Missing]) throws {
        let needed = missing.reduce(0) { $0 + (cache.hasBlob($1.identity) ? 0 : $1.identity.size ?? 0) }
        var status = statvfs()
        guard statvfs(cache.root, &status) == 0 else { return }
        let (free, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        guard overflow || UInt64(max(0, needed)) <= free else {
            throw FormatError(
                .writeFailed, path: cache.root,
                "\(repository.text) needs \(needed >> 20) MiB, \(free >> 20) MiB are free; free some room or set HF_HUB_CACHE"
            )
        }
    }

    // MARK: Requests

    private func address(_ path: String) throws -> URL {
        guard let url = URL(string: "\(hub.settings.endpoint)/\(path)") else {
            throw FormatError(.refused, path: hub.settings.endpoint, "not an address of a hub")
        }
        return url
    }

    private func fileAddress(_ name: String, commit: String) throws -> URL {
        try address("\(repository.text)/resolve/\(commit)/\(HubNames.percentEncoded(name))")
    }

    /// A server's answer that asks to come again later.
    private struct ComeAgain: Error {
        var reason: FormatError
        var delay: TimeInterval?
    }

    /// The answer, when it is one that can be used.
    private func checked(_ response: HTTPURLResponse, what: String) throws -> HTTPURLResponse {
        let status = response.statusCode
        if (200..<300).contains(status) || HubConnection.isRedirect(response) { return response }
        let place = repository.text
        switch status {
        case 401, 403:
            let hint =
                connection.hasToken
                ? "the token in HF_TOKEN does not give access; accept the model's terms on its page"
                : "no such model, or a private or gated one; check the name or set HF_TOKEN"
            throw FormatError(.denied, path: place, "the hub refuses access (status \(status)): \(hint)")
        case 404: throw FormatError(.notFound, path: place, "\(what) is not on the hub \(hub.settings.endpoint)")
        case 408, 429, 500...599:
            let reason = FormatError(.network, path: place, "the hub answers with status \(status); try again later")
            let delay = response.value(forHTTPHeaderField: "Retry-After").flatMap { TimeInterval($0) }
            throw ComeAgain(reason: reason, delay: delay)
        default: throw FormatError(.denied, path: place, "\(what): the hub answers with status \(status)")
        }
    }

    /// Runs a request again while it fails for reasons that may pass; progress in between starts the count anew.
    private func retrying<Result>(
        limit: Int = .max, advancing count: () -> Int = { 0 }, _ request: () throws -> Result
    ) throws -> Result {
        var failures = 0
        var reached = count()
        while true {
            do {
                return try request()
            } catch {
                let again = error as? ComeAgain
                guard let reason = again?.reason ?? (error as? FormatError), reason.kind == .network else {
                    throw error
                }
                failures = count() >= reached + HubPull.progressBytes ? 1 : failures + 1
                reached = count()
                guard failures <= min(limit, hub.retries) else { throw reason }
                let delay =
                    again?.delay.map { min(max($0, 0), 60) } ?? hub.retryDelay * Double(1 << min(failures - 1, 6))
                Thread.sleep(forTimeInterval: delay.isFinite ? delay : 1)
            }
        }
    }
}
