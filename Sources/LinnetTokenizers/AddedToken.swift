import LinnetFormats

/// A token that is found in the text before the model sees it.
struct AddedToken: Sendable, Equatable {
    var content: [UInt8]
    /// Matches only where no word character stands beside it.
    var isSingleWord = false
    /// Takes the white space on its left with it.
    var stripsLeft = false
    /// Takes the white space on its right with it.
    var stripsRight = false
    /// Is searched for in the normal form of the text, in its own normal form.
    var isNormalized = false
    /// Is left out when text is decoded.
    var isSpecial = true

    /// Longer ones are refused: the search takes time in proportion.
    static let longestContent = 4096

    init(_ content: String) {
        self.content = Array(content.utf8)
    }

    /// A token as files give it: its content, or an object with content and flags.
    static func read(_ value: FileValue, isSpecial: Bool) throws -> AddedToken {
        if case .string(let content) = value.json {
            return try AddedToken(content).checked(value)
        }
        let content = try value.required("content")
        var token = AddedToken(try content.string())
        token.isSpecial = try value.bool("special", default: isSpecial)
        token.isSingleWord = try value.bool("single_word", default: false)
        token.stripsLeft = try value.bool("lstrip", default: false)
        token.stripsRight = try value.bool("rstrip", default: false)
        token.isNormalized = try value.bool("normalized", default: !token.isSpecial)
        return try token.checked(content)
    }

    private func checked(_ value: FileValue) throws -> AddedToken {
        guard (1...Self.longestContent).contains(content.count) else {
            throw TokenizerError.malformed(
                value.path, value.place,
                "expected a token of 1 to \(Self.longestContent) bytes, found \(content.count)")
        }
        return self
    }
}
