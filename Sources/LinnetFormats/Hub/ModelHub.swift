import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// How far a pull is.
public struct HubProgress: Sendable {
    /// The file that is being fetched.
    public var file: String
    /// Bytes of all files together that are here.
    public var completedBytes: Int
    /// Bytes of all files together.
    public var totalBytes: Int
}

/// Models of the Hugging Face hub, fetched into the cache that Hugging Face's own tools use.
///
/// A file appears in the cache only after its size and its hash (SHA-256 or git's SHA-1, as the hub names it) are
/// right. Only safetensors, JSON, text, SentencePiece models, templates and README.md are fetched; never pickle, never
/// code. All files of a pull are of one commit. The access token goes to the configured hub and nowhere else.
public struct ModelHub: Sendable {
    /// Where the hub and the cache are.
    public let settings: HubSettings
    /// Seconds without a byte after which a request fails.
    var timeout: TimeInterval = 60
    /// Seconds before the first repetition of a failed request; doubled for each further one.
    var retryDelay: TimeInterval = 1
    /// How often a request is repeated that makes no progress.
    var retries = 5

    /// A hub as the environment variables describe it (`HubSettings`).
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        settings = HubSettings(environment: environment)
    }

    /// The directory of a model: `nameOrPath` itself when it is one, else the cached snapshot of the model of that name.
    /// - Throws: `FormatError.notFound` that says how to get the model.
    public func directory(for nameOrPath: String, revision: String = "main") throws -> String {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: nameOrPath, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else {
                throw FormatError(.unreadable, path: nameOrPath, "expected a model directory, found a file")
            }
            return nameOrPath
        }
        guard let repository = try? RepositoryName(nameOrPath) else {
            throw FormatError(.notFound, path: nameOrPath, "no such directory")
        }
        try HubNames.check(revision: revision, repository: repository)
        guard let snapshot = cache(repository).existingSnapshot(revision: revision) else {
            throw FormatError(
                .notFound, path: nameOrPath,
                "neither a directory nor a model in the cache \(settings.cache); get it with: linnet pull \(nameOrPath)"
            )
        }
        return snapshot
    }

    /// Fetches a model and gives the directory of its snapshot; what is in the cache already is not fetched again.
    /// Blocks until everything is here. Interrupted at any moment, the next pull goes on where this one stopped.
    /// - Parameters:
    ///   - repository: `organisation/name`.
    ///   - revision: a branch, a tag or a commit.
    ///   - progress: is told about the bytes as they arrive, on another thread.
    /// - Throws: `FormatError`: `notFound`, `network`, `refused` (an unsafe name), `unsupported` (pickle weights only),
    ///   `writeFailed`.
    public func pull(
        _ repository: String, revision: String = "main", progress: (@Sendable (HubProgress) -> Void)? = nil
    ) throws -> String {
        let name = try RepositoryName(repository)
        try HubNames.check(revision: revision, repository: name)
        let cache = cache(name)
        if settings.isOffline {
            guard let snapshot = cache.existingSnapshot(revision: revision) else {
                throw FormatError(
                    .notFound, path: repository,
                    "not in the cache \(settings.cache) and HF_HUB_OFFLINE is set; unset it and pull again")
            }
            return snapshot
        }
        let connection = try HubConnection(settings: settings, timeout: timeout)
        defer { connection.close() }
        let pull = HubPull(hub: self, cache: cache, connection: connection, progress: progress)
        return try pull.run(revision: revision)
    }

    /// Hashes every file of a cached model again.
    /// - Returns: the files whose content is not what it was when they were fetched.
    /// - Throws: `FormatError.notFound` when the model is not in the cache.
    public func damagedFiles(of repository: String, revision: String = "main") throws -> [String] {
        let name = try RepositoryName(repository)
        try HubNames.check(revision: revision, repository: name)
        guard let snapshot = cache(name).existingSnapshot(revision: revision) else {
            throw FormatError(.notFound, path: repository, "not in the cache \(settings.cache)")
        }
        let names = FileManager.default.enumerator(atPath: snapshot)?.compactMap { $0 as? String } ?? []
        return names.sorted().filter { name in
            let path = "\(snapshot)/\(name)"
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return false }
            let identity = ContentIdentity(entityTag: TemporaryName.split(target).name, size: nil)
            return (try? identity?.matches(file: path)) != true
        }
    }

    private func cache(_ repository: RepositoryName) -> HubCache {
        HubCache(root: settings.cache, repository: repository)
    }
}
