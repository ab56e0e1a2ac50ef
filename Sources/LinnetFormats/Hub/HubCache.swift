import Foundation

/// The cache directory of one model, laid out as Hugging Face's own tools do, so that both share it:
/// `models--ORG--NAME/blobs/HASH`, `snapshots/COMMIT/FILE` as relative symbolic links to blobs, `refs/BRANCH`.
struct HubCache {
    /// The cache of all models.
    let root: String
    let repository: RepositoryName

    /// The model's directory.
    var folder: String { "\(root)/\(repository.cacheFolder)" }

    func blob(_ identity: ContentIdentity) -> String { "\(folder)/blobs/\(identity.hash)" }

    func snapshot(_ commit: String) -> String { "\(folder)/snapshots/\(commit)" }

    /// The snapshot of a branch, tag or commit that an earlier pull left.
    func existingSnapshot(revision: String) -> String? {
        var commit = revision
        if !HubNames.isCommit(revision) {
            guard let bytes = try? FileBytes.read("\(folder)/refs/\(revision)", limit: 1_024),
                let text = String(validating: bytes, as: UTF8.self)?.trimmingSpace(), HubNames.isCommit(text)
            else { return nil }
            commit = text
        }
        return isDirectory(snapshot(commit)) ? snapshot(commit) : nil
    }

    /// Makes the directories of the model; none of them may be a symbolic link.
    func prepare(commit: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        } catch {
            throw FormatError(.writeFailed, path: root, "cannot make the cache: \(error.localizedDescription)")
        }
        try makeDirectory("\(repository.cacheFolder)/blobs", below: root)
        try makeDirectory("\(repository.cacheFolder)/snapshots/\(commit)", below: root)
        try makeDirectory(".locks/\(repository.cacheFolder)", below: root)
    }

    /// Whether the snapshot has this file, complete.
    func hasFile(_ name: String, commit: String) -> Bool {
        var status = stat()
        return stat("\(snapshot(commit))/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether the blob is here with the right size.
    func hasBlob(_ identity: ContentIdentity) -> Bool {
        var status = stat()
        guard lstat(blob(identity), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return identity.size.map { Int(status.st_size) == $0 } ?? true
    }

    /// Puts the file into the snapshot as a relative link to its blob.
    func link(_ name: String, commit: String, to identity: ContentIdentity) throws {
        let parent = TemporaryName.split(name).directory
        if parent != "." { try makeDirectory(parent, below: snapshot(commit)) }
        let depth = name.split(separator: "/").count + 1
        let target = String(repeating: "../", count: depth) + "blobs/\(identity.hash)"
        let place = "\(snapshot(commit))/\(name)"
        let temporary = TemporaryName(beside: place).path
        guard symlink(target, temporary) == 0 else { throw FormatError.writing(place, doing: "make a symbolic link") }
        guard rename(temporary, place) == 0 else {
            let code = errno
            unlink(temporary)
            throw FormatError.writing(place, doing: "rename into place", code: code)
        }
    }

    /// Remembers which commit a branch or tag is at.
    func record(revision: String, commit: String) throws {
        guard !HubNames.isCommit(revision) else { return }
        let name = "refs/\(revision)"
        try makeDirectory(TemporaryName.split("\(repository.cacheFolder)/\(name)").directory, below: root)
        try FileBytes.write(text: commit, to: "\(folder)/\(name)")
    }

    /// Runs `body` while no other process fetches the same content; waits for one that does.
    func locked<Result>(_ identity: ContentIdentity, _ body: () throws -> Result) throws -> Result {
        let path = "\(root)/.locks/\(repository.cacheFolder)/\(identity.hash).lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FormatError.writing(path, doing: "create") }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FormatError.writing(path, doing: "lock") }
        }
        return try body()
    }

    /// Makes the directories of the relative path one by one; what exists must be a directory, not a link to one.
    private func makeDirectory(_ relative: String, below base: String) throws {
        var path = base
        for part in relative.split(separator: "/") {
            path += "/\(part)"
            guard mkdir(path, 0o777) != 0 else { continue }
            let code = errno
            guard code == EEXIST else { throw FormatError.writing(path, doing: "make a directory", code: code) }
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw FormatError(.refused, path: path, "expected a directory of the cache, found a link or a file")
            }
        }
    }

    private func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
