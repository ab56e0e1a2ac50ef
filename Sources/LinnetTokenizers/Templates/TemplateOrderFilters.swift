/// Filters that sort, group and add up.
extension TemplateEvaluator {
    /// The filters that compare items with each other.
    func orderFilter(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateArguments
    ) throws -> TemplateValue? {
        switch name {
        case "sort":
            let parameters = try bind(arguments, ["reverse", "case_sensitive", "attribute"], to: name)
            let paths = try paths(parameters[2])
            let isExact = parameters.bool(1)
            return try made(
                try sorted(try items(of: value), isReversed: parameters.bool(0)) { item in
                    .list(try self.storage(paths.map { try self.key(item, at: $0, isExact: isExact) }))
                })
        case "dictsort":
            let parameters = try bind(arguments, ["case_sensitive", "by", "reverse"], to: name)
            let by = try parameters.text(1) ?? "key"
            guard case .dictionary(let dictionary) = value, by == "key" || by == "value" else {
                if case .undefined(let reason) = value { throw failure(reason) }
                throw failure("'dictsort' expected a dictionary, and 'key' or 'value' to sort by")
            }
            let isExact = parameters.bool(0)
            return try made(
                try sorted(dictionary.pairs, isReversed: parameters.bool(2)) { pair in
                    try self.key(pair, at: .integer(by == "key" ? 0 : 1), isExact: isExact)
                })
        case "unique":
            let parameters = try bind(arguments, ["case_sensitive", "attribute"], to: name)
            var seen: Set<TemplateKey> = []
            return try madeIterator(
                try items(of: value).filter { item in
                    try charge()
                    let key = try key(item, at: parameters[1] ?? .none, isExact: parameters.bool(0))
                    guard let key = TemplateKey(key) else { throw failure("'unique' found an item it cannot compare") }
                    return seen.insert(key).inserted
                })
        case "min", "max":
            let parameters = try bind(arguments, ["case_sensitive", "attribute"], to: name)
            let path = parameters[1] ?? .none
            var best: (item: TemplateValue, key: TemplateValue)?
            for item in try items(of: value) {
                let key = try key(item, at: path, isExact: parameters.bool(0))
                guard let known = best else {
                    best = (item, key)
                    continue
                }
                let isBetter = try name == "min" ? isSortedBefore(key, known.key) : isSortedBefore(known.key, key)
                if isBetter { best = (item, key) }
            }
            return best?.item ?? .undefined("no aggregated item, the sequence was empty")
        case "sum":
            let parameters = try bind(arguments, ["attribute", "start"], to: name)
            var total = parameters[1] ?? .integer(0)
            if case .string = total { throw failure("'sum' cannot add texts; use 'join'") }
            for item in try items(of: value) {
                try charge()
                let path = parameters[0] ?? .none
                total = try combined(total, "+", path.isNone ? item : try attribute(at: path, of: item))
            }
            return total
        case "batch", "slice": return try madeIterator(try parts(name, value, arguments))
        case "groupby": return try grouped(value, arguments)
        default: return nil
        }
    }

    private func paths(_ value: TemplateValue?) throws -> [TemplateValue] {
        guard case .string(let text)? = value else { return [value ?? .none] }
        return PythonText.split(text, by: ",", limit: Int.max, fromRight: false).map { .string($0) }
    }

    /// What an item is sorted by: the value at `path`, in small letters unless `isExact`.
    private func key(_ item: TemplateValue, at path: TemplateValue, isExact: Bool) throws -> TemplateValue {
        let value = path.isNone ? item : try attribute(at: path, of: item)
        guard case .string(let text) = value, !isExact else { return value }
        return try made(PythonText.lowercased(text))
    }

    /// A stable sort that stops at the first pair that cannot be compared.
    private func sorted(
        _ items: [TemplateValue], isReversed: Bool, key: (TemplateValue) throws -> TemplateValue
    ) throws -> [TemplateValue] {
        let keyed = try items.map { (item: $0, key: try key($0)) }
        // Python reverses without changing the order of equal items.
        return try keyed.sorted {
            isReversed ? try isSortedBefore($1.key, $0.key) : try isSortedBefore($0.key, $1.key)
        }.map(\.item)
    }

    private func parts(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateArguments
    ) throws -> [TemplateValue] {
        let parameters = try bind(arguments, ["count", "fill_with"], required: 1, to: name)
        guard let count = try parameters.integer(0), count > 0 else {
            throw failure("'\(name)' expected a number above zero")
        }
        let items = try items(of: value)
        let fill = parameters[1].flatMap { $0.isNone ? nil : $0 }
        if name == "batch" {
            return try stride(from: 0, to: items.count, by: count).map { start in
                var part = Array(items[start..<min(items.count, start + min(count, items.count - start))])
                if let fill, part.count < count {
                    try charge(bytes: count > Int.max / 32 ? Int.max : count * 32)
                    part += Array(repeating: fill, count: count - part.count)
                }
                return try made(part)
            }
        }
        try charge(bytes: count > Int.max / 32 ? Int.max : count * 32)
        var start = 0
        return try (0..<count).map { index in
            let size = items.count / count + (index < items.count % count ? 1 : 0)
            var part = Array(items[start..<start + size])
            start += size
            if let fill, index >= items.count % count { part.append(fill) }
            return try made(part)
        }
    }

    private func grouped(_ value: TemplateValue, _ arguments: TemplateArguments) throws -> TemplateValue {
        let parameters = try bind(arguments, ["attribute", "default", "case_sensitive"], required: 1, to: "groupby")
        let path = parameters[0] ?? .none
        let standard = parameters[1].flatMap { $0.isNone ? nil : $0 }
        func exactKey(_ item: TemplateValue) throws -> TemplateValue {
            try attribute(at: path, of: item, standard: standard)
        }
        func sortKey(_ item: TemplateValue) throws -> TemplateValue {
            try key(try exactKey(item), at: .none, isExact: parameters.bool(2))
        }
        var groups: [(key: TemplateValue, items: [TemplateValue])] = []
        for item in try sorted(try items(of: value), isReversed: false, key: sortKey) {
            let key = try sortKey(item)
            if let last = groups.last, try equal(last.key, key) {
                groups[groups.count - 1].items.append(item)
            } else {
                groups.append((key, [item]))
            }
        }
        return try made(
            groups.map { group in
                let name = try group.items.first.map(exactKey) ?? group.key
                return .tuple(try storage([name, try made(group.items)]))
            })
    }
}
