import Foundation

/// What is wrong with a file, a directory, a data row or an answer of the hub.
///
/// The description is always one line: path, place, what was expected, what was found and, where there is
/// something to do about it, what to do. Names taken from hostile files are shortened and escaped before they
/// get into a message.
public struct FormatError: Error, CustomStringConvertible, Equatable {
    /// The class of a failure, for callers that react to it instead of printing it.
    public enum Kind: Sendable, Equatable {
        /// The file or directory does not exist.
        case notFound
        /// It exists and cannot be opened or read.
        case unreadable
        /// It breaks the rules of its format.
        case malformed
        /// It is well formed and uses something Linnet does not read.
        case unsupported
        /// It is larger than the limit that protects the process.
        case tooLarge
        /// A key, column, tensor, file or label that was asked for is not there.
        case missing
        /// Writing failed: disk full, no permission, input/output error.
        case writeFailed
        /// The hub could not be reached or gave an answer that cannot be used; trying again may help.
        case network
        /// The hub does not give access.
        case denied
        /// A name or an address that would be unsafe to follow.
        case refused
    }

    /// The class of the failure.
    public let kind: Kind
    /// The file, directory or address the failure is about.
    public let path: String
    /// Place, what was expected, what was found, what to do.
    public let message: String

    /// Makes an error about `path`; line breaks and control characters in either text are escaped.
    public init(_ kind: Kind, path: String, _ message: String) {
        self.kind = kind
        self.path = FormatError.oneLine(path)
        self.message = FormatError.oneLine(message)
    }

    /// `path: message`, in one line.
    public var description: String { "\(path): \(message)" }

    /// A name from a file, quoted, escaped and cut to 100 characters, fit to stand in a message.
    public static func quoted(_ name: String) -> String {
        let shown = oneLine(String(name.unicodeScalars.prefix(100).map(Character.init)))
        return name.unicodeScalars.count > 100 ? "'\(shown)…'" : "'\(shown)'"
    }

    /// `text` with control characters and line separators written as `\u{…}`.
    private static func oneLine(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            let isSeparator = scalar.value == 0x2028 || scalar.value == 0x2029
            if isControl || isSeparator {
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}

extension FormatError {
    /// An error from a failed system call while reading; `errno` must still hold its reason.
    static func reading(_ path: String, code: Int32 = errno) -> FormatError {
        switch code {
        case ENOENT, ENOTDIR: return FormatError(.notFound, path: path, "no such file or directory")
        default: return FormatError(.unreadable, path: path, "cannot be read: \(systemReason(code))")
        }
    }

    /// An error from a failed system call while writing; a full disk says how much room is left.
    static func writing(_ path: String, doing action: String, code: Int32 = errno) -> FormatError {
        guard code == ENOSPC || code == EDQUOT else {
            return FormatError(.writeFailed, path: path, "cannot \(action): \(systemReason(code))")
        }
        var room = ""
        var status = statvfs()
        if statvfs(TemporaryName.split(path).directory, &status) == 0 {
            let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
            room = overflow ? "" : " (\(bytes / 1_048_576) MiB free)"
        }
        return FormatError(
            .writeFailed, path: path,
            "cannot \(action): \(systemReason(code))\(room); what stood there before is intact; free some room and retry"
        )
    }

    /// The C library's words for an error number.
    static func systemReason(_ code: Int32) -> String {
        guard let words = strerror(code) else { return "error \(code)" }
        return String(cString: words)
    }
}
