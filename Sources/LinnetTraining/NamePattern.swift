/// A pattern over parameter names: `*` stands for any characters (dots too), `?` for exactly one.
public struct NamePattern: Sendable, Equatable {
    /// The pattern as it was written.
    public let text: String
    private let bytes: [UInt8]

    /// Takes a pattern such as `bert.embeddings.*`.
    public init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    /// Whether the whole name matches; names are compared as bytes.
    public func matches(_ name: String) -> Bool {
        let name = Array(name.utf8)
        var position = 0  // in the pattern
        var index = 0  // in the name
        var resume: (position: Int, index: Int)?  // just behind the last `*`, and where its match ends
        while index < name.count {
            if position < bytes.count, bytes[position] == UInt8(ascii: "*") {
                position += 1
                resume = (position, index)
            } else if position < bytes.count, bytes[position] == UInt8(ascii: "?") || bytes[position] == name[index] {
                position += 1
                index += 1
            } else if let last = resume {
                resume = (last.position, last.index + 1)
                (position, index) = (last.position, last.index + 1)
            } else {
                return false
            }
        }
        return bytes[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
