import LinnetFormats

/// A value of a JSON file that knows where it stands, so that every complaint names file and place.
struct FileValue {
    let json: JSON
    let path: String
    let place: String

    /// Reads and parses a file; failures of the reader become `TokenizerError`.
    static func read(_ bytes: [UInt8], path: String) throws -> FileValue {
        do {
            return FileValue(json: try JSON.parse(bytes, path: path), path: path, place: "")
        } catch let error as FormatError {
            throw TokenizerError.malformed(path, "", error.message)
        }
    }

    func malformed(_ expected: String) -> TokenizerError {
        TokenizerError.malformed(path, place, "expected \(expected), found \(json.kindName)")
    }

    /// The member `key`, or `nil` when it is absent or null.
    subscript(key: String) -> FileValue? {
        guard let member = json[key], !member.isNull else { return nil }
        return FileValue(json: member, path: path, place: place.isEmpty ? key : "\(place).\(key)")
    }

    func required(_ key: String) throws -> FileValue {
        guard json.objectValue != nil else { throw malformed("an object") }
        guard let member = self[key] else {
            throw TokenizerError.malformed(path, place, "expected a member '\(key)', found none")
        }
        return member
    }

    func object() throws -> JSONObject {
        guard let value = json.objectValue else { throw malformed("an object") }
        return value
    }

    func string() throws -> String {
        guard let value = json.stringValue else { throw malformed("a string") }
        return value
    }

    func bool() throws -> Bool {
        guard let value = json.boolValue else { throw malformed("true or false") }
        return value
    }

    func integer() throws -> Int {
        guard let value = json.intValue else { throw malformed("an integer") }
        return value
    }

    func elements() throws -> [FileValue] {
        guard let values = json.arrayValue else { throw malformed("an array") }
        return values.enumerated().map { FileValue(json: $1, path: path, place: "\(place)[\($0)]") }
    }

    /// The member `key` as a Boolean, or `standard` when it is absent.
    func bool(_ key: String, default standard: Bool) throws -> Bool {
        try self[key]?.bool() ?? standard
    }

    /// The member `type`, which names the component that stands in a slot of `tokenizer.json`.
    func type() throws -> String {
        try required("type").string()
    }

    /// The error for a component that is not implemented.
    func unsupported(_ name: String, known: String) -> TokenizerError {
        TokenizerError.unsupported(
            path, place, "\(FormatError.quoted(name)) is not implemented; Linnet knows \(known)")
    }

    /// The components of a slot: a `Sequence` of any depth as one list, an absent slot as an empty one.
    static func components(
        of slot: FileValue?, member: String, limit: Int = 64
    ) throws -> [FileValue] {
        guard let slot else { return [] }
        guard try slot.type() == "Sequence" else { return [slot] }
        var components: [FileValue] = []
        for element in try slot.required(member).elements() {
            components += try self.components(of: element, member: member, limit: limit)
            guard components.count <= limit else {
                throw TokenizerError.unsupported(slot.path, slot.place, "expected at most \(limit) steps, found more")
            }
        }
        return components
    }
}
