/// The filters of Jinja that chat templates use, and the `tojson` of Hugging Face. Those that concern layout of web
/// pages (`escape`, `urlize`, `xmlattr`, …) are not known.
extension TemplateEvaluator {
    /// `value | name(…)`
    func filter(_ name: String, _ value: TemplateValue, _ arguments: TemplateArguments) throws -> TemplateValue {
        if let result = try textFilter(name, value, arguments) { return result }
        if let result = try numberFilter(name, value, arguments) { return result }
        if let result = try itemFilter(name, value, arguments) { return result }
        if let result = try orderFilter(name, value, arguments) { return result }
        throw failure("unknown filter '\(name.prefix(60))'")
    }

    // MARK: Texts

    private func textFilter(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateArguments
    ) throws -> TemplateValue? {
        switch name {
        case "trim": return try strip(try string(value), arguments, left: true, right: true, callee: name)
        case "string", "safe":
            _ = try bind(arguments, [], to: name)
            return try made(try string(value))
        case "upper", "lower", "capitalize":
            return try call(name, ofText: try string(value), arguments)
        case "title":
            _ = try bind(arguments, [], to: name)
            return try made(wordsTitled(try string(value)))
        case "replace":
            let parameters = try bind(arguments, ["old", "new", "count"], required: 2, to: name)
            return try replaced(
                try string(value), try string(parameters[0] ?? .none), try string(parameters[1] ?? .none),
                limit: try parameters.integer(2))
        case "indent": return try indented(value, arguments)
        case "center":
            let parameters = try bind(arguments, ["width"], to: name)
            let width = TemplateValue.integer(try parameters.integer(0) ?? 80)
            return try call(name, ofText: try string(value), TemplateArguments(positional: [width]))
        case "format":
            guard arguments.named.isEmpty else {
                let members = arguments.named.map { ($0.name, $0.value) }
                return try formatted(try string(value), try made(TemplateDictionary(named: members)))
            }
            return try formatted(try string(value), .tuple(try storage(arguments.positional)))
        case "truncate":
            guard case .string(let text) = value else {
                throw failure("'truncate' expected a text, found '\(value.className)'")
            }
            return try truncated(text, arguments)
        case "wordcount":
            _ = try bind(arguments, [], to: name)
            let text = try string(value)
            try charge(bytes: text.utf8.count)
            func isWord(_ scalar: Unicode.Scalar) -> Bool {
                scalar == "_" || PythonText.isLetter(scalar) || scalar.properties.numericType != nil
            }
            return .integer(text.unicodeScalars.split { !isWord($0) }.count)
        case "tojson": return try json(value, arguments)
        default: return nil
        }
    }

    /// Jinja's `title`: a capital after spaces, hyphens and opening brackets.
    private func wordsTitled(_ text: String) -> String {
        var isAtStart = true
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            let isBreak = PythonText.isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar)
            result += isAtStart ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
            isAtStart = isBreak
        }
    }

    private func indented(_ value: TemplateValue, _ arguments: TemplateArguments) throws -> TemplateValue {
        if case .undefined(let reason) = value { throw failure(reason) }
        let parameters = try bind(arguments, ["width", "first", "blank"], to: "indent")
        guard case .string(let text) = value else {
            throw failure("'indent' expected a text, found '\(value.className)'")
        }
        var indent = "    "
        if case .string(let given)? = parameters[0] {
            indent = given
        } else if let width = try parameters.integer(0) {
            try charge(bytes: max(0, width))
            indent = String(repeating: " ", count: max(0, width))
        }
        let lines = PythonText.lines(text + "\n")
        let (growth, overflow) = indent.utf8.count.multipliedReportingOverflow(by: lines.count)
        try charge(bytes: overflow ? Int.max : growth)
        let isBlankToo = parameters.bool(2)
        let rest = lines.dropFirst().map { isBlankToo || !$0.isEmpty ? indent + $0 : $0 }
        let all = ([lines.first ?? ""] + rest).joined(separator: "\n")
        return try made(parameters.bool(1) ? indent + all : all)
    }

    private func truncated(_ text: String, _ arguments: TemplateArguments) throws -> TemplateValue {
        let parameters = try bind(arguments, ["length", "killwords", "end", "leeway"], to: "truncate")
        try charge(bytes: text.utf8.count * 4)
        let scalars = Array(text.unicodeScalars)
        let end = try parameters.text(2) ?? "..."
        let length = try parameters.integer(0) ?? 255
        let leeway = try parameters.integer(3) ?? 5
        guard length >= end.unicodeScalars.count, leeway >= 0 else {
            throw failure("'truncate' expected a length of at least \(end.unicodeScalars.count)")
        }
        if scalars.count <= leeway || scalars.count - leeway <= length { return try made(text) }
        let kept = PythonText.string(scalars.prefix(length - end.unicodeScalars.count))
        if parameters.bool(1) { return try made(kept + end) }
        return try made(PythonText.split(kept, by: " ", limit: 1, fromRight: true)[0] + end)
    }

    // MARK: Numbers

    private func numberFilter(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateArguments
    ) throws -> TemplateValue? {
        switch name {
        case "int":
            if case .undefined(let reason) = value { throw failure(reason) }
            let parameters = try bind(arguments, ["default", "base"], to: name)
            let base = try parameters.integer(1) ?? 10
            var whole = value.wholeNumber
            var number = value.number
            if case .string(let text) = value {
                whole = PythonNumber.integer(text, base: base)
                number = PythonNumber.float(text)
            }
            if whole == nil, let number, number.isFinite {
                whole = Int(exactly: number.rounded(.towardZero))
                if whole == nil { throw failure("'int' found a number that does not fit 64 bits") }
            }
            return whole.map { .integer($0) } ?? parameters[0] ?? .integer(0)
        case "float":
            if case .undefined(let reason) = value { throw failure(reason) }
            let parameters = try bind(arguments, ["default"], to: name)
            var number = value.number
            if case .string(let text) = value { number = PythonNumber.float(text) }
            return number.map { .float($0) } ?? parameters[0] ?? .float(0)
        case "abs":
            if case .undefined(let reason) = value { throw failure(reason) }
            _ = try bind(arguments, [], to: name)
            if case .float(let number) = value { return .float(number.magnitude) }
            guard let number = value.wholeNumber else {
                throw failure("'abs' expected a number, found '\(value.className)'")
            }
            return number < 0 ? try signed(.integer(number), isNegative: true) : .integer(number)
        case "round": return try rounded(value, arguments)
        default: return nil
        }
    }

    private func rounded(_ value: TemplateValue, _ arguments: TemplateArguments) throws -> TemplateValue {
        if case .undefined(let reason) = value { throw failure(reason) }
        let parameters = try bind(arguments, ["precision", "method"], to: "round")
        let digits = try parameters.integer(0) ?? 0
        let method = try parameters.text(1) ?? "common"
        guard let number = value.number else {
            throw failure("'round' expected a number, found '\(value.className)'")
        }
        guard abs(digits.clamped(-400, 400)) < 300 else { throw failure("'round' expected fewer digits") }
        switch method {
        case "common":
            if let whole = value.wholeNumber, digits >= 0 { return .integer(whole) }
            let result = PythonNumber.rounded(number, digits: digits)
            if value.wholeNumber != nil, let whole = Int(exactly: result) { return .integer(whole) }
            return .float(result)
        case "ceil", "floor":
            // As in Jinja: the scaled number becomes an integer, and the quotient a float.
            let scale = try combined(.integer(10), "**", .integer(digits))
            guard let scaled = try combined(value, "*", scale).number, scaled.isFinite else {
                throw failure("'round' found a number that is not finite")
            }
            return try combined(.float(scaled.rounded(method == "ceil" ? .up : .down)), "/", scale)
        default: throw failure("'round' expected 'common', 'ceil' or 'floor', found \(PythonText.literal(method))")
        }
    }
}

extension Int {
    /// The nearest number between two bounds.
    fileprivate func clamped(_ low: Int, _ high: Int) -> Int { Swift.min(Swift.max(self, low), high) }
}
