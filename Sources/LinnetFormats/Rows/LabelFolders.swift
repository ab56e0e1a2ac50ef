import Foundation

/// The rows of a directory that has a folder per label with a `.txt` file per text, as aclImdb's `train` and `test` do.
///
/// Folders and files are taken in the byte order of their names; hidden ones, files beside the folders and the folder
/// `unsup` (IMDB's unlabelled reviews) are left out.
struct LabelFolders {
    let path: String

    func rows() throws -> [DataRow] {
        var rows: [DataRow] = []
        for label in try names(path) where label != "unsup" && isDirectory("\(path)/\(label)") {
            let folder = "\(path)/\(label)"
            for name in try names(folder) {
                if name.hasSuffix(".txt") {
                    rows.append(DataRow(text: try text("\(folder)/\(name)"), label: label, line: rows.count + 1))
                } else if isDirectory("\(folder)/\(name)") {
                    throw FormatError(
                        .malformed, path: path,
                        "the label folder \(FormatError.quoted(label)) holds the folder \(FormatError.quoted(name)); "
                            + "expected .txt files; perhaps give \(folder)")
                }
            }
        }
        guard !rows.isEmpty else {
            throw FormatError(.missing, path: path, "expected a folder per label with .txt files in it, found none")
        }
        return rows
    }

    private func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    private func names(_ directory: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory).filter { !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw FormatError(.unreadable, path: directory, "cannot be listed: \(error.localizedDescription)")
        }
    }

    private func text(_ file: String) throws -> String {
        guard let text = String(validating: try FileBytes.read(file), as: UTF8.self) else {
            throw FormatError(.malformed, path: file, "not valid UTF-8")
        }
        return text.trimmingSpace()
    }
}
