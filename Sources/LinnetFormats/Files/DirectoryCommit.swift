import Foundation

/// A directory that appears under its name complete and on disk, or not at all.
///
/// It is written as `.NAME.writing-RANDOM` beside its final name; every file and directory in it is flushed to the
/// disk (fsync); then it is renamed into place and the parent directory is flushed. A directory that has the name
/// already is exchanged with the new one in one step and removed only afterwards. Killed or out of power at any
/// moment, the name holds the old directory or the new one, each complete.
public enum DirectoryCommit {
    /// What stands between a name and the random part while an old directory waits for its removal, on file systems
    /// that cannot exchange two names.
    private static let replacedMarker = ".replaced-"

    /// Writes a directory with `body` and commits it under `path`; missing parent directories are made.
    /// - Parameters:
    ///   - keepsOthers: refuses to replace a directory that holds what the new one has no counterpart of: a mistyped
    ///     name must not cost anybody their files.
    ///   - body: fills the temporary directory it is given.
    /// - Throws: what `body` throws, or a `FormatError` of kind `writeFailed` or `refused`; the temporary directory is
    ///   then removed and what stood at `path` is untouched.
    public static func write(
        to path: String, keepsOthers: Bool = false, _ body: (_ temporaryDirectory: String) throws -> Void
    ) throws {
        let target = try finalPath(path)
        let (temporary, lock) = try makeTemporary(beside: target)
        defer { close(lock) }
        do {
            try body(temporary)
            if keepsOthers { try refuseLoss(of: target, to: temporary) }
            try flushTree(temporary)
            try publish(temporary, as: target)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    /// Removes what killed writers of `path` (a file or a directory) left beside it; what a live writer still works on
    /// stays. When a writer was killed between setting the old directory aside and putting the new one in its place,
    /// the old one gets its name back.
    /// - Returns: the names that were removed.
    @discardableResult
    public static func removeAbandoned(beside path: String) throws -> [String] {
        let (directory, name) = TemporaryName.split(try finalPath(path, creatingParents: false))
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return [] }
        let shown = String(name.prefix(TemporaryName.shownCharacters))
        var removed: [String] = []
        for candidate in names.sorted() {
            let place = "\(directory)/\(candidate)"
            if candidate.hasPrefix(".\(shown)\(replacedMarker)") {
                if exists("\(directory)/\(name)") {
                    try? FileManager.default.removeItem(atPath: place)
                    removed.append(candidate)
                } else {
                    guard rename(place, "\(directory)/\(name)") == 0 else {
                        throw FormatError.writing("\(directory)/\(name)", doing: "bring back from '\(candidate)'")
                    }
                    try FileWriting.flushDirectory(of: place)
                }
            } else if candidate.hasPrefix(".\(shown)\(TemporaryName.marker)"), isAbandoned(place) {
                try? FileManager.default.removeItem(atPath: place)
                removed.append(candidate)
            }
        }
        return removed
    }

    /// `path` without trailing slashes and, where it is a symbolic link to a directory, the directory's own path.
    private static func finalPath(_ path: String, creatingParents: Bool = true) throws -> String {
        var target = path
        while target.count > 1, target.hasSuffix("/") { target.removeLast() }
        let (directory, name) = TemporaryName.split(target)
        guard !name.isEmpty, name != "/", name != ".", name != ".." else {
            throw FormatError(.refused, path: path, "expected the name of a directory to write")
        }
        if creatingParents {
            do {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            } catch {
                throw FormatError(
                    .writeFailed, path: path, "cannot make its parent directory: \(error.localizedDescription)")
            }
        }
        var status = stat()
        guard lstat(target, &status) == 0 else { return target }
        if status.st_mode & S_IFMT == S_IFLNK, let resolved = realpath(target, nil) {
            defer { free(resolved) }
            target = String(cString: resolved)
        }
        guard !creatingParents || isDirectory(target) else {
            throw FormatError(.writeFailed, path: path, "expected a directory or nothing here, found a file")
        }
        return target
    }

    /// Makes the temporary directory and locks it; the lock goes with the process.
    private static func makeTemporary(beside path: String) throws -> (path: String, lock: Int32) {
        for _ in 0..<10 {
            let temporary = TemporaryName(beside: path).path
            guard mkdir(temporary, 0o777) == 0 else { throw FormatError.writing(path, doing: "make a directory here") }
            let descriptor = open(temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if descriptor < 0 { continue }
            flock(descriptor, LOCK_EX | LOCK_NB)
            // Another process may have taken the directory for an abandoned one before it was locked.
            var status = stat()
            if fstat(descriptor, &status) == 0, status.st_nlink > 0, exists(temporary) {
                return (temporary, descriptor)
            }
            close(descriptor)
        }
        throw FormatError(.writeFailed, path: path, "cannot make a temporary directory here")
    }

    private static func isAbandoned(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    private static func refuseLoss(of target: String, to temporary: String) throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: target)) ?? []
        if let other = names.sorted().first(where: { !exists("\(temporary)/\($0)") }) {
            throw FormatError(
                .refused, path: target,
                "holds \(FormatError.quoted(other)), which would be lost; name a new directory")
        }
    }

    /// Flushes all files below `directory`, then the directories from the innermost outwards.
    private static func flushTree(_ directory: String) throws {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw FormatError(.writeFailed, path: directory, "cannot be listed: \(error.localizedDescription)")
        }
        for name in names {
            let path = "\(directory)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0 else { throw FormatError.writing(path, doing: "inspect") }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try flushTree(path)
            case S_IFREG: try FileWriting.flush(path, isDirectory: false)
            default: break
            }
        }
        try FileWriting.flush(directory, isDirectory: true)
    }

    private static func publish(_ temporary: String, as target: String) throws {
        guard exists(target) else {
            guard rename(temporary, target) == 0 else { throw FormatError.writing(target, doing: "rename into place") }
            return try FileWriting.flushDirectory(of: target)
        }
        if exchange(temporary, target) {
            try FileWriting.flushDirectory(of: target)
            try? FileManager.default.removeItem(atPath: temporary)
            return
        }
        let (directory, name) = TemporaryName.split(target)
        let aside = TemporaryName(directory: directory, name: name, marker: replacedMarker).path
        guard rename(target, aside) == 0 else { throw FormatError.writing(target, doing: "set aside") }
        guard rename(temporary, target) == 0 else {
            let code = errno
            _ = rename(aside, target)
            throw FormatError.writing(target, doing: "rename into place", code: code)
        }
        try FileWriting.flushDirectory(of: target)
        try? FileManager.default.removeItem(atPath: aside)
    }

    /// Exchanges two names in one step where kernel and file system can (Linux `renameat2`, RENAME_EXCHANGE).
    private static func exchange(_ first: String, _ second: String) -> Bool {
        typealias Rename = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
        guard let symbol = dlsym(nil, "renameat2") else { return false }
        return unsafeBitCast(symbol, to: Rename.self)(AT_FDCWD, first, AT_FDCWD, second, 2) == 0
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
