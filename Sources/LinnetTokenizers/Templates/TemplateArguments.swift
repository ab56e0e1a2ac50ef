/// The evaluated arguments of a call.
struct TemplateArguments {
    var positional: [TemplateValue] = []
    var named: [(name: String, value: TemplateValue)] = []

    /// Takes the named argument `name` out.
    mutating func take(_ name: String) -> TemplateValue? {
        named.firstIndex { $0.name == name }.map { named.remove(at: $0).value }
    }
}

/// Arguments in the order of a callee's parameters.
struct TemplateParameters {
    let callee: String
    let values: [TemplateValue?]
    let evaluator: TemplateEvaluator

    subscript(index: Int) -> TemplateValue? { index < values.count ? values[index] : nil }

    /// The argument as a whole number; `nil` when it is absent or none.
    func integer(_ index: Int) throws -> Int? {
        guard let value = self[index], !value.isNone else { return nil }
        guard let number = value.wholeNumber else { throw wrong(index, "an integer", value) }
        return number
    }

    /// The argument as a text; `nil` when it is absent or none.
    func text(_ index: Int) throws -> String? {
        guard let value = self[index], !value.isNone else { return nil }
        guard case .string(let text) = value else { throw wrong(index, "a text", value) }
        return text
    }

    /// The argument as a test; `standard` when it is absent.
    func bool(_ index: Int, _ standard: Bool = false) -> Bool { self[index]?.isTrue ?? standard }

    private func wrong(_ index: Int, _ expected: String, _ found: TemplateValue) -> TemplateError {
        if case .undefined(let reason) = found { return evaluator.failure(reason) }
        return evaluator.failure(
            "'\(callee)' expected \(expected) as argument \(index + 1), found '\(found.className)'")
    }
}

extension TemplateValue {
    var isNone: Bool {
        guard case .none = self else { return false }
        return true
    }
}

extension TemplateEvaluator {
    /// Puts arguments in the order of the parameters `names`, of which the first `required` must be given.
    func bind(
        _ arguments: TemplateArguments, _ names: [String], required: Int = 0, to callee: String
    ) throws -> TemplateParameters {
        guard arguments.positional.count <= names.count else {
            throw failure("'\(callee)' takes at most \(names.count) arguments, found \(arguments.positional.count)")
        }
        var values: [TemplateValue?] = arguments.positional + Array(repeating: nil, count: names.count)
        values.removeLast(arguments.positional.count)
        for (name, value) in arguments.named {
            guard let index = names.firstIndex(of: name), values[index] == nil else {
                throw failure("'\(callee)' takes no argument '\(name)' here")
            }
            values[index] = value
        }
        for index in 0..<min(required, names.count) where values[index] == nil {
            throw failure("'\(callee)' needs the argument '\(names[index])'")
        }
        return TemplateParameters(callee: callee, values: values, evaluator: self)
    }
}
