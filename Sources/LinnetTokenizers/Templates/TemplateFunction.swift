/// The functions that a chat template finds beside its variables.
enum TemplateFunction: String, CaseIterable {
    case range
    case namespace
    case dictionary = "dict"
    case raiseException = "raise_exception"
    case currentTime = "strftime_now"
}

extension TemplateEvaluator {
    /// Calls a function.
    func call(_ function: TemplateFunction, _ arguments: TemplateArguments) throws -> TemplateValue {
        switch function {
        case .range: return try range(arguments)
        case .namespace:
            let namespace = makeNamespace()
            for (name, value) in try members(arguments, of: "namespace") {
                guard !name.hasPrefix("_") else { throw failure("'\(name)' begins with '_' and cannot be set") }
                namespace[name] = value
            }
            return .namespace(namespace)
        case .dictionary: return try made(TemplateDictionary(named: try members(arguments, of: "dict")))
        case .raiseException:
            let parameters = try bind(arguments, ["message"], required: 1, to: "raise_exception")
            throw TemplateError(.raised, at: place, try string(parameters[0] ?? .none))
        case .currentTime:
            let parameters = try bind(arguments, ["format"], required: 1, to: "strftime_now")
            guard let format = try parameters.text(0) else { throw failure("'strftime_now' needs a text") }
            try charge(bytes: format.utf8.count * 32)
            return try made(DateText.text(now, format: format))
        }
    }

    private func range(_ arguments: TemplateArguments) throws -> TemplateValue {
        let parameters = try bind(arguments, ["start", "stop", "step"], required: 1, to: "range")
        guard let first = try parameters.integer(0) else { throw failure("'range' needs integers") }
        let second = try parameters.integer(1)
        let (start, stop) = second.map { (first, $0) } ?? (0, first)
        let step = try parameters.integer(2) ?? 1
        guard step != 0 else { throw failure("the step of 'range' must not be zero") }
        let (distance, overflow) =
            step > 0
            ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
        let isEmpty = step > 0 ? stop <= start : stop >= start
        guard !isEmpty else { return .range(TemplateRange(start: start, stop: stop, step: step, count: 0)) }
        let stride = step.magnitude
        let count = overflow ? UInt.max : (UInt(distance) - 1) / stride + 1
        guard count <= UInt(limits.range) else {
            throw limitFailure("a range of more than \(limits.range) numbers")
        }
        return .range(TemplateRange(start: start, stop: stop, step: step, count: Int(count)))
    }

    /// The members that `namespace(…)` and `dict(…)` are given: a dictionary or pairs, and named ones.
    private func members(_ arguments: TemplateArguments, of callee: String) throws -> [(String, TemplateValue)] {
        guard arguments.positional.count <= 1 else { throw failure("'\(callee)' takes one dictionary at most") }
        var members: [(String, TemplateValue)] = []
        if let first = arguments.positional.first {
            var entries: [(key: TemplateValue, value: TemplateValue)] = []
            if case .dictionary(let dictionary) = first {
                entries = dictionary.entries
            } else {
                for pair in try items(of: first) {
                    let parts = try items(of: pair)
                    guard parts.count == 2 else { throw failure("'\(callee)' expected pairs") }
                    entries.append((parts[0], parts[1]))
                }
            }
            for entry in entries {
                guard case .string(let name) = entry.key else { throw failure("'\(callee)' expected texts as keys") }
                members.append((name, entry.value))
            }
        }
        return members + arguments.named.map { ($0.name, $0.value) }
    }
}
