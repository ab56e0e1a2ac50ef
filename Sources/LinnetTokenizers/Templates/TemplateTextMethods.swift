/// The methods of Python's `str`.
extension TemplateEvaluator {
    /// Calls a method of a text.
    func call(_ name: String, ofText text: String, _ arguments: TemplateArguments) throws -> TemplateValue {
        try charge(bytes: text.utf8.count)
        if let value = try plainMethod(name, text, arguments) { return value }
        switch name {
        case "strip", "lstrip", "rstrip":
            return try strip(text, arguments, left: name != "rstrip", right: name != "lstrip", callee: name)
        case "split", "rsplit":
            let parameters = try bind(arguments, ["sep", "maxsplit"], to: name)
            let limit = try parameters.integer(1).map { $0 < 0 ? Int.max : $0 } ?? Int.max
            guard let separator = try parameters.text(0) else {
                return try made(PythonText.words(text, limit: limit, fromRight: name == "rsplit").map { .string($0) })
            }
            guard !separator.isEmpty else { throw failure("'\(name)' expected a separator, found an empty text") }
            return try made(
                PythonText.split(text, by: separator, limit: limit, fromRight: name == "rsplit").map { .string($0) })
        case "splitlines":
            let parameters = try bind(arguments, ["keepends"], to: name)
            return try made(PythonText.lines(text, keepingEnds: parameters.bool(0)).map { .string($0) })
        case "startswith", "endswith": return .bool(try touches(text, arguments, atEnd: name == "endswith"))
        case "replace":
            let parameters = try bind(arguments, ["old", "new", "count"], required: 2, to: name)
            guard let old = try parameters.text(0), let new = try parameters.text(1) else {
                throw failure("'replace' needs two texts")
            }
            return try replaced(text, old, new, limit: try parameters.integer(2))
        case "find", "rfind", "index", "rindex", "count": return try search(name, text, arguments)
        case "join":
            let parameters = try bind(arguments, ["iterable"], required: 1, to: name)
            return try joined(try items(of: parameters[0] ?? .none), by: text, onlyTexts: true)
        case "removeprefix", "removesuffix":
            let parameters = try bind(arguments, ["affix"], required: 1, to: name)
            let affix = Array((try parameters.text(0) ?? "").utf8)
            let bytes = Array(text.utf8)
            if name == "removeprefix", bytes.starts(with: affix) {
                return .string(String(decoding: bytes.dropFirst(affix.count), as: UTF8.self))
            }
            if name == "removesuffix", bytes.suffix(affix.count).elementsEqual(affix) {
                return .string(String(decoding: bytes.dropLast(affix.count), as: UTF8.self))
            }
            return .string(text)
        case "zfill", "ljust", "rjust", "center": return try padded(name, text, arguments)
        case "partition", "rpartition":
            let parameters = try bind(arguments, ["sep"], required: 1, to: name)
            guard let separator = try parameters.text(0), !separator.isEmpty else {
                throw failure("'\(name)' expected a separator")
            }
            let isLast = name == "rpartition"
            let parts = PythonText.split(text, by: separator, limit: 1, fromRight: isLast)
            let three = parts.count == 2 ? [parts[0], separator, parts[1]] : isLast ? ["", "", text] : [text, "", ""]
            return .tuple(try storage(three.map { .string($0) }))
        case "format": return try formatted(text, arguments)
        default: throw failure("'str' has no method '\(name)'")
        }
    }

    /// The methods without arguments.
    private func plainMethod(
        _ name: String, _ text: String, _ arguments: TemplateArguments
    ) throws -> TemplateValue? {
        func every(_ accepts: (Unicode.Scalar) -> Bool) -> TemplateValue {
            .bool(!text.isEmpty && text.unicodeScalars.allSatisfy(accepts))
        }
        let value: TemplateValue
        switch name {
        case "upper": value = try made(PythonText.uppercased(text))
        case "lower", "casefold": value = try made(PythonText.lowercased(text))
        case "title": value = try made(PythonText.titled(text))
        case "capitalize": value = try made(PythonText.capitalized(text))
        case "swapcase":
            value = try made(
                text.unicodeScalars.reduce(into: "") {
                    $0 += $1.properties.isUppercase ? $1.properties.lowercaseMapping : $1.properties.uppercaseMapping
                })
        case "isdigit", "isdecimal", "isnumeric":
            value = every {
                switch $0.properties.numericType {
                case .decimal?: return true
                case .digit?: return name != "isdecimal"
                case .numeric?: return name == "isnumeric"
                default: return false
                }
            }
        case "isalpha": value = every { PythonText.isLetter($0) }
        case "isalnum": value = every { PythonText.isLetter($0) || $0.properties.numericType != nil }
        case "isspace": value = every(PythonText.isSpace)
        case "isupper": value = .bool(PythonText.hasCase(text, upper: true))
        case "islower": value = .bool(PythonText.hasCase(text, upper: false))
        default: return nil
        }
        _ = try bind(arguments, [], to: name)
        return value
    }

    /// `strip` and its relatives, also the filter `trim`.
    func strip(
        _ text: String, _ arguments: TemplateArguments, left: Bool, right: Bool, callee: String
    ) throws -> TemplateValue {
        let parameters = try bind(arguments, ["chars"], to: callee)
        guard let characters = try parameters.text(0) else {
            return try made(PythonText.stripped(text, left: left, right: right))
        }
        let set = Set(characters.unicodeScalars)
        return try made(PythonText.stripped(text, left: left, right: right) { set.contains($0) })
    }

    /// `text` with `old` replaced by `new`; the size is checked first.
    func replaced(_ text: String, _ old: String, _ new: String, limit: Int?) throws -> TemplateValue {
        let limit = limit.map { $0 < 0 ? Int.max : $0 } ?? Int.max
        let most = old.isEmpty ? text.utf8.count + 1 : text.utf8.count / old.utf8.count
        let (growth, overflow) = min(limit, most).multipliedReportingOverflow(by: new.utf8.count)
        // A rough bound decides only when it is large; most texts hold few of what is replaced.
        if overflow || growth > 1 << 20 {
            let count =
                old.isEmpty
                ? most : PythonText.split(text, by: old, limit: limit, fromRight: false).count - 1
            let (exact, overflow) = count.multipliedReportingOverflow(by: new.utf8.count)
            try charge(bytes: overflow ? Int.max : exact)
        }
        return try made(PythonText.replaced(text, old, by: new, limit: limit))
    }

    /// Texts with `separator` between them; values of other kinds are written out unless `onlyTexts`.
    func joined(_ items: [TemplateValue], by separator: String, onlyTexts: Bool) throws -> TemplateValue {
        var result = ""
        for (index, item) in items.enumerated() {
            try charge()
            if onlyTexts, item.text == nil {
                throw failure("'join' expected texts, found a value of the kind '\(item.className)'")
            }
            let text = try string(item)
            try charge(bytes: text.utf8.count + separator.utf8.count)
            if index > 0 { result += separator }
            result += text
        }
        return .string(result)
    }

    private func touches(_ text: String, _ arguments: TemplateArguments, atEnd: Bool) throws -> Bool {
        let callee = atEnd ? "endswith" : "startswith"
        let parameters = try bind(arguments, ["affix", "start", "end"], required: 1, to: callee)
        var affixes: [TemplateValue] = []
        if case .tuple(let list)? = parameters[0] { affixes = list.items } else { affixes = [parameters[0] ?? .none] }
        let whole = try range(of: text, try parameters.integer(1), try parameters.integer(2)).map {
            Array($0.text.utf8)
        }
        for affix in affixes {
            guard case .string(let affix) = affix else {
                throw failure("'\(callee)' expected a text or a tuple of texts, found '\(affix.className)'")
            }
            guard let whole else { continue }
            let bytes = Array(affix.utf8)
            if atEnd ? whole.suffix(bytes.count).elementsEqual(bytes) : whole.starts(with: bytes) { return true }
        }
        return false
    }

    /// The part of `text` between two places counted in characters, with the number of characters before it.
    private func range(of text: String, _ start: Int?, _ end: Int?) throws -> (text: String, before: Int)? {
        guard start != nil || end != nil else { return (text, 0) }
        try charge(bytes: text.utf8.count * 4)
        let scalars = Array(text.unicodeScalars)
        func place(_ bound: Int) -> Int { bound < 0 ? max(0, bound &+ scalars.count) : bound }
        let first = place(start ?? 0)
        let last = min(place(end ?? scalars.count), scalars.count)
        guard first <= last else { return nil }
        return (PythonText.string(scalars[first..<last]), first)
    }

    private func search(_ name: String, _ text: String, _ arguments: TemplateArguments) throws -> TemplateValue {
        let parameters = try bind(arguments, ["sub", "start", "end"], required: 1, to: name)
        guard let part = try parameters.text(0) else { throw failure("'\(name)' needs a text") }
        let found = try range(of: text, try parameters.integer(1), try parameters.integer(2))
        let bytes = Array((found?.text ?? "").utf8)
        let partBytes = Array(part.utf8)
        if name == "count" {
            guard let found else { return .integer(0) }
            guard !part.isEmpty else { return .integer(found.text.unicodeScalars.count + 1) }
            return .integer(PythonText.split(found.text, by: part, limit: Int.max, fromRight: false).count - 1)
        }
        let isLast = name.hasPrefix("r")
        let place =
            part.isEmpty
            ? (isLast ? bytes.count : 0)
            : isLast
                ? PythonText.lastPlace(of: partBytes, in: bytes, before: bytes.count)
                : PythonText.firstPlace(of: partBytes, in: bytes)
        guard let place, let found else {
            if name.hasSuffix("find") { return .integer(-1) }
            throw failure("the text does not contain \(PythonText.literal(String(part.prefix(60))))")
        }
        let characters = String(decoding: bytes[..<place], as: UTF8.self).unicodeScalars.count
        return .integer(found.before + characters)
    }

    private func padded(_ name: String, _ text: String, _ arguments: TemplateArguments) throws -> TemplateValue {
        let parameters = try bind(arguments, ["width", "fillchar"], required: 1, to: name)
        let width = try parameters.integer(0) ?? 0
        let fill = try parameters.text(1) ?? (name == "zfill" ? "0" : " ")
        guard fill.unicodeScalars.count == 1 else { throw failure("'\(name)' expected one character to fill with") }
        let missing = width > text.unicodeScalars.count ? width - text.unicodeScalars.count : 0
        try charge(bytes: missing > Int.max / 8 ? Int.max : missing * 4)
        func filling(_ count: Int) -> String { String(repeating: fill, count: count) }
        switch name {
        case "ljust": return try made(text + filling(missing))
        case "rjust": return try made(filling(missing) + text)
        case "center":
            let left = missing / 2 + (missing & width & 1)
            return try made(filling(left) + text + filling(missing - left))
        default:
            let hasSign = text.hasPrefix("-") || text.hasPrefix("+")
            return try made(
                (hasSign ? String(text.prefix(1)) : "") + filling(missing) + text.dropFirst(hasSign ? 1 : 0))
        }
    }
}
