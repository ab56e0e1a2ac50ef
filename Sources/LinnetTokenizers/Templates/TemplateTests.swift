/// The tests of Jinja: `value is name(…)`.
extension TemplateEvaluator {
    /// Whether `value is name(…)` holds.
    func test(_ name: String, _ value: TemplateValue, _ arguments: TemplateArguments) throws -> Bool {
        if let holds = try kindTest(name, value) {
            _ = try bind(arguments, [], to: name)
            return holds
        }
        if let sign = Self.comparisonTests[name] {
            let parameters = try bind(arguments, ["other"], required: 1, to: name)
            return try compare(value, sign, parameters[0] ?? .none)
        }
        switch name {
        case "sameas":
            let parameters = try bind(arguments, ["other"], required: 1, to: name)
            return try isSame(value, parameters[0] ?? .none)
        case "divisibleby":
            let parameters = try bind(arguments, ["num"], required: 1, to: name)
            return try equal(try combined(value, "%", parameters[0] ?? .none), .integer(0))
        case "odd", "even":
            _ = try bind(arguments, [], to: name)
            return try equal(try combined(value, "%", .integer(2)), .integer(name == "odd" ? 1 : 0))
        default: throw failure("unknown test '\(name.prefix(60))'")
        }
    }

    private static let comparisonTests = [
        "==": "==", "eq": "==", "equalto": "==", "!=": "!=", "ne": "!=", "<": "<", "lt": "<", "lessthan": "<",
        "<=": "<=", "le": "<=", ">": ">", "gt": ">", "greaterthan": ">", ">=": ">=", "ge": ">=", "in": "in",
    ]

    /// The tests that ask for the kind of a value; `nil` for other names.
    private func kindTest(_ name: String, _ value: TemplateValue) throws -> Bool? {
        switch (name, value) {
        case ("defined", _): return !value.isUndefined
        case ("undefined", _): return value.isUndefined
        case ("none", _): return value.isNone
        case ("boolean", .bool), ("string", .string), ("float", .float), ("integer", .integer): return true
        case ("true", .bool(let holds)): return holds
        case ("false", .bool(let holds)): return !holds
        case ("number", _): return value.number != nil
        case ("mapping", .dictionary): return true
        case ("boolean", _), ("string", _), ("float", _), ("integer", _), ("true", _), ("false", _), ("mapping", _):
            return false
        case ("iterable", _):
            switch value {
            case .none, .bool, .integer, .float, .namespace, .macro, .function, .method: return false
            default: return true
            }
        case ("sequence", _):
            switch value {
            case .string, .list, .tuple, .dictionary, .range: return true
            default: return false
            }
        case ("callable", _):
            switch value {
            case .macro, .function, .method, .undefined: return true
            default: return false
            }
        case ("lower", _), ("upper", _):
            let text = try string(value)
            try charge(bytes: text.utf8.count)
            return PythonText.hasCase(text, upper: name == "upper")
        case ("escaped", _): return false
        default: return nil
        }
    }

    /// Python's `is`, for the kinds where it can be told from `==`.
    private func isSame(_ left: TemplateValue, _ right: TemplateValue) throws -> Bool {
        switch (left, right) {
        case (.bool(let a), .bool(let b)): return a == b
        case (.none, .none): return true
        case (.integer(let a), .integer(let b)): return a == b
        case (.string, .string), (.namespace, .namespace), (.macro, .macro), (.loop, .loop):
            return try equal(left, right)
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): return a === b
        default: return false
        }
    }
}
