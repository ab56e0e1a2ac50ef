import LinnetFormats

extension SequenceTemplate {
    private static let known = "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel and Sequence"

    /// The template that the slot `post_processor` of a `tokenizer.json` asks for.
    static func read(_ slot: FileValue?) throws -> SequenceTemplate {
        var template: SequenceTemplate?
        for value in try FileValue.components(of: slot, member: "processors") {
            let type = try value.type()
            if type == "ByteLevel" { continue }  // moves offsets only
            guard template == nil else {
                throw TokenizerError.unsupported(
                    value.path, value.place, "a second step that adds special tokens is not implemented")
            }
            switch type {
            case "TemplateProcessing":
                template = try readTemplate(value)
            case "BertProcessing":
                template = .bert(classify: try tokenId(value, "cls"), separator: try tokenId(value, "sep"))
            case "RobertaProcessing":
                template = .roberta(classify: try tokenId(value, "cls"), separator: try tokenId(value, "sep"))
            default:
                throw value.unsupported(type, known: known)
            }
        }
        return template ?? .plain
    }

    /// A token as `["[CLS]", 101]`.
    private static func tokenId(_ value: FileValue, _ key: String) throws -> Int32 {
        let pair = try value.required(key)
        let elements = try pair.elements()
        guard elements.count == 2, let last = elements.last else {
            throw TokenizerError.malformed(pair.path, pair.place, "expected a token and its id, found \(elements.count) values")
        }
        return try id(last)
    }

    private static func id(_ value: FileValue) throws -> Int32 {
        let number = try value.integer()
        guard let id = Int32(exactly: number), id >= 0 else {
            throw TokenizerError.malformed(value.path, value.place, "expected an id from 0 to 2147483647, found \(number)")
        }
        return id
    }

    private static func readTemplate(_ value: FileValue) throws -> SequenceTemplate {
        var specials: [[UInt8]: [Int32]] = [:]
        if let table = value["special_tokens"] {
            for (name, _) in try table.object() {
                guard let entry = table[name] else { continue }
                specials[Array(name.utf8)] = try entry.required("ids").elements().map(id)
            }
        }
        return SequenceTemplate(
            single: try readPieces(value.required("single"), specials, isPair: false),
            pair: try readPieces(value.required("pair"), specials, isPair: true))
    }

    private static func readPieces(
        _ value: FileValue, _ specials: [[UInt8]: [Int32]], isPair: Bool
    ) throws -> [Piece] {
        let elements = try value.elements()
        guard elements.count <= 1024 else {
            throw TokenizerError.unsupported(
                value.path, value.place, "expected at most 1024 pieces, found \(elements.count)")
        }
        return try elements.map { element in
            if let special = element["SpecialToken"] {
                let name = try special.required("id").string()
                guard let ids = specials[Array(name.utf8)] else {
                    throw TokenizerError.malformed(
                        special.path, special.place,
                        "expected a token of special_tokens, found \(FormatError.quoted(name))")
                }
                return .special(ids: ids, typeId: try id(special.required("type_id")))
            }
            let sequence = try element.required("Sequence")
            let typeId = try id(sequence.required("type_id"))
            let name = try sequence.required("id").string()
            switch name {
            case "A": return .first(typeId: typeId)
            case "B" where isPair: return .second(typeId: typeId)
            default:
                throw TokenizerError.malformed(
                    sequence.path, sequence.place + ".id",
                    "expected \(isPair ? "'A' or 'B'" : "'A'"), found \(FormatError.quoted(name))")
            }
        }
    }
}
