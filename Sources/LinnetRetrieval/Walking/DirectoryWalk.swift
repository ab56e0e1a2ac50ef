import Foundation

/// Finds the files to index below files and directories that a user names.
///
/// Of a directory it takes the files whose ending is a known one of a document, of a table or of source code, and
/// others whose content is text; in the byte order of their names, directories where their names stand. It leaves out
/// - hidden files and directories, `node_modules`, `__pycache__`,
/// - what `.gitignore` and `.linnetignore` files in the walked directories say (`IgnoreRules`; the latter decides),
/// - what does not match `include` or matches `exclude`,
/// - symbolic links, so that nothing outside of the tree is read and nothing twice,
/// - and, with a reason given to the caller: FIFOs, sockets, devices, what cannot be read, files over `largestFile`,
///   binary files, names that are no UTF-8, directories deeper than `deepest`.
///
/// A file or directory that the user names is taken whatever the rules say, through a symbolic link too. What vanishes
/// during the walk is left out.
public struct DirectoryWalk: Sendable {
    /// A file or directory that was left out.
    public struct Skipped: Sendable, Equatable {
        /// Where it is.
        public var path: String
        /// Why.
        public var reason: String
        /// Whether it could not be read, so that nothing is known of what it holds.
        public var isUnreadable = false
    }

    /// Patterns of `.gitignore`'s kind, relative to the named directory; when there are any, only files that match one
    /// are taken, whatever they hold.
    public var include: [String] = []
    /// Patterns of files and directories that are left out.
    public var exclude: [String] = []
    /// Largest file that is taken, in bytes.
    public var largestFile = 64 << 20
    /// How deep directories may lie below the named one.
    public var deepest = 128

    private static let unreadable = "cannot be read"
    private static let skippedDirectories: Set<String> = ["node_modules", "__pycache__"]

    /// A walk by the default rules.
    public init() {}

    /// The files below `paths`, without repetition.
    /// - Parameter skipped: is told what was left out for a reason other than a rule.
    /// - Throws: `RetrievalError.unreadable` for a path that does not exist.
    public func files(under paths: [String], skipped: (Skipped) -> Void = { _ in }) throws -> [String] {
        var files: [String] = []
        var seen: Set<[UInt8]> = []
        for path in paths {
            let path = Self.cleaned(path)
            var status = stat()
            guard stat(path, &status) == 0 else {
                throw RetrievalError.unreadable(path, RegularFile.reason(errno))
            }
            let found: [String]
            if status.st_mode & S_IFMT == S_IFDIR {
                found = walk(path, skipped: skipped)
            } else {
                let reason = refusal(status)
                if let reason { skipped(Skipped(path: path, reason: reason)) }
                found = reason == nil ? [path] : []
            }
            for file in found where seen.insert(Array(file.utf8)).inserted { files.append(file) }
        }
        return files
    }

    /// A directory that is being walked.
    private struct Frame {
        /// Entries that are left, the next one last.
        var entries: [String]
        /// Parts of the path below the named directory.
        var parts: [[UInt8]]
        /// Rules in force, the outermost first, each with how many parts its directory is deep.
        var rules: [(depth: Int, rules: IgnoreRules)]
    }

    private func walk(_ root: String, skipped: (Skipped) -> Void) -> [String] {
        let include = include.map { GlobPattern($0) }
        let exclude = exclude.map { GlobPattern($0) }
        var files: [String] = []
        var directories: Set<FileIdentity> = []
        var stack: [Frame] = []
        func enter(_ directory: String, _ parts: [[UInt8]], _ rules: [(depth: Int, rules: IgnoreRules)]) {
            do {
                var rules = rules
                for own in Self.ignoreFiles(directory) where !own.isEmpty { rules.append((parts.count, own)) }
                let entries = try DirectoryEntries.names(of: directory) {
                    skipped(Skipped(path: directory, reason: "holds a name that is no UTF-8"))
                }
                stack.append(Frame(entries: entries.reversed(), parts: parts, rules: rules))
            } catch let error as RetrievalError where error.kind == .unreadable {
                skipped(Skipped(path: directory, reason: error.description, isUnreadable: true))
            } catch {}
        }
        if let identity = FileIdentity(root) { directories.insert(identity) }
        enter(root, [], [])
        while let frame = stack.last {
            guard let name = frame.entries.last else {
                stack.removeLast()
                continue
            }
            stack[stack.count - 1].entries.removeLast()
            let path = (root.hasSuffix("/") ? root : root + "/") + Self.joined(frame.parts, name)
            let parts = frame.parts + [Array(name.utf8)]
            var status = stat()
            guard name.utf8.first != UInt8(ascii: "."), lstat(path, &status) == 0 else { continue }
            let isDirectory = status.st_mode & S_IFMT == S_IFDIR
            guard status.st_mode & S_IFMT != S_IFLNK, !(isDirectory && Self.skippedDirectories.contains(name)),
                !Self.isIgnored(parts, isDirectory: isDirectory, frame.rules),
                !exclude.contains(where: { $0.matches(parts[...]) })
            else { continue }
            if isDirectory {
                if parts.count > deepest {
                    skipped(Skipped(path: path, reason: "deeper than \(deepest) directories"))
                } else if directories.insert(FileIdentity(status)).inserted {
                    enter(path, parts, frame.rules)
                }
            } else if include.isEmpty || include.contains(where: { $0.matches(parts[...]) }) {
                if let reason = refusal(status) ?? contentRefusal(path, isAskedFor: !include.isEmpty) {
                    skipped(Skipped(path: path, reason: reason, isUnreadable: reason == Self.unreadable))
                } else {
                    files.append(path)
                }
            }
        }
        return files
    }

    /// Why a file is not read, by what the system says of it.
    private func refusal(_ status: stat) -> String? {
        if let kind = RegularFile.kindOtherThanRegular(status.st_mode) { return kind }
        guard Int(clamping: status.st_size) <= largestFile else {
            return "larger than \(ByteCount.text(largestFile)), the most that is read"
        }
        return nil
    }

    /// Why a file of unknown ending is not read, by its first bytes.
    private func contentRefusal(_ path: String, isAskedFor: Bool) -> String? {
        if isAskedFor || FileFormat.named(path) != nil { return access(path, R_OK) == 0 ? nil : Self.unreadable }
        do {
            let beginning = try RegularFile.beginning(of: path, count: FileFormat.sniffedBytes)
            return FileFormat.sniffed(beginning) == nil ? "a binary file" : nil
        } catch {
            return Self.unreadable
        }
    }

    private static func isIgnored(
        _ parts: [[UInt8]], isDirectory: Bool, _ rules: [(depth: Int, rules: IgnoreRules)]
    ) -> Bool {
        for entry in rules.reversed() {
            if let answer = entry.rules.isIgnored(parts[entry.depth...], isDirectory: isDirectory) { return answer }
        }
        return false
    }

    /// The rules of a directory's own files; `.linnetignore` last, as it decides.
    private static func ignoreFiles(_ directory: String) -> [IgnoreRules] {
        [".gitignore", ".linnetignore"].compactMap { name in
            let bytes = try? RegularFile.read("\(directory)/\(name)", limit: 1 << 20)
            return bytes.map { IgnoreRules(String(decoding: $0, as: UTF8.self)) }
        }
    }

    private static func joined(_ parts: [[UInt8]], _ name: String) -> String {
        parts.map { String(decoding: $0, as: UTF8.self) + "/" }.joined() + name
    }

    /// A path without `./` before it, repeated `/` and `/` behind it.
    private static func cleaned(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        let isAbsolute = path.hasPrefix("/")
        if parts.isEmpty { return isAbsolute ? "/" : "." }
        return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
    }
}

/// What makes a file or directory the same one under another name.
private struct FileIdentity: Hashable {
    let device: UInt64
    let number: UInt64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }
}
