extension TemplateEvaluator {
    /// The value of an expression; `caller` is handed to its last call.
    func evaluate(
        _ expression: TemplateExpression, in scope: TemplateScope, caller: TemplateValue? = nil
    ) throws -> TemplateValue {
        switch expression.kind {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .float(let value): return .float(value)
        case .string(let text): return .string(text)
        case .name(let name):
            try charge()
            return scope.value(name) ?? .undefined("'\(name)' is undefined")
        default: return try nested { try evaluateTree(expression, in: scope, caller: caller) }
        }
    }

    private func evaluateTree(
        _ expression: TemplateExpression, in scope: TemplateScope, caller: TemplateValue?
    ) throws -> TemplateValue {
        switch expression.kind {
        case .list(let items): return try made(items.map { try evaluate($0, in: scope) })
        case .tuple(let items): return .tuple(try storage(items.map { try evaluate($0, in: scope) }))
        case .dictionary(let entries):
            let values = try entries.map {
                (key: try evaluate($0.key, in: scope), value: try evaluate($0.value, in: scope))
            }
            place = expression.place
            return try made(TemplateDictionary(values))
        case .arithmetic(let first, let steps): return try evaluate(first, steps, in: scope)
        case .comparison(let first, let steps): return .bool(try holds(first, steps, in: scope))
        case .all(let parts):
            var value = TemplateValue.none
            for part in parts {
                value = try evaluate(part, in: scope)
                if !value.isTrue { break }
            }
            return value
        case .any(let parts):
            var value = TemplateValue.none
            for part in parts {
                value = try evaluate(part, in: scope)
                if value.isTrue { break }
            }
            return value
        case .not(let inner): return .bool(!(try evaluate(inner, in: scope).isTrue))
        case .sign(let inner, let isNegative):
            let value = try evaluate(inner, in: scope)
            place = expression.place
            return try signed(value, isNegative: isNegative)
        case .conditional(let test, let then, let otherwise):
            if try evaluate(test, in: scope).isTrue { return try evaluate(then, in: scope) }
            guard let otherwise else {
                return .undefined("the inline 'if' had no 'else' and its test was false")
            }
            return try evaluate(otherwise, in: scope)
        case .steps(let base, let steps):
            return try apply(steps, to: try evaluate(base, in: scope), in: scope, caller: caller)
        default: return try evaluate(expression, in: scope)
        }
    }

    private func evaluate(
        _ first: TemplateExpression, _ steps: [TemplateExpression.ArithmeticStep], in scope: TemplateScope
    ) throws -> TemplateValue {
        var value = try evaluate(first, in: scope)
        if let sign = steps.first?.sign, sign == "~" {
            // A chain of '~' holds no other operator; it is joined once.
            var text = try string(value)
            for step in steps { text += try string(try evaluate(step.right, in: scope)) }
            place = steps[0].place
            return try made(text)
        }
        for step in steps {
            let right = try evaluate(step.right, in: scope)
            place = step.place
            try charge()
            value = try combined(value, step.sign, right)
        }
        return value
    }

    private func holds(
        _ first: TemplateExpression, _ steps: [TemplateExpression.ComparisonStep], in scope: TemplateScope
    ) throws -> Bool {
        var left = try evaluate(first, in: scope)
        for step in steps {
            let right = try evaluate(step.right, in: scope)
            place = step.place
            try charge()
            guard try compare(left, step.sign, right) else { return false }
            left = right
        }
        return true
    }

    // MARK: Steps after a value

    /// Applies attributes, items, calls, filters and tests from left to right.
    func apply(
        _ steps: [TemplateExpression.Step], to base: TemplateValue, in scope: TemplateScope,
        caller: TemplateValue? = nil
    ) throws -> TemplateValue {
        var value = base
        for (index, step) in steps.enumerated() {
            try charge()
            let isLast = index == steps.count - 1
            value = try apply(step, to: value, in: scope, caller: isLast ? caller : nil)
        }
        return value
    }

    private func apply(
        _ step: TemplateExpression.Step, to value: TemplateValue, in scope: TemplateScope, caller: TemplateValue?
    ) throws -> TemplateValue {
        switch step.kind {
        case .attribute(let name):
            place = step.place
            return try attribute(name, of: value)
        case .item(let index):
            let index = try evaluate(index, in: scope)
            place = step.place
            return try item(index, of: value)
        case .slice(let start, let stop, let stride):
            let start = try start.map { try evaluate($0, in: scope) }
            let stop = try stop.map { try evaluate($0, in: scope) }
            let stride = try stride.map { try evaluate($0, in: scope) }
            place = step.place
            return try slice(value, start: start, stop: stop, stride: stride)
        case .call(let arguments):
            var arguments = try evaluate(arguments, in: scope)
            if let caller { arguments.named.append(("caller", caller)) }
            place = step.place
            return try call(value, arguments)
        case .filter(let name, let arguments):
            let arguments = try evaluate(arguments, in: scope)
            place = step.place
            return try filter(name, value, arguments)
        case .test(let name, let arguments, let isNegated):
            let arguments = try evaluate(arguments, in: scope)
            place = step.place
            return .bool(try test(name, value, arguments) != isNegated)
        }
    }

    private func evaluate(
        _ arguments: TemplateExpression.Arguments, in scope: TemplateScope
    ) throws -> TemplateArguments {
        var values = TemplateArguments()
        guard !arguments.isEmpty else { return values }
        values.positional = try arguments.positional.map { try evaluate($0, in: scope) }
        values.named = try arguments.named.map { ($0.name, try evaluate($0.value, in: scope)) }
        if let spread = arguments.spread {
            values.positional += try items(of: try evaluate(spread, in: scope))
        }
        if let spread = arguments.namedSpread {
            guard case .dictionary(let dictionary) = try evaluate(spread, in: scope) else {
                throw failure("expected a dictionary after '**'")
            }
            for (key, value) in dictionary.entries {
                guard case .string(let name) = key, !values.named.contains(where: { $0.name == name }) else {
                    throw failure("expected new names as the keys of a dictionary after '**'")
                }
                values.named.append((name, value))
            }
        }
        return values
    }

    /// Calls a macro, a function or a method.
    func call(_ callee: TemplateValue, _ arguments: TemplateArguments) throws -> TemplateValue {
        switch callee {
        case .macro(let macro): return try nested { try call(macro, arguments) }
        case .function(let function): return try call(function, arguments)
        case .method(let method): return try call(method.name, of: method.receiver, arguments)
        case .undefined(let reason): throw failure(reason)
        default: throw failure("a value of the kind '\(callee.className)' cannot be called")
        }
    }

    // MARK: Attributes and items

    /// `value.name`: a method or an attribute, else the item under the name.
    func attribute(_ name: String, of value: TemplateValue) throws -> TemplateValue {
        if case .undefined(let reason) = value { throw failure(reason) }
        guard !(name.hasPrefix("__") && name.hasSuffix("__")) else {
            throw failure("access to '\(name.prefix(60))' is not allowed in a chat template")
        }
        if let found = try ownAttribute(name, of: value) { return found }
        if case .dictionary(let dictionary) = value, let item = dictionary[name] { return item }
        return .undefined("'\(value.className) object' has no attribute '\(name)'")
    }

    private func ownAttribute(_ name: String, of value: TemplateValue) throws -> TemplateValue? {
        switch value {
        case .namespace(let namespace): return namespace[name]
        case .loop(let loop): return try loop.attribute(name)
        case .macro(let macro): return name == "name" ? .string(macro.definition.name) : nil
        default: break
        }
        if TemplateMethods.changing(value).contains(name) {
            return .undefined("'\(name)' would change a value, which a chat template may not")
        }
        return TemplateMethods.names(of: value).contains(name) ? .method(TemplateMethod(value, name)) : nil
    }

    /// `value[index]`: an item, else the attribute of that name.
    func item(_ index: TemplateValue, of value: TemplateValue) throws -> TemplateValue {
        if case .undefined(let reason) = value { throw failure(reason) }
        if case .dictionary(let dictionary) = value, let key = TemplateKey(index), let item = dictionary[key] {
            return item
        }
        if let place = index.wholeNumber, let item = try element(place, of: value) { return item }
        guard case .string(let name) = index else {
            return .undefined("'\(value.className) object' has no element \(try literal(index))")
        }
        guard !(name.hasPrefix("__") && name.hasSuffix("__")) else {
            throw failure("access to '\(name.prefix(60))' is not allowed in a chat template")
        }
        return try ownAttribute(name, of: value)
            ?? .undefined("'\(value.className) object' has no attribute \(PythonText.literal(name))")
    }

    private func element(_ index: Int, of value: TemplateValue) throws -> TemplateValue? {
        func place(_ count: Int) -> Int? {
            let place = index < 0 ? index &+ count : index
            return place >= 0 && place < count ? place : nil
        }
        switch value {
        case .list(let list), .tuple(let list): return place(list.items.count).map { list.items[$0] }
        case .range(let range): return place(range.count).map { .integer(range.number(at: $0)) }
        case .string(let text):
            try charge(bytes: text.utf8.count)
            let scalars = text.unicodeScalars
            return place(scalars.count).map {
                .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: $0)]))
            }
        default: return nil
        }
    }

    private func slice(
        _ value: TemplateValue, start: TemplateValue?, stop: TemplateValue?, stride: TemplateValue?
    ) throws -> TemplateValue {
        func bound(_ value: TemplateValue?) throws -> Int? {
            guard let value else { return nil }
            if case .none = value { return nil }
            guard let number = value.wholeNumber else {
                if case .undefined(let reason) = value { throw failure(reason) }
                throw failure("expected integers as the bounds of a slice, found '\(value.className)'")
            }
            return number
        }
        let bounds = (try bound(start), try bound(stop), try bound(stride) ?? 1)
        guard bounds.2 != 0 else { throw failure("the step of a slice must not be zero") }
        func places(_ count: Int) -> [Int] { Self.places(count, bounds.0, bounds.1, bounds.2) }
        switch value {
        case .undefined(let reason): throw failure(reason)
        case .list(let list): return try made(places(list.items.count).map { list.items[$0] })
        case .tuple(let list): return .tuple(try storage(places(list.items.count).map { list.items[$0] }))
        case .range(let range): return try made(places(range.count).map { .integer(range.number(at: $0)) })
        case .string(let text):
            try charge(bytes: text.utf8.count * 8)
            let scalars = Array(text.unicodeScalars)
            return try made(PythonText.string(places(scalars.count).map { scalars[$0] }))
        default: throw failure("a value of the kind '\(value.className)' cannot be sliced")
        }
    }

    /// The places that Python's `[start:stop:step]` takes out of `count`.
    private static func places(_ count: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> [Int] {
        func clamped(_ bound: Int?, _ standard: Int) -> Int {
            guard let bound else { return standard }
            let place = bound < 0 ? bound &+ count : bound
            return step > 0 ? min(max(place, 0), count) : min(max(place, -1), count - 1)
        }
        var places: [Int] = []
        var place = clamped(start, step > 0 ? 0 : count - 1)
        let end = clamped(stop, step > 0 ? count : -1)
        while step > 0 ? place < end : place > end {
            places.append(place)
            let (next, overflow) = place.addingReportingOverflow(step)
            if overflow { break }
            place = next
        }
        return places
    }

    /// What a loop over `value` goes through.
    func items(of value: TemplateValue) throws -> [TemplateValue] {
        switch value {
        case .list(let list), .tuple(let list), .view(_, let list):
            try charge(bytes: list.items.count)
            return list.items
        case .undefined: return []
        case .iterator(let iterator): return iterator.takeAll()
        case .dictionary(let dictionary):
            try charge(bytes: dictionary.count * 32)
            return dictionary.keys
        case .range(let range):
            try charge(bytes: range.count * 32)
            return (0..<range.count).map { .integer(range.number(at: $0)) }
        case .string(let text):
            try charge(bytes: text.utf8.count * 32)
            return text.unicodeScalars.map { .string(String($0)) }
        default: throw failure("expected something to go through, found a value of the kind '\(value.className)'")
        }
    }
}
