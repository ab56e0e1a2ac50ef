import LinnetFormats

extension Vocabulary {
    /// A vocabulary from an object of tokens and ids.
    static func read(_ value: FileValue) throws -> Vocabulary {
        let members = try value.object()
        guard !members.isEmpty else {
            throw TokenizerError.malformed(value.path, value.place, "expected at least one token, found none")
        }
        var tokens: [(bytes: [UInt8], id: Int)] = []
        tokens.reserveCapacity(members.count)
        for (token, id) in members {
            guard let id = id.intValue else {
                throw TokenizerError.malformed(
                    value.path, "\(value.place)[\(FormatError.quoted(token))]",
                    "expected an id, found \(id.kindName)")
            }
            tokens.append((Array(token.utf8), id))
        }
        return try make(tokens, path: value.path) { entry in
            "\(value.place)[\(FormatError.quoted(String(decoding: tokens[entry].bytes, as: UTF8.self)))]"
        }
    }

    /// A vocabulary; `place` names an entry of the list for errors.
    static func make(
        _ tokens: [(bytes: [UInt8], id: Int)], path: String, place: (Int) -> String
    ) throws -> Vocabulary {
        do {
            return try Vocabulary(tokens)
        } catch let failure as Vocabulary.Failure {
            switch failure {
            case .negative(let entry):
                throw TokenizerError.malformed(
                    path, place(entry), "expected an id of 0 or more, found \(tokens[entry].id)")
            case .repeatedId(let entry, let id):
                throw TokenizerError.malformed(
                    path, place(entry), "expected an id of its own, found \(id), which another token has")
            case .sparse(let entry, let id, let limit):
                throw TokenizerError.malformed(
                    path, place(entry),
                    "expected an id below \(limit) for a vocabulary of \(tokens.count), found \(id)")
            }
        }
    }
}

extension MergeTable {
    /// The merges of a `tokenizer.json`: `"a b"` or `["a", "b"]`, in order of rank.
    static func read(_ value: FileValue, _ vocabulary: Vocabulary) throws -> MergeTable {
        guard let elements = value.json.arrayValue else { throw value.malformed("an array") }
        var pairs: [(first: Int32, second: Int32, id: Int32)] = []
        pairs.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let place = "\(value.place)[\(index)]"
            if let line = element.stringValue {
                if line.hasPrefix("#version") { continue }
                pairs.append(try pair(line, vocabulary, path: value.path, place: place))
            } else if let parts = element.arrayValue, parts.count == 2, let first = parts[0].stringValue,
                let second = parts[1].stringValue
            {
                pairs.append(
                    try pair(Array(first.utf8), Array(second.utf8), vocabulary, path: value.path, place: place))
            } else {
                throw TokenizerError.malformed(
                    value.path, place, "expected two pieces, found \(element.kindName)")
            }
        }
        return MergeTable(pairs)
    }

    /// A merge written as two pieces with one space between them.
    static func pair(
        _ line: String, _ vocabulary: Vocabulary, path: String, place: String
    ) throws -> (first: Int32, second: Int32, id: Int32) {
        let parts = line.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw TokenizerError.malformed(
                path, place, "expected two pieces with a space between them, found \(FormatError.quoted(line))")
        }
        return try pair(Array(parts[0]), Array(parts[1]), vocabulary, path: path, place: place)
    }

    private static func pair(
        _ first: [UInt8], _ second: [UInt8], _ vocabulary: Vocabulary, path: String, place: String
    ) throws -> (first: Int32, second: Int32, id: Int32) {
        func id(_ piece: [UInt8]) throws -> Int32 {
            guard let id = vocabulary.id(of: piece) else {
                let name = FormatError.quoted(String(decoding: piece, as: UTF8.self))
                throw TokenizerError.malformed(path, place, "expected pieces of the vocabulary, found \(name)")
            }
            return id
        }
        return (try id(first), try id(second), try id(first + second))
    }
}
