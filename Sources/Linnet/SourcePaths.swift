import Foundation
import LinnetFormats
import LinnetRetrieval

/// How files are named in a store: by their path from the store's own directory when they lie inside it, so that both
/// can move together, otherwise by their absolute path.
public struct SourcePaths: Sendable {
    /// Directory of the store, absolute and without links; `nil` for a store in memory.
    let root: String?
    private let here = Self.resolved(FileManager.default.currentDirectoryPath)

    /// The names of files in the store at this path.
    public init(store path: String) {
        root = path == ":memory:" ? nil : Self.resolved((Self.absolute(path) as NSString).deletingLastPathComponent)
    }

    /// The name of a file in the store.
    func source(ofFile path: String) -> String {
        let file = Self.resolved(path)
        guard let root else { return file }
        let prefix = root == "/" ? "/" : root + "/"
        return file.hasPrefix(prefix) ? String(file.dropFirst(prefix.count)) : file
    }

    /// The absolute path of a file that the store names.
    func file(ofSource source: String) -> String {
        guard !source.hasPrefix("/"), let root else { return source }
        return (root == "/" ? "" : root) + "/" + source
    }

    /// The path as a person at this working directory would write it.
    public func shown(_ source: String) -> String {
        let file = file(ofSource: source)
        let prefix = here == "/" ? "/" : here + "/"
        return file.hasPrefix(prefix) ? String(file.dropFirst(prefix.count)) : file
    }

    /// The absolute path without links, also of a file that is not there.
    static func resolved(_ path: String) -> String {
        let absolute = absolute(path)
        if let real = realpath(absolute, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let parent = (absolute as NSString).deletingLastPathComponent
        guard parent != absolute, !parent.isEmpty else { return absolute }
        let folder = resolved(parent)
        return (folder == "/" ? "" : folder) + "/" + (absolute as NSString).lastPathComponent
    }

    private static func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        return (whole as NSString).standardizingPath
    }
}

extension SourcePaths {
    /// `Hit.json` with the path as a person here would write it.
    public func object(_ hit: Hit) -> JSONObject { showing(hit.json) }

    /// `GroundedAnswer.json` with paths as a person here would write them.
    public func object(_ answer: GroundedAnswer) -> JSONObject {
        var object = answer.json.objectValue ?? [:]
        for key in ["citations", "hits"] {
            object[key] = .array((object[key]?.arrayValue ?? []).map { .object(showing($0)) })
        }
        return object
    }

    private func showing(_ json: JSON) -> JSONObject {
        var object = json.objectValue ?? [:]
        if let source = object["source"]?.stringValue { object["source"] = .string(shown(source)) }
        return object
    }
}
