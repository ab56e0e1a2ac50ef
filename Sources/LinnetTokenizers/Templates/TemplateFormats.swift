import Foundation

/// Python's two ways of putting values into a text: `'%s' % value` and `'{}'.format(value)`.
extension TemplateEvaluator {
    /// Widths and precisions above this are refused.
    private static let widest = 1_000

    /// `format % value`
    func formatted(_ format: String, _ value: TemplateValue) throws -> TemplateValue {
        var values: [TemplateValue] = [value]
        if case .tuple(let list) = value { values = list.items }
        var next = 0
        func take() throws -> TemplateValue {
            guard next < values.count else { throw failure("'%' expected more values for its format") }
            next += 1
            return values[next - 1]
        }
        var result = ""
        var usedName = false
        var scalars = format.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var named: TemplateValue?
            if scalars.first == "(" {
                let name = scalars.dropFirst().prefix { $0 != ")" }
                scalars = scalars.dropFirst(name.count + 2)
                guard case .dictionary(let dictionary) = value, let item = dictionary[String(name)] else {
                    throw failure("'%' expected a dictionary with \(PythonText.literal(String(name.prefix(60))))")
                }
                named = item
                usedName = true
            }
            let flags = scalars.prefix { "-+ 0#".unicodeScalars.contains($0) }
            scalars = scalars.dropFirst(flags.count)
            let width = try size(&scalars)
            var precision: Int?
            if scalars.first == "." {
                scalars.removeFirst()
                precision = try size(&scalars) ?? 0
            }
            guard let kind = scalars.popFirst() else { throw failure("'%' found an incomplete format") }
            if kind == "%" {
                result += "%"
                continue
            }
            let text = try converted(try named ?? take(), kind, precision: precision, flags: flags.map { $0 })
            result += padded(
                text, width: width ?? 0, flags: flags.map { $0 }, isText: "sra".unicodeScalars.contains(kind))
            try charge(bytes: text.utf8.count + (width ?? 0))
        }
        if next < values.count, !usedName {
            // As in Python, a value that could be a mapping may stay unused.
            switch value {
            case .dictionary, .list, .range, .undefined: break
            default: throw failure("'%' found more values than its format takes")
            }
        }
        return try made(result)
    }

    private func size(_ scalars: inout Substring.UnicodeScalarView) throws -> Int? {
        let digits = scalars.prefix { ("0"..."9").contains($0) }
        scalars = scalars.dropFirst(digits.count)
        guard !digits.isEmpty else { return nil }
        guard let size = Int(String(digits)), size <= Self.widest else {
            throw limitFailure("a width above \(Self.widest) in a format")
        }
        return size
    }

    private func converted(
        _ value: TemplateValue, _ kind: Unicode.Scalar, precision: Int?, flags: [Unicode.Scalar]
    ) throws -> String {
        func positive(_ text: String) -> String {
            guard !text.hasPrefix("-") else { return text }
            return flags.contains("+") ? "+" + text : flags.contains(" ") ? " " + text : text
        }
        switch kind {
        case "s", "r", "a":
            let text = kind == "s" ? try string(value) : try literal(value)
            return precision.map { PythonText.string(text.unicodeScalars.prefix($0)) } ?? text
        case "d", "i", "u", "x", "X", "o":
            if case .undefined(let reason) = value { throw failure(reason) }
            let isDecimal = "diu".unicodeScalars.contains(kind)
            let truncated: Int? = isDecimal ? value.number.flatMap { Int(exactly: $0.rounded(.towardZero)) } : nil
            guard let number = value.wholeNumber ?? truncated else {
                throw failure("'%\(kind)' expected a number, found '\(value.className)'")
            }
            let text = String(number, radix: isDecimal ? 10 : kind == "o" ? 8 : 16, uppercase: kind == "X")
            let sign = text.hasPrefix("-") ? "-" : ""
            let digits = text.dropFirst(sign.count)
            return positive(sign + String(repeating: "0", count: max(0, (precision ?? 0) - digits.count)) + digits)
        case "f", "F", "e", "E", "g", "G":
            if case .undefined(let reason) = value { throw failure(reason) }
            guard let number = value.number else {
                throw failure("'%\(kind)' expected a number, found '\(value.className)'")
            }
            return positive(String(format: "%.\(precision ?? 6)\(kind)", number))
        default: throw failure("'%\(kind)' is not implemented")
        }
    }

    private func padded(_ text: String, width: Int, flags: [Unicode.Scalar], isText: Bool) -> String {
        let missing = max(0, width - text.unicodeScalars.count)
        if flags.contains("-") { return text + String(repeating: " ", count: missing) }
        guard flags.contains("0"), !isText else { return String(repeating: " ", count: missing) + text }
        let hasSign = text.hasPrefix("-") || text.hasPrefix("+") || text.hasPrefix(" ")
        return text.prefix(hasSign ? 1 : 0) + String(repeating: "0", count: missing) + text.dropFirst(hasSign ? 1 : 0)
    }

    /// `format.format(…)` with plain fields: `{}`, `{0}` and `{name}`.
    func formatted(_ format: String, _ arguments: TemplateArguments) throws -> TemplateValue {
        var result = ""
        var next = 0
        var scalars = format.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "{" || scalar == "}" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if scalars.first == scalar {
                scalars.removeFirst()
                result.unicodeScalars.append(scalar)
                continue
            }
            let field = String(scalars.prefix { $0 != "}" })
            guard scalar == "{", field.unicodeScalars.count < scalars.count else {
                throw failure("'format' found a single '\(scalar)'")
            }
            scalars = scalars.dropFirst(field.unicodeScalars.count + 1)
            let value: TemplateValue?
            if field.isEmpty || Int(field) != nil {
                let index = Int(field) ?? next
                if field.isEmpty { next += 1 }
                value = index >= 0 && index < arguments.positional.count ? arguments.positional[index] : nil
            } else {
                value = arguments.named.first { PythonText.isSame($0.name, field) }?.value
            }
            guard let value else {
                throw failure(
                    "'format' has no value for the field '{\(field.prefix(60))}'; only plain fields are known")
            }
            let text = try string(value)
            try charge(bytes: text.utf8.count)
            result += text
        }
        return try made(result)
    }
}
