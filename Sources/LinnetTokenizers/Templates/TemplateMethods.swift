/// The names of the methods that templates may use, by kind of value.
enum TemplateMethods {
    private static let text: Set<String> = [
        "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "startswith", "endswith", "upper", "lower",
        "title", "capitalize", "swapcase", "replace", "find", "rfind", "index", "rindex", "count", "join", "isdigit",
        "isdecimal", "isnumeric", "isalpha", "isalnum", "isspace", "isupper", "islower", "removeprefix",
        "removesuffix", "zfill", "ljust", "rjust", "center", "partition", "rpartition", "format", "casefold",
    ]
    private static let dictionary: Set<String> = ["get", "items", "keys", "values", "copy"]
    private static let list: Set<String> = ["index", "count", "copy"]
    private static let tuple: Set<String> = ["index", "count"]

    /// The methods of a value.
    static func names(of value: TemplateValue) -> Set<String> {
        switch value {
        case .string: return text
        case .dictionary: return dictionary
        case .list: return list
        case .tuple: return tuple
        default: return []
        }
    }

    /// The methods of a value that would change it; using one is an error.
    static func changing(_ value: TemplateValue) -> Set<String> {
        switch value {
        case .dictionary: return ["clear", "pop", "popitem", "setdefault", "update"]
        case .list: return ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]
        default: return []
        }
    }
}

extension TemplateEvaluator {
    /// Calls `receiver.name(…)`.
    func call(
        _ name: String, of receiver: TemplateValue, _ arguments: TemplateArguments
    ) throws -> TemplateValue {
        switch receiver {
        case .string(let text): return try call(name, ofText: text, arguments)
        case .dictionary(let dictionary): return try call(name, ofDictionary: dictionary, arguments)
        case .list(let list), .tuple(let list):
            if name == "copy" { return receiver }
            let parameters = try bind(arguments, ["value"], required: 1, to: name)
            let wanted = parameters[0] ?? .none
            var places: [Int] = []
            for (place, item) in list.items.enumerated() {
                try charge()
                if try equal(item, wanted) { places.append(place) }
            }
            if name == "count" { return .integer(places.count) }
            guard let first = places.first else { throw failure("\(try literal(wanted)) is not in the list") }
            return .integer(first)
        case .loop(let loop):
            if name == "changed" {
                let before = loop.exchange(arguments.positional)
                let now = arguments.positional
                guard let before, before.count == now.count else { return .bool(true) }
                return .bool(try !zip(before, now).allSatisfy { try equal($0, $1) })
            }
            guard !arguments.positional.isEmpty else { throw failure("'cycle' needs values to go through") }
            return arguments.positional[max(0, loop.index) % arguments.positional.count]
        default: throw failure("'\(receiver.className)' has no method '\(name)'")
        }
    }

    private func call(
        _ name: String, ofDictionary dictionary: TemplateDictionary, _ arguments: TemplateArguments
    ) throws -> TemplateValue {
        if name == "get" {
            let parameters = try bind(arguments, ["key", "default"], required: 1, to: name)
            guard let key = TemplateKey(parameters[0] ?? .none) else { throw failure("'get' expected a key") }
            return dictionary[key] ?? parameters[1] ?? .none
        }
        _ = try bind(arguments, [], to: name)
        switch name {
        case "items": return .view("dict_items", try storage(dictionary.pairs))
        case "keys": return .view("dict_keys", try storage(dictionary.keys))
        case "values": return .view("dict_values", try storage(dictionary.values))
        default: return .dictionary(dictionary)
        }
    }
}
