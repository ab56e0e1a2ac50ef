import Foundation

/// The names in a directory.
enum DirectoryEntries {
    /// All names but `.` and `..`, in the order of their bytes.
    /// - Parameter unreadableName: is called when a name is no UTF-8; such names are left out.
    /// - Throws: `RetrievalError.unreadable`.
    static func names(of directory: String, unreadableName: () -> Void) throws -> [String] {
        guard let stream = opendir(directory) else {
            throw RetrievalError.unreadable(directory, RegularFile.reason(errno))
        }
        defer { closedir(stream) }
        var names: [String] = []
        var hasUnreadable = false
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                hasUnreadable = true
                continue
            }
            if name != ".", name != ".." { names.append(name) }
        }
        if hasUnreadable { unreadableName() }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
