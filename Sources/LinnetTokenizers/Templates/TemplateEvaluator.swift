import Foundation

/// Renders the statements of a template once. Everything it does is counted against `TemplateLimits`; it reaches
/// nothing but the values it was given and the clock.
final class TemplateEvaluator {
    let limits: TemplateLimits
    /// The time that `strftime_now` tells.
    let now: Date
    /// Where the operation stands that is evaluated, for errors.
    var place = TemplatePlace(line: 1, column: 1)

    private let byteLimit: Int
    private var steps = 0
    private var bytes = 0
    private var depth = 0
    /// All that may hold itself, emptied when the rendering ends.
    private var namespaces: [TemplateNamespace] = []
    private var macros: [TemplateMacro] = []

    /// What a body of statements ended with.
    enum Flow { case normal, breakLoop, continueLoop }

    init(limits: TemplateLimits, inputBytes: Int, now: Date) {
        self.limits = limits
        self.now = now
        let (scaled, overflow) = inputBytes.multipliedReportingOverflow(by: 64)
        byteLimit = overflow ? Int.max : max(limits.bytes, limits.bytes / 2 + min(scaled, Int.max / 2))
    }

    /// The text of a template with these variables.
    func render(_ statements: [TemplateStatement], variables: [(String, TemplateValue)]) throws -> String {
        defer {
            for namespace in namespaces { namespace.clear() }
            for macro in macros { macro.clear() }
        }
        let root = TemplateScope(parent: nil)
        for function in TemplateFunction.allCases { root.set(function.rawValue, .function(function)) }
        for (name, value) in variables {
            guard value.depth <= limits.valueDepth else { throw tooDeep() }
            root.set(name, value)
        }
        var output = ""
        _ = try run(statements, in: root, to: &output)
        return output
    }

    // MARK: Bounds

    func failure(_ message: String) -> TemplateError { TemplateError(.evaluation, at: place, message) }

    func limitFailure(_ message: String) -> TemplateError { TemplateError(.limit, at: place, message) }

    private func tooDeep() -> TemplateError {
        limitFailure("lists and dictionaries nested deeper than \(limits.valueDepth) levels")
    }

    /// Counts `count` operations.
    func charge(steps count: Int = 1) throws {
        steps &+= count
        guard steps <= limits.steps else {
            throw limitFailure("the template needs more than \(limits.steps) steps; it may not end")
        }
    }

    /// Counts bytes that are about to be made or searched.
    func charge(bytes count: Int) throws {
        guard count <= byteLimit - bytes else {
            throw limitFailure("the template makes more than \(byteLimit) bytes of text and lists")
        }
        bytes += count
    }

    /// A text that a template made.
    func made(_ text: String) throws -> TemplateValue {
        try charge(bytes: text.utf8.count)
        return .string(text)
    }

    /// The storage of a list that a template made.
    func storage(_ items: [TemplateValue]) throws -> TemplateList {
        try charge(bytes: items.count * 32)
        let list = TemplateList(items)
        guard list.depth <= limits.valueDepth else { throw tooDeep() }
        return list
    }

    /// A list that a template made.
    func made(_ items: [TemplateValue]) throws -> TemplateValue { .list(try storage(items)) }

    /// Items that can be taken once.
    func madeIterator(_ items: [TemplateValue]) throws -> TemplateValue {
        try charge(bytes: items.count * 32)
        let iterator = TemplateIterator(items)
        guard iterator.depth <= limits.valueDepth else { throw tooDeep() }
        return .iterator(iterator)
    }

    /// A dictionary that a template made.
    func made(_ dictionary: TemplateDictionary?) throws -> TemplateValue {
        guard let dictionary else { throw failure("a value of this kind cannot be the key of a dictionary") }
        try charge(bytes: dictionary.count * 64)
        guard dictionary.depth <= limits.valueDepth else { throw tooDeep() }
        return .dictionary(dictionary)
    }

    func makeNamespace() -> TemplateNamespace {
        let namespace = TemplateNamespace()
        namespaces.append(namespace)
        return namespace
    }

    private func makeMacro(_ definition: TemplateStatement.Macro, in scope: TemplateScope) -> TemplateMacro {
        let macro = TemplateMacro(definition, scope: scope)
        macros.append(macro)
        return macro
    }

    /// Runs `body` one level deeper; every recursion of the evaluation passes here.
    func nested<Result>(_ body: () throws -> Result) throws -> Result {
        try charge()
        guard depth < limits.depth else {
            throw limitFailure("evaluation nested deeper than \(limits.depth) levels; a macro may call itself for ever")
        }
        depth += 1
        defer { depth -= 1 }
        return try body()
    }

    // MARK: Statements

    /// Runs statements in order, up to one that leaves the loop around them.
    func run(_ statements: [TemplateStatement], in scope: TemplateScope, to output: inout String) throws -> Flow {
        try charge()
        guard depth < limits.depth else {
            throw limitFailure("evaluation nested deeper than \(limits.depth) levels; a macro may call itself for ever")
        }
        depth += 1
        defer { depth -= 1 }
        for statement in statements {
            try charge()
            let flow = try run(statement, in: scope, to: &output)
            if flow != .normal { return flow }
        }
        return .normal
    }

    private func run(_ statement: TemplateStatement, in scope: TemplateScope, to output: inout String) throws -> Flow {
        place = statement.place
        switch statement.kind {
        case .text(let text): try write(text, to: &output)
        case .output(let expression):
            let value = try evaluate(expression, in: scope)
            place = statement.place
            try write(try string(value), to: &output)
        case .condition(let branches, let otherwise):
            for branch in branches where try evaluate(branch.test, in: scope).isTrue {
                return try run(branch.body, in: scope, to: &output)
            }
            return try run(otherwise, in: scope, to: &output)
        case .loop(let loop): return try run(loop, in: scope, at: statement.place, to: &output)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        case .assignment(let target, let expression):
            let value = try evaluate(expression, in: scope)
            place = statement.place
            try assign(value, to: target, in: scope)
        case .capture(let target, let filters, let body):
            var captured = ""
            let flow = try run(body, in: TemplateScope(parent: scope), to: &captured)
            guard flow == .normal else { return flow }
            let value = try apply(filters, to: .string(captured), in: scope)
            place = statement.place
            try assign(value, to: target, in: scope)
        case .macro(let definition): scope.set(definition.name, .macro(makeMacro(definition, in: scope)))
        case .call(let definition, let callee):
            let value = try evaluate(callee, in: scope, caller: .macro(makeMacro(definition, in: scope)))
            place = statement.place
            try write(try string(value), to: &output)
        case .filter(let filters, let body):
            var captured = ""
            let flow = try run(body, in: TemplateScope(parent: scope), to: &captured)
            guard flow == .normal else { return flow }
            try write(try string(try apply(filters, to: .string(captured), in: scope)), to: &output)
        case .with(let values, let body):
            let inner = TemplateScope(parent: scope)
            for (target, expression) in values {
                try assign(try evaluate(expression, in: scope), to: target, in: inner)
            }
            return try run(body, in: inner, to: &output)
        case .generation(let body): return try run(body, in: TemplateScope(parent: scope), to: &output)
        }
        return .normal
    }

    private func write(_ text: String, to output: inout String) throws {
        try charge(bytes: text.utf8.count)
        output += text
    }

    private func run(
        _ loop: TemplateStatement.Loop, in scope: TemplateScope, at place: TemplatePlace, to output: inout String
    ) throws -> Flow {
        let items = try items(of: try evaluate(loop.items, in: scope))
        let state = TemplateLoop(items)
        if let test = loop.test {
            state.accepts = { [unowned self] item in
                let inner = TemplateScope(parent: scope)
                try self.assign(item, to: loop.target, in: inner)
                return try self.evaluate(test, in: inner).isTrue
            }
        }
        defer { state.accepts = nil }
        // As in Jinja, 'else' runs unless the end of the body was reached once.
        var wasCompleted = false
        while let item = try state.next() {
            try charge()
            let inner = TemplateScope(parent: scope)
            self.place = place
            try assign(item, to: loop.target, in: inner)
            inner.set("loop", .loop(state))
            let flow = try run(loop.body, in: inner, to: &output)
            if flow == .breakLoop { break }
            if flow == .normal { wasCompleted = true }
        }
        return wasCompleted ? .normal : try run(loop.otherwise, in: TemplateScope(parent: scope), to: &output)
    }

    private func assign(_ value: TemplateValue, to target: TemplateStatement.Target, in scope: TemplateScope) throws {
        switch target {
        case .name(let name): scope.set(name, value)
        case .attribute(let name, let attribute):
            guard case .namespace(let namespace) = scope.value(name) ?? .undefined("") else {
                throw failure("expected a namespace to assign '\(attribute)' to, found '\(name)'")
            }
            guard !attribute.hasPrefix("_") else { throw failure("'\(attribute)' begins with '_' and cannot be set") }
            namespace[attribute] = value
        case .tuple(let targets):
            let values = try items(of: value)
            guard values.count == targets.count else {
                throw failure("expected \(targets.count) values to assign, found \(values.count)")
            }
            for (target, value) in zip(targets, values) { try assign(value, to: target, in: scope) }
        }
    }

    // MARK: Macros

    /// What a macro writes.
    func call(_ macro: TemplateMacro, _ arguments: TemplateArguments) throws -> TemplateValue {
        let definition = macro.definition
        guard let outer = macro.scope else { throw failure("the macro '\(definition.name)' is gone") }
        let scope = TemplateScope(parent: outer)
        var named = arguments.named
        for (index, parameter) in definition.parameters.enumerated() {
            if index < arguments.positional.count {
                guard !named.contains(where: { $0.name == parameter.name }) else {
                    throw failure("the macro '\(definition.name)' got two values for '\(parameter.name)'")
                }
                scope.set(parameter.name, arguments.positional[index])
            } else if let given = named.firstIndex(where: { $0.name == parameter.name }) {
                scope.set(parameter.name, named.remove(at: given).value)
            } else if let standard = parameter.standard {
                scope.set(parameter.name, try evaluate(standard, in: scope))
            } else {
                scope.set(parameter.name, .undefined("parameter '\(parameter.name)' was not provided"))
            }
        }
        if definition.takesCaller {
            let caller = named.firstIndex { $0.name == "caller" }.map { named.remove(at: $0).value }
            scope.set("caller", caller ?? .undefined("no caller defined"))
        }
        let more = Array(arguments.positional.dropFirst(definition.parameters.count))
        guard more.isEmpty || definition.takesMore else {
            throw failure("the macro '\(definition.name)' takes at most \(definition.parameters.count) arguments")
        }
        if definition.takesMore { scope.set("varargs", .tuple(try storage(more))) }
        if definition.takesMoreNamed {
            scope.set("kwargs", try made(TemplateDictionary(named: named.map { ($0.name, $0.value) })))
        } else if let unknown = named.first {
            throw failure("the macro '\(definition.name)' takes no argument '\(unknown.name)'")
        }
        var output = ""
        let here = place
        _ = try run(definition.body, in: scope, to: &output)
        place = here
        return .string(output)
    }
}
