import Foundation
import LinnetFormats

/// The list of a checkpoint's files with size and checksum; a directory without a matching one is not a checkpoint.
enum CheckpointManifest {
    static let fileName = "manifest.json"
    private static let version: Int64 = 1

    /// Reads back every file beneath the directory and writes the manifest.
    static func write(in directory: String) throws {
        var files: [(String, JSON)] = []
        for name in try fileNames(in: directory) {
            let (size, checksum) = try measure("\(directory)/\(name)")
            files.append((name, ["size": .integer(Int64(size)), "crc32c": .string(checksum.hexadecimal)]))
        }
        let manifest: JSON = ["version": .integer(version), "files": .object(JSONObject(files))]
        try FileBytes.write(text: manifest.text(pretty: true) + "\n", to: "\(directory)/\(fileName)")
    }

    /// Compares every file with the manifest.
    ///
    /// - Throws: `TrainingError.damagedCheckpoint` naming the first file that is missing or differs.
    static func verify(_ directory: String) throws {
        let path = "\(directory)/\(fileName)"
        func damaged(_ reason: String) -> TrainingError { .damagedCheckpoint(path: directory, reason: reason) }
        let manifest: JSON
        do { manifest = try JSON.read(path: path) } catch { throw damaged("\(error)") }
        guard manifest["version"]?.intValue == Int(version), let files = manifest["files"]?.objectValue else {
            throw damaged("\(fileName): expected version \(version) with a list of files")
        }
        for (name, entry) in files {
            guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
                throw damaged("\(fileName): \(name) leads out of the directory")
            }
            guard let (size, checksum) = try? measure("\(directory)/\(name)") else {
                throw damaged("\(name) is missing or cannot be read")
            }
            guard entry["size"]?.intValue == size else {
                throw damaged("\(name): expected \(entry["size"]?.text() ?? "a size") bytes, found \(size)")
            }
            guard entry["crc32c"]?.stringValue == checksum.hexadecimal else {
                throw damaged("\(name): its checksum differs, so its bytes have changed since it was written")
            }
        }
    }

    /// Files beneath the directory by relative path, sorted; the manifest itself left out.
    private static func fileNames(in directory: String) throws -> [String] {
        do {
            return try FileManager.default.subpathsOfDirectory(atPath: directory).filter { name in
                var isDirectory: ObjCBool = false
                let exists = FileManager.default.fileExists(atPath: "\(directory)/\(name)", isDirectory: &isDirectory)
                return exists && !isDirectory.boolValue && name != fileName
            }.sorted()
        } catch {
            throw TrainingError.fileSystem(path: directory, reason: "cannot be listed: \(error.localizedDescription)")
        }
    }

    private static func measure(_ path: String) throws -> (size: Int, checksum: CyclicChecksum) {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var checksum = CyclicChecksum()
        var size = 0
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            piece.withUnsafeBytes { checksum.update($0) }
            size += piece.count
        }
        return (size, checksum)
    }
}
