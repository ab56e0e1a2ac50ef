/// Filters on lists, dictionaries and other values with items.
extension TemplateEvaluator {
    /// The filters that count, pick and convert.
    func itemFilter(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateArguments
    ) throws -> TemplateValue? {
        switch name {
        case "length", "count":
            _ = try bind(arguments, [], to: name)
            return .integer(try length(of: value))
        case "default", "d":
            let parameters = try bind(arguments, ["default_value", "boolean"], to: name)
            let isMissing = value.isUndefined || (parameters.bool(1) && !value.isTrue)
            return isMissing ? parameters[0] ?? .string("") : value
        case "first":
            _ = try bind(arguments, [], to: name)
            if case .iterator(let iterator) = value {
                return iterator.takeFirst() ?? .undefined("no first item, the sequence was empty")
            }
            return try items(of: value).first ?? .undefined("no first item, the sequence was empty")
        case "last":
            _ = try bind(arguments, [], to: name)
            if case .iterator = value { throw failure("'last' cannot take the result of a filter; use 'list' before") }
            return try items(of: value).last ?? .undefined("no last item, the sequence was empty")
        case "list":
            _ = try bind(arguments, [], to: name)
            return try made(try items(of: value))
        case "items":
            _ = try bind(arguments, [], to: name)
            if value.isUndefined { return try madeIterator([]) }
            guard case .dictionary(let dictionary) = value else {
                throw failure("'items' expected a dictionary, found '\(value.className)'")
            }
            return try madeIterator(dictionary.pairs)
        case "join":
            let parameters = try bind(arguments, ["d", "attribute"], to: name)
            var parts = try items(of: value)
            if let path = parameters[1], !path.isNone { parts = try parts.map { try attribute(at: path, of: $0) } }
            return try joined(parts, by: try string(parameters[0] ?? .string("")), onlyTexts: false)
        case "map": return try madeIterator(try mapped(value, arguments))
        case "select", "reject", "selectattr", "rejectattr":
            let isByAttribute = name.hasSuffix("attr")
            return try madeIterator(
                try selected(value, arguments, isByAttribute: isByAttribute, keeps: name.hasPrefix("select")))
        case "reverse":
            _ = try bind(arguments, [], to: name)
            if case .string(let text) = value { return try made(PythonText.string(text.unicodeScalars.reversed())) }
            return try madeIterator(try items(of: value).reversed())
        case "attr":
            let parameters = try bind(arguments, ["name"], required: 1, to: name)
            guard let attribute = try parameters.text(0) else { throw failure("'attr' needs a name") }
            if case .dictionary(let dictionary) = value, dictionary[attribute] != nil,
                !TemplateMethods.names(of: value).contains(attribute)
            {
                return .undefined("'dict object' has no attribute '\(attribute)'")
            }
            return try self.attribute(attribute, of: value)
        default: return nil
        }
    }

    private func length(of value: TemplateValue) throws -> Int {
        switch value {
        case .undefined: return 0
        case .string(let text):
            try charge(bytes: text.utf8.count)
            return text.unicodeScalars.count
        case .list(let list), .tuple(let list), .view(_, let list): return list.items.count
        case .dictionary(let dictionary): return dictionary.count
        case .range(let range): return range.count
        case .loop(let loop): return try loop.attribute("length")?.wholeNumber ?? 0
        default: throw failure("a value of the kind '\(value.className)' has no length")
        }
    }

    /// The value at a path like `function.name` or `0`.
    func attribute(
        at path: TemplateValue, of value: TemplateValue, standard: TemplateValue? = nil
    ) throws -> TemplateValue {
        guard case .string(let names) = path else { return try item(path, of: value) }
        var value = value
        for name in PythonText.split(names, by: ".", limit: Int.max, fromRight: false) {
            try charge()
            let isIndex = !name.isEmpty && name.utf8.allSatisfy { (0x30...0x39).contains($0) }
            value = try item(isIndex ? Int(name).map { .integer($0) } ?? .string(name) : .string(name), of: value)
            if let standard, value.isUndefined { value = standard }
        }
        return value
    }

    private func mapped(_ value: TemplateValue, _ arguments: TemplateArguments) throws -> [TemplateValue] {
        guard value.isTrue else { return [] }
        var arguments = arguments
        if arguments.positional.isEmpty, let path = arguments.take("attribute") {
            let standard = arguments.take("default")
            guard arguments.named.isEmpty else { throw failure("'map' takes 'attribute' and 'default' only") }
            return try items(of: value).map {
                try attribute(at: path, of: $0, standard: standard?.isNone == true ? nil : standard)
            }
        }
        guard case .string(let name)? = arguments.positional.first else {
            throw failure("'map' expected the name of a filter or 'attribute='")
        }
        arguments.positional.removeFirst()
        return try items(of: value).map { item in
            try charge()
            return try nested { try filter(name, item, arguments) }
        }
    }

    private func selected(
        _ value: TemplateValue, _ arguments: TemplateArguments, isByAttribute: Bool, keeps: Bool
    ) throws -> [TemplateValue] {
        guard value.isTrue else { return [] }
        var arguments = arguments
        var path: TemplateValue?
        if isByAttribute {
            guard !arguments.positional.isEmpty else { throw failure("expected the name of an attribute") }
            path = arguments.positional.removeFirst()
        }
        var testName: String?
        if let name = arguments.positional.first {
            guard case .string(let text) = name else { throw failure("expected the name of a test") }
            testName = text
            arguments.positional.removeFirst()
        }
        return try items(of: value).filter { item in
            try charge()
            let tested = try path.map { try attribute(at: $0, of: item) } ?? item
            let holds = try testName.map { try test($0, tested, arguments) } ?? tested.isTrue
            return holds == keeps
        }
    }
}
