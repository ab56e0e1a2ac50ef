import Foundation

/// Operators with Python's meaning. Integers have 64 bits; a result that does not fit is an error.
extension TemplateEvaluator {
    /// `left sign right`
    func combined(_ left: TemplateValue, _ sign: String, _ right: TemplateValue) throws -> TemplateValue {
        if sign == "~" { return try made(try string(left) + string(right)) }
        if case .undefined(let reason) = left { throw failure(reason) }
        if sign == "%", case .string(let format) = left { return try formatted(format, right) }
        if case .undefined(let reason) = right { throw failure(reason) }
        if let a = left.wholeNumber, let b = right.wholeNumber { return try integers(a, sign, b) }
        if let a = left.number, let b = right.number { return try floats(a, sign, b) }
        switch (sign, left, right) {
        case ("+", .string(let a), .string(let b)): return try made(a + b)
        case ("+", .list(let a), .list(let b)): return try made(a.items + b.items)
        case ("+", .tuple(let a), .tuple(let b)): return .tuple(try storage(a.items + b.items))
        case ("*", _, _):
            if let count = right.wholeNumber, let value = try repeated(left, count) { return value }
            if let count = left.wholeNumber, let value = try repeated(right, count) { return value }
        default: break
        }
        throw failure("'\(sign)' cannot take '\(left.className)' and '\(right.className)'")
    }

    private func repeated(_ value: TemplateValue, _ count: Int) throws -> TemplateValue? {
        func checked(_ size: Int) throws -> Int {
            let (bytes, overflow) = size.multipliedReportingOverflow(by: max(count, 0))
            try charge(bytes: overflow ? Int.max : bytes)
            return max(count, 0)
        }
        switch value {
        case .string(let text): return .string(String(repeating: text, count: try checked(text.utf8.count)))
        case .list(let list), .tuple(let list):
            // Going through nothing very often takes long too.
            let count = list.items.isEmpty ? 0 : try checked(list.items.count * 32)
            let items = (0..<count).flatMap { _ in list.items }
            if case .list = value { return try made(items) }
            return .tuple(try storage(items))
        default: return nil
        }
    }

    private func integers(_ a: Int, _ sign: String, _ b: Int) throws -> TemplateValue {
        let result: (partialValue: Int, overflow: Bool)
        switch sign {
        case "+": result = a.addingReportingOverflow(b)
        case "-": result = a.subtractingReportingOverflow(b)
        case "*": result = a.multipliedReportingOverflow(by: b)
        case "//", "%":
            guard b != 0 else { throw failure("division by zero") }
            guard b != -1 else {
                result = sign == "%" ? (0, false) : Int(0).subtractingReportingOverflow(a)
                break
            }
            let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
            // Python rounds towards minus infinity; the remainder has the divisor's sign.
            let isBelow = remainder != 0 && (remainder < 0) != (b < 0)
            result = (sign == "%" ? (isBelow ? remainder + b : remainder) : (isBelow ? quotient - 1 : quotient), false)
        case "**" where b >= 0: result = power(a, b)
        default: return try floats(Double(a), sign, Double(b))
        }
        guard !result.overflow else { throw failure("the result of '\(sign)' does not fit an integer of 64 bits") }
        return .integer(result.partialValue)
    }

    private func power(_ base: Int, _ exponent: Int) -> (partialValue: Int, overflow: Bool) {
        if base == 0 || base == 1 { return (exponent == 0 ? 1 : base, false) }
        if base == -1 { return (exponent % 2 == 0 ? 1 : -1, false) }
        guard exponent < 64 else { return (0, true) }
        var value = 1
        for _ in 0..<exponent {
            let (product, overflow) = value.multipliedReportingOverflow(by: base)
            if overflow { return (0, true) }
            value = product
        }
        return (value, false)
    }

    private func floats(_ a: Double, _ sign: String, _ b: Double) throws -> TemplateValue {
        switch sign {
        case "+": return .float(a + b)
        case "-": return .float(a - b)
        case "*": return .float(a * b)
        case "**":
            guard a != 0 || b >= 0 else { throw failure("zero to a negative power") }
            guard a >= 0 || b == b.rounded() else { throw failure("a negative number to a fractional power") }
            let value = pow(a, b)
            guard value.isFinite || !a.isFinite || !b.isFinite else { throw failure("the result of '**' is too large") }
            return .float(value)
        default: break
        }
        guard b != 0 else { throw failure("division by zero") }
        switch sign {
        case "/": return .float(a / b)
        default:
            var remainder = fmod(a, b)
            var quotient = (a - remainder) / b
            if remainder != 0, (remainder < 0) != (b < 0) {
                remainder += b
                quotient -= 1
            } else if remainder == 0 {
                remainder = b < 0 ? -0.0 : 0.0
            }
            guard sign == "//" else { return .float(remainder) }
            let whole = quotient.rounded(.down)
            return .float(quotient - whole > 0.5 ? whole + 1 : whole)
        }
    }

    /// `-value` or `+value`
    func signed(_ value: TemplateValue, isNegative: Bool) throws -> TemplateValue {
        switch value {
        case .undefined(let reason): throw failure(reason)
        case .float(let number): return .float(isNegative ? -number : number)
        default:
            guard let number = value.wholeNumber else {
                throw failure("a value of the kind '\(value.className)' has no sign")
            }
            return isNegative ? try integers(0, "-", number) : .integer(number)
        }
    }

    // MARK: Comparison

    /// Whether `left sign right` holds.
    func compare(_ left: TemplateValue, _ sign: String, _ right: TemplateValue) throws -> Bool {
        switch sign {
        case "==": return try equal(left, right)
        case "!=": return try !equal(left, right)
        case "in": return try contains(right, left)
        case "not in": return try !contains(right, left)
        case "<": return try isBefore(left, right, sign, orEqual: false)
        case "<=": return try isBefore(left, right, sign, orEqual: true)
        case ">": return try isBefore(right, left, sign, orEqual: false)
        default: return try isBefore(right, left, sign, orEqual: true)
        }
    }

    /// Python's `==`.
    func equal(_ left: TemplateValue, _ right: TemplateValue) throws -> Bool {
        if let a = left.wholeNumber, let b = right.wholeNumber { return a == b }
        if let a = left.number, let b = right.number { return a == b }
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let a), .string(let b)):
            try charge(bytes: min(a.utf8.count, b.utf8.count) / 16)
            return PythonText.isSame(a, b)
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
            guard a.items.count == b.items.count else { return false }
            for (one, other) in zip(a.items, b.items) {
                try charge()
                guard try equal(one, other) else { return false }
            }
            return true
        case (.dictionary(let a), .dictionary(let b)):
            guard a.count == b.count else { return false }
            for (key, value) in a.entries {
                try charge()
                guard let key = TemplateKey(key), let other = b[key], try equal(value, other) else { return false }
            }
            return true
        case (.range(let a), .range(let b)):
            return a.count == b.count && (a.count == 0 || (a.start == b.start && (a.count == 1 || a.step == b.step)))
        case (.namespace(let a), .namespace(let b)): return a === b
        case (.macro(let a), .macro(let b)): return a === b
        case (.loop(let a), .loop(let b)): return a === b
        case (.iterator(let a), .iterator(let b)): return a === b
        case (.function(let a), .function(let b)): return a == b
        default: return false
        }
    }

    private func isBefore(
        _ left: TemplateValue, _ right: TemplateValue, _ sign: String, orEqual: Bool
    ) throws -> Bool {
        if let a = left.wholeNumber, let b = right.wholeNumber { return orEqual ? a <= b : a < b }
        if let a = left.number, let b = right.number { return orEqual ? a <= b : a < b }
        switch (left, right) {
        case (.undefined(let reason), _), (_, .undefined(let reason)): throw failure(reason)
        case (.string(let a), .string(let b)):
            try charge(bytes: min(a.utf8.count, b.utf8.count) / 16)
            return orEqual ? !PythonText.isBefore(b, a) : PythonText.isBefore(a, b)
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
            for (one, other) in zip(a.items, b.items) {
                try charge()
                if try !equal(one, other) { return try isBefore(one, other, sign, orEqual: orEqual) }
            }
            return orEqual ? a.items.count <= b.items.count : a.items.count < b.items.count
        default: throw failure("'\(sign)' cannot compare '\(left.className)' and '\(right.className)'")
        }
    }

    /// Whether `left` comes before `right` in a sorted list.
    func isSortedBefore(_ left: TemplateValue, _ right: TemplateValue) throws -> Bool {
        try charge()
        return try isBefore(left, right, "<", orEqual: false)
    }

    /// Python's `item in container`.
    func contains(_ container: TemplateValue, _ item: TemplateValue) throws -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = item else {
                throw failure("expected a text to look for in a text, found '\(item.className)'")
            }
            try charge(bytes: text.utf8.count + part.utf8.count)
            return PythonText.contains(text, part)
        case .dictionary(let dictionary):
            guard let key = TemplateKey(item) else {
                throw failure("a value of the kind '\(item.className)' cannot be a key")
            }
            return dictionary[key] != nil
        case .undefined: return false
        case .none, .bool, .integer, .float, .namespace, .macro, .function, .method:
            throw failure("expected something to look in, found a value of the kind '\(container.className)'")
        default:
            for element in try items(of: container) {
                try charge()
                if try equal(element, item) { return true }
            }
            return false
        }
    }
}
