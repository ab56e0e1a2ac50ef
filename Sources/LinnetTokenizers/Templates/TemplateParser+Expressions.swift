extension TemplateParser {
    /// Reads an expression, or several with commas between them, which make a tuple.
    mutating func tuple(
        withConditional: Bool = true, endsAtRecursive: Bool = false, isInParentheses: Bool = false
    ) throws -> TemplateExpression {
        let place = current.place
        var parts: [TemplateExpression] = []
        var isTuple = false
        while true {
            let isEnd = current.kind == .outputEnd || current.kind == .statementEnd || isSign(")")
            if isEnd || (endsAtRecursive && isName("recursive")) { break }
            parts.append(try withConditional ? expression() : alternative())
            guard take(sign: ",") else { break }
            isTuple = true
        }
        if !isTuple, let only = parts.first { return only }
        guard isTuple || isInParentheses else { throw unexpected("an expression") }
        return TemplateExpression(kind: .tuple(parts), place: place)
    }

    /// Reads `a if b else c` and everything that binds closer. Every way from an expression to one inside it passes
    /// here, so this is where nesting is counted.
    mutating func expression() throws -> TemplateExpression {
        try enter()
        defer { leave() }
        let place = current.place
        let value = try alternative()
        guard take(name: "if") else { return value }
        let test = try alternative()
        let otherwise = take(name: "else") ? try expression() : nil
        return TemplateExpression(kind: .conditional(test: test, then: value, otherwise: otherwise), place: place)
    }

    /// Reads `a or b or …`.
    mutating func alternative() throws -> TemplateExpression {
        let place = current.place
        var parts = [try conjunction()]
        while take(name: "or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : TemplateExpression(kind: .any(parts), place: place)
    }

    private mutating func conjunction() throws -> TemplateExpression {
        let place = current.place
        var parts = [try negation()]
        while take(name: "and") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : TemplateExpression(kind: .all(parts), place: place)
    }

    private mutating func negation() throws -> TemplateExpression {
        let place = current.place
        guard take(name: "not") else { return try comparison() }
        return TemplateExpression(kind: .not(try nested { try $0.negation() }), place: place)
    }

    private static let comparisons: Set<String> = ["==", "!=", "<", "<=", ">", ">="]

    private mutating func comparison() throws -> TemplateExpression {
        let place = current.place
        let left = try arithmetic(level: 0)
        var steps: [TemplateExpression.ComparisonStep] = []
        while true {
            let place = current.place
            var sign: String
            if case .sign(let found) = current.kind, Self.comparisons.contains(found) {
                sign = found
            } else if isName("in") {
                sign = "in"
            } else if isName("not"), token(index + 1).kind == .name("in") {
                sign = "not in"
                advance()
            } else {
                break
            }
            advance()
            steps.append(.init(sign: sign, right: try arithmetic(level: 0), place: place))
        }
        return steps.isEmpty ? left : TemplateExpression(kind: .comparison(left, steps), place: place)
    }

    /// The operators from the loosest to the closest; all of them group from the left, `**` too.
    private static let operators: [Set<String>] = [["+", "-"], ["~"], ["*", "/", "//", "%"], ["**"]]

    /// Reads a value and the operators after it that bind at least as close as those of `level`.
    private mutating func arithmetic(level lowest: Int) throws -> TemplateExpression {
        let start = current.place
        var value = try unary(withFilters: true)
        for level in (lowest..<Self.operators.count).reversed() {
            var steps: [TemplateExpression.ArithmeticStep] = []
            while case .sign(let sign) = current.kind, Self.operators[level].contains(sign) {
                let place = current.place
                advance()
                steps.append(.init(sign: sign, right: try arithmetic(level: level + 1), place: place))
            }
            if !steps.isEmpty { value = TemplateExpression(kind: .arithmetic(value, steps), place: start) }
        }
        return value
    }

    private mutating func unary(withFilters: Bool) throws -> TemplateExpression {
        let place = current.place
        let base: TemplateExpression
        if isSign("-") || isSign("+") {
            let isNegative = isSign("-")
            advance()
            base = TemplateExpression(
                kind: .sign(try nested { try $0.unary(withFilters: false) }, isNegative: isNegative), place: place)
        } else {
            base = try primary()
        }
        let steps = try steps(withFilters: withFilters)
        return steps.isEmpty ? base : TemplateExpression(kind: .steps(base, steps), place: place)
    }

    // MARK: Values

    private mutating func primary() throws -> TemplateExpression {
        let place = current.place
        func made(_ kind: TemplateExpression.Kind) -> TemplateExpression {
            TemplateExpression(kind: kind, place: place)
        }
        switch current.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return made(.bool(true))
            case "false", "False": return made(.bool(false))
            case "none", "None": return made(.none)
            default:
                if ["varargs", "kwargs", "caller"].contains(name), !macroNames.isEmpty {
                    macroNames[macroNames.count - 1].insert(name)
                }
                return made(.name(name))
            }
        case .string(var text):
            advance()
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return made(.string(text))
        case .integer(let value):
            advance()
            return made(.integer(value))
        case .float(let value):
            advance()
            return made(.float(value))
        case .sign("("):
            advance()
            let inner = try tuple(isInParentheses: true)
            try expect(sign: ")")
            return inner
        case .sign("["):
            advance()
            return made(.list(try items(until: "]") { try $0.expression() }))
        case .sign("{"):
            advance()
            return made(
                .dictionary(
                    try items(until: "}") { parser in
                        let key = try parser.expression()
                        try parser.expect(sign: ":")
                        return (key, try parser.expression())
                    }))
        default: throw unexpected("an expression")
        }
    }

    /// Reads items with commas between them, and perhaps after the last, up to `end`.
    private mutating func items<Item>(
        until end: String, _ item: (inout TemplateParser) throws -> Item
    ) throws -> [Item] {
        var items: [Item] = []
        while !isSign(end) {
            items.append(try item(&self))
            guard take(sign: ",") else { break }
        }
        try expect(sign: end)
        return items
    }

    // MARK: Attributes, items, calls, filters, tests

    private mutating func steps(withFilters: Bool) throws -> [TemplateExpression.Step] {
        var steps: [TemplateExpression.Step] = []
        var isAfterFilter = false
        while true {
            let place = current.place
            switch current.kind {
            case .sign(".") where !isAfterFilter:
                advance()
                if case .integer(let index) = current.kind {
                    advance()
                    let index = TemplateExpression(kind: .integer(index), place: place)
                    steps.append(.init(kind: .item(index), place: place))
                } else {
                    steps.append(.init(kind: .attribute(try expectName()), place: place))
                }
            case .sign("[") where !isAfterFilter:
                advance()
                steps.append(.init(kind: try subscripted(), place: place))
                try expect(sign: "]")
            case .sign("("): steps.append(.init(kind: .call(try arguments()), place: place))
            case .sign("|") where withFilters:
                steps += try filterSteps(startsInline: false)
                isAfterFilter = true
            case .name("is") where withFilters:
                steps.append(try test())
                isAfterFilter = true
            default: return steps
            }
        }
    }

    private mutating func subscripted() throws -> TemplateExpression.Step.Kind {
        var parts: [TemplateExpression?] = []
        var isSlice = false
        while !isSign("]") {
            if isSign(":") {
                parts.append(nil)
            } else {
                parts.append(try expression())
            }
            guard take(sign: ":") else { break }
            isSlice = true
            guard parts.count < 3 else { throw unexpected("']'") }
        }
        guard isSlice else {
            guard let index = parts.first ?? nil else { throw unexpected("an index") }
            guard isSign(",") else { return .item(index) }
            var items = [index]
            while take(sign: ",") { items.append(try expression()) }
            return .item(TemplateExpression(kind: .tuple(items), place: index.place))
        }
        func part(_ index: Int) -> TemplateExpression? { index < parts.count ? parts[index] : nil }
        return .slice(part(0), part(1), part(2))
    }

    private mutating func arguments() throws -> TemplateExpression.Arguments {
        var arguments = TemplateExpression.Arguments()
        advance()
        while !isSign(")") {
            let place = current.place
            if take(sign: "**") {
                guard arguments.namedSpread == nil else { throw unexpected("one '**' argument") }
                arguments.namedSpread = try expression()
            } else if take(sign: "*") {
                guard arguments.spread == nil, arguments.namedSpread == nil else {
                    throw unexpected("one '*' argument")
                }
                arguments.spread = try expression()
            } else if case .name(let name) = current.kind, token(index + 1).kind == .sign("=") {
                advance()
                advance()
                guard !arguments.named.contains(where: { $0.name == name }) else {
                    throw TemplateError(.syntax, at: place, "the argument '\(name)' is given twice")
                }
                arguments.named.append((name, try expression()))
            } else {
                guard arguments.named.isEmpty, arguments.spread == nil, arguments.namedSpread == nil else {
                    throw unexpected("a named argument after named ones")
                }
                arguments.positional.append(try expression())
            }
            guard take(sign: ",") else { break }
        }
        try expect(sign: ")")
        return arguments
    }

    private mutating func dottedName() throws -> String {
        var name = try expectName()
        while take(sign: ".") { name += "." + (try expectName()) }
        return name
    }

    /// Reads `| filter(…) | filter …`; with `startsInline` the first one has no `|`.
    mutating func filterSteps(startsInline: Bool) throws -> [TemplateExpression.Step] {
        var steps: [TemplateExpression.Step] = []
        while (startsInline && steps.isEmpty) || take(sign: "|") {
            let place = current.place
            let name = try dottedName()
            let arguments = isSign("(") ? try arguments() : TemplateExpression.Arguments()
            steps.append(.init(kind: .filter(name, arguments), place: place))
        }
        return steps
    }

    private mutating func test() throws -> TemplateExpression.Step {
        let place = current.place
        advance()
        let isNegated = take(name: "not")
        let name = try dottedName()
        var arguments = TemplateExpression.Arguments()
        if isSign("(") {
            arguments = try self.arguments()
        } else if startsTestArgument {
            guard !isName("is") else { throw unexpected("no second test after 'is'") }
            let place = current.place
            let base = try primary()
            let steps = try steps(withFilters: false)
            arguments.positional = [
                steps.isEmpty ? base : TemplateExpression(kind: .steps(base, steps), place: place)
            ]
        }
        return .init(kind: .test(name, arguments, isNegated: isNegated), place: place)
    }

    private var startsTestArgument: Bool {
        switch current.kind {
        case .name(let name): return !["else", "or", "and"].contains(name)
        case .string, .integer, .float, .sign("["), .sign("{"): return true
        default: return false
        }
    }
}
