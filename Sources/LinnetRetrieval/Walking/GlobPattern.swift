/// A pattern of names with wildcards, as `.gitignore` has them, matched byte by byte against a path.
///
/// `*` stands for any text without `/`, `?` for one byte that is no `/`, `[a-z]` and `[!a-z]` for one byte of (or not
/// of) a set, `**` as a whole part for any number of directories, `\` before a character for that character. Matching
/// takes time proportional to pattern times path, whatever stands in either.
struct GlobPattern: Equatable {
    /// What one part of a path must be.
    private enum Part: Equatable {
        case anyDirectories
        case name([Token])
    }

    /// What one byte of a name must be.
    private enum Token: Equatable {
        case byte(UInt8)
        case any
        case run
        case set([ClosedRange<UInt8>], isNegated: Bool)

        func accepts(_ byte: UInt8) -> Bool {
            switch self {
            case .byte(let expected): byte == expected
            case .any: true
            case .run: false
            case .set(let ranges, let isNegated): ranges.contains { $0.contains(byte) } != isNegated
            }
        }
    }

    private let parts: [Part]

    /// Reads a pattern; a pattern without `/` (but for one at its end) matches in any directory.
    init(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)
        if bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        let isAnchored = bytes.contains(UInt8(ascii: "/"))
        if bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
        var parts: [Part] = isAnchored ? [] : [.anyDirectories]
        for name in bytes.split(separator: UInt8(ascii: "/")) {
            if name.elementsEqual("**".utf8) {
                if parts.last != .anyDirectories { parts.append(.anyDirectories) }
            } else {
                parts.append(.name(Self.tokens(name)))
            }
        }
        // `a/**` means everything inside of `a`, not `a` itself.
        if parts.last == .anyDirectories { parts.append(.name([.run])) }
        self.parts = parts
    }

    /// Whether the pattern matches a path, given as its parts.
    func matches(_ path: ArraySlice<[UInt8]>) -> Bool {
        var (part, name) = (parts.startIndex, path.startIndex)
        var retry: (part: Int, name: Int)?
        while name < path.endIndex {
            if part < parts.endIndex, parts[part] == .anyDirectories {
                part += 1
                retry = (part, name)
            } else if part < parts.endIndex, case .name(let tokens) = parts[part], Self.matches(tokens, path[name]) {
                part += 1
                name += 1
            } else if let last = retry {
                retry = (last.part, last.name + 1)
                (part, name) = (last.part, last.name + 1)
            } else {
                return false
            }
        }
        while part < parts.endIndex, parts[part] == .anyDirectories { part += 1 }
        return part == parts.endIndex
    }

    /// Whether the pattern matches a path written with `/`.
    func matches(_ path: String) -> Bool { matches(Self.parts(of: path)[...]) }

    /// The parts of a path.
    static func parts(of path: String) -> [[UInt8]] {
        path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    }

    private static func matches(_ tokens: [Token], _ name: [UInt8]) -> Bool {
        var (token, place) = (0, 0)
        var retry: (token: Int, place: Int)?
        while place < name.count {
            if token < tokens.count, tokens[token] == .run {
                token += 1
                retry = (token, place)
            } else if token < tokens.count, tokens[token].accepts(name[place]) {
                token += 1
                place += 1
            } else if let last = retry {
                retry = (last.token, last.place + 1)
                (token, place) = (last.token, last.place + 1)
            } else {
                return false
            }
        }
        while token < tokens.count, tokens[token] == .run { token += 1 }
        return token == tokens.count
    }

    private static func tokens(_ text: ArraySlice<UInt8>) -> [Token] {
        var tokens: [Token] = []
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): if tokens.last != .run { tokens.append(.run) }
            case UInt8(ascii: "?"): tokens.append(.any)
            case UInt8(ascii: "\\"): tokens.append(.byte(rest.popFirst() ?? byte))
            case UInt8(ascii: "["): tokens.append(set(&rest) ?? .byte(byte))
            default: tokens.append(.byte(byte))
            }
        }
        return tokens
    }

    /// Reads a set behind its `[`; nil, and nothing read, when it never closes.
    private static func set(_ rest: inout ArraySlice<UInt8>) -> Token? {
        var bytes = rest
        let isNegated = bytes.first == UInt8(ascii: "!") || bytes.first == UInt8(ascii: "^")
        if isNegated { bytes.removeFirst() }
        var ranges: [ClosedRange<UInt8>] = []
        var isFirst = true
        while var low = bytes.popFirst() {
            if low == UInt8(ascii: "]"), !isFirst {
                rest = bytes
                return .set(ranges, isNegated: isNegated)
            }
            isFirst = false
            if low == UInt8(ascii: "\\"), let escaped = bytes.popFirst() { low = escaped }
            if bytes.first == UInt8(ascii: "-"), let high = bytes.dropFirst().first, high != UInt8(ascii: "]") {
                bytes = bytes.dropFirst(2)
                if low <= high { ranges.append(low...high) }
            } else {
                ranges.append(low...low)
            }
        }
        return nil
    }
}
