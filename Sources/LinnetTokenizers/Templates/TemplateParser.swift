/// Builds the statements of a template from its tokens. The grammar is Jinja's with the loop controls and the
/// `generation` tag of Hugging Face; other files (`include`, `import`, `extends`) and blocks are refused.
struct TemplateParser {
    let tokens: [TemplateToken]
    let limits: TemplateLimits
    private(set) var index = 0
    private var depth = 0
    /// Loops around the statement that is read, inside the innermost macro.
    private var loopDepth = 0
    /// The special names that the macros around the expression speak of, innermost last.
    var macroNames: [Set<String>] = []

    /// Reads a whole template.
    static func statements(of text: String, limits: TemplateLimits = .standard) throws -> [TemplateStatement] {
        guard text.utf8.count <= limits.sourceBytes else {
            throw TemplateError(
                .limit, "expected a template of at most \(limits.sourceBytes) bytes, found \(text.utf8.count)")
        }
        var parser = TemplateParser(tokens: try TemplateLexer.tokens(of: text), limits: limits)
        return try parser.body(until: [], of: "template")
    }

    init(tokens: [TemplateToken], limits: TemplateLimits) {
        self.tokens = tokens
        self.limits = limits
    }

    // MARK: Tokens

    private static let end = TemplateToken(kind: .end, place: TemplatePlace(line: 0, column: 0))

    var current: TemplateToken { token(index) }

    func token(_ index: Int) -> TemplateToken { index < tokens.count ? tokens[index] : tokens.last ?? Self.end }

    mutating func advance() { index += 1 }

    func isName(_ name: String) -> Bool { current.kind == .name(name) }

    func isSign(_ sign: String) -> Bool { current.kind == .sign(sign) }

    mutating func take(sign: String) -> Bool {
        guard isSign(sign) else { return false }
        advance()
        return true
    }

    mutating func take(name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func expect(sign: String) throws {
        guard take(sign: sign) else { throw unexpected("'\(sign)'") }
    }

    mutating func expectName() throws -> String {
        guard case .name(let name) = current.kind else { throw unexpected("a name") }
        advance()
        return name
    }

    func unexpected(_ expected: String) -> TemplateError {
        TemplateError(.syntax, at: current.place, "expected \(expected), found \(current.description)")
    }

    /// Goes one level deeper; every recursion of the parser passes here.
    mutating func enter() throws {
        guard depth < limits.nesting else {
            throw TemplateError(.limit, at: current.place, "nested deeper than \(limits.nesting) levels")
        }
        depth += 1
    }

    /// Comes back from `enter`.
    mutating func leave() { depth -= 1 }

    /// Runs `body` one level deeper.
    mutating func nested<Result>(_ body: (inout TemplateParser) throws -> Result) throws -> Result {
        try enter()
        defer { leave() }
        return try body(&self)
    }

    // MARK: Bodies

    /// Reads statements up to a tag named in `ends`, which is left current; at the top up to the end of the template.
    private mutating func body(until ends: [String], of tag: String) throws -> [TemplateStatement] {
        var statements: [TemplateStatement] = []
        while true {
            let place = current.place
            switch current.kind {
            case .text(let text):
                advance()
                statements.append(TemplateStatement(kind: .text(text), place: place))
            case .outputStart:
                advance()
                let value = try tuple()
                guard current.kind == .outputEnd else { throw unexpected("'}}'") }
                advance()
                statements.append(TemplateStatement(kind: .output(value), place: place))
            case .statementStart:
                advance()
                if case .name(let name) = current.kind, ends.contains(name) { return statements }
                statements += try nested { try $0.statement() }
                try expectStatementEnd()
            default:
                guard ends.isEmpty else {
                    let wanted = ends.map { "'{% \($0) %}'" }.joined(separator: " or ")
                    throw unexpected("\(wanted) for '\(tag)'")
                }
                return statements
            }
        }
    }

    private mutating func expectStatementEnd() throws {
        guard current.kind == .statementEnd else { throw unexpected("'%}'") }
        advance()
    }

    /// Reads the rest of an opening tag, its body and the name of the tag that ends it, which it returns.
    private mutating func block(
        _ tag: String, until ends: [String]
    ) throws -> (body: [TemplateStatement], end: String) {
        _ = take(sign: ":")
        try expectStatementEnd()
        let statements = try body(until: ends, of: tag)
        return (statements, try expectName())
    }

    // MARK: Statements

    private mutating func statement() throws -> [TemplateStatement] {
        let place = current.place
        guard case .name(let tag) = current.kind else { throw unexpected("the name of a tag") }
        advance()
        let kind: TemplateStatement.Kind
        switch tag {
        case "if": kind = try condition()
        case "for": kind = try loop()
        case "set": kind = try assignment()
        case "macro":
            let name = try expectName()
            kind = .macro(try macro(named: name, end: "endmacro") { _ in }.macro)
        case "call": kind = try callBlock()
        case "filter":
            let filters = try filterSteps(startsInline: true)
            kind = .filter(filters, body: try block(tag, until: ["endfilter"]).body)
        case "with": kind = try withBlock()
        case "generation": kind = .generation(try outsideLoops { try $0.block(tag, until: ["endgeneration"]).body })
        case "break", "continue":
            guard loopDepth > 0 else {
                throw TemplateError(.syntax, at: place, "'\(tag)' stands outside of a loop")
            }
            kind = tag == "break" ? .breakLoop : .continueLoop
        case "print": return try printed()
        case "include", "import", "from", "extends", "block", "autoescape":
            throw TemplateError(.syntax, at: place, "the tag '\(tag)' is not allowed in a chat template")
        default:
            throw TemplateError(
                .syntax, at: place, "unknown tag \(TemplateToken(kind: .name(tag), place: place).description)")
        }
        return [TemplateStatement(kind: kind, place: place)]
    }

    private mutating func condition() throws -> TemplateStatement.Kind {
        var branches: [TemplateStatement.Branch] = []
        while true {
            let test = try tuple(withConditional: false)
            let (body, end) = try block("if", until: ["elif", "else", "endif"])
            branches.append(TemplateStatement.Branch(test: test, body: body))
            if end == "endif" { return .condition(branches, otherwise: []) }
            if end == "else" { return .condition(branches, otherwise: try block("if", until: ["endif"]).body) }
        }
    }

    private mutating func loop() throws -> TemplateStatement.Kind {
        let target = try target(mayBeAttribute: false, endsAtIn: true)
        guard take(name: "in") else { throw unexpected("'in'") }
        let items = try tuple(withConditional: false, endsAtRecursive: true)
        let test = take(name: "if") ? try expression() : nil
        guard !isName("recursive") else {
            throw TemplateError(.syntax, at: current.place, "recursive loops are not implemented; use a macro")
        }
        loopDepth += 1
        let (body, end) = try block("for", until: ["endfor", "else"])
        loopDepth -= 1
        let otherwise = end == "else" ? try block("for", until: ["endfor"]).body : []
        return .loop(
            TemplateStatement.Loop(target: target, items: items, test: test, body: body, otherwise: otherwise))
    }

    private mutating func assignment() throws -> TemplateStatement.Kind {
        let target = try target(mayBeAttribute: true, endsAtIn: false)
        if take(sign: "=") { return .assignment(target, try tuple()) }
        let filters = try filterSteps(startsInline: false)
        return .capture(target, filters: filters, body: try block("set", until: ["endset"]).body)
    }

    private mutating func withBlock() throws -> TemplateStatement.Kind {
        var values: [(target: TemplateStatement.Target, value: TemplateExpression)] = []
        while current.kind != .statementEnd {
            if !values.isEmpty { try expect(sign: ",") }
            let target = try target(mayBeAttribute: false, endsAtIn: false)
            try expect(sign: "=")
            values.append((target, try expression()))
        }
        return .with(values, body: try block("with", until: ["endwith"]).body)
    }

    private mutating func printed() throws -> [TemplateStatement] {
        var statements: [TemplateStatement] = []
        while current.kind != .statementEnd {
            if !statements.isEmpty { try expect(sign: ",") }
            let place = current.place
            statements.append(TemplateStatement(kind: .output(try expression()), place: place))
        }
        return statements
    }

    private mutating func callBlock() throws -> TemplateStatement.Kind {
        let place = current.place
        let (macro, callee) = try macro(named: "caller", end: "endcall") { try $0.expression() }
        guard case .steps(_, let steps) = callee.kind, case .call? = steps.last?.kind else {
            throw TemplateError(.syntax, at: place, "expected a call after 'call'")
        }
        return .call(macro, callee)
    }

    /// Reads parameters, what `between` reads, and the body of a macro.
    private mutating func macro<Between>(
        named name: String, end: String, between: (inout TemplateParser) throws -> Between
    ) throws -> (macro: TemplateStatement.Macro, between: Between) {
        var parameters: [(name: String, standard: TemplateExpression?)] = []
        macroNames.append([])
        defer { macroNames.removeLast() }
        if end == "endmacro" || isSign("(") {
            try expect(sign: "(")
            while !isSign(")") {
                if !parameters.isEmpty { try expect(sign: ",") }
                let parameter = try expectName()
                let standard = take(sign: "=") ? try expression() : nil
                if standard == nil, parameters.last?.standard != nil {
                    throw TemplateError(
                        .syntax, at: current.place, "a parameter without a default follows one with a default")
                }
                parameters.append((parameter, standard))
            }
            advance()
        }
        let middle = try between(&self)
        let body = try outsideLoops { try $0.block(end == "endmacro" ? "macro" : "call", until: [end]).body }
        let names = macroNames.last ?? []
        let macro = TemplateStatement.Macro(
            name: name, parameters: parameters, body: body, takesMore: names.contains("varargs"),
            takesMoreNamed: names.contains("kwargs"), takesCaller: names.contains("caller"))
        return (macro, middle)
    }

    /// Reads a body in which the loops around it can be neither left nor continued.
    private mutating func outsideLoops<Result>(
        _ body: (inout TemplateParser) throws -> Result
    ) throws -> Result {
        let outer = loopDepth
        loopDepth = 0
        defer { loopDepth = outer }
        return try body(&self)
    }

    // MARK: Targets

    private static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]

    private mutating func target(mayBeAttribute: Bool, endsAtIn: Bool) throws -> TemplateStatement.Target {
        var parts: [TemplateStatement.Target] = []
        var isTuple = false
        while true {
            if (endsAtIn && isName("in")) || isSign("=") || current.kind == .statementEnd || isSign(")") { break }
            parts.append(try singleTarget(mayBeAttribute: mayBeAttribute, endsAtIn: endsAtIn))
            guard take(sign: ",") else { break }
            isTuple = true
        }
        guard let first = parts.first else { throw unexpected("a name to assign to") }
        return isTuple ? .tuple(parts) : first
    }

    private mutating func singleTarget(mayBeAttribute: Bool, endsAtIn: Bool) throws -> TemplateStatement.Target {
        if take(sign: "(") {
            let inner = try nested { try $0.target(mayBeAttribute: mayBeAttribute, endsAtIn: false) }
            try expect(sign: ")")
            return inner
        }
        guard case .name(let name) = current.kind, !Self.constants.contains(name) else {
            throw unexpected("a name to assign to")
        }
        advance()
        guard mayBeAttribute, take(sign: ".") else { return .name(name) }
        return .attribute(name, try expectName())
    }
}
