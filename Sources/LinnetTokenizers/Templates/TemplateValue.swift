/// A value while a template is rendered, with Python's kinds. Lists and dictionaries do not change once they are made
/// (Hugging Face's sandbox does not let templates change them either); a namespace does.
enum TemplateValue {
    /// What was not there; the text says what, for the error when something is done with it.
    case undefined(String)
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
    case list(TemplateList)
    case tuple(TemplateList)
    case dictionary(TemplateDictionary)
    /// What `keys()`, `values()` and `items()` give.
    case view(String, TemplateList)
    case range(TemplateRange)
    /// What filters like `map` and `select` give: its items can be taken once.
    case iterator(TemplateIterator)
    case namespace(TemplateNamespace)
    case macro(TemplateMacro)
    case function(TemplateFunction)
    /// A method together with the value it belongs to.
    case method(TemplateMethod)
    /// The variable `loop`.
    case loop(TemplateLoop)

    /// How deep lists and dictionaries nest in this value.
    var depth: Int {
        switch self {
        case .list(let list), .tuple(let list), .view(_, let list): return list.depth
        case .dictionary(let dictionary): return dictionary.depth
        case .iterator(let iterator): return iterator.depth
        case .method(let method): return method.receiver.depth + 1
        case .loop(let loop): return loop.depth
        default: return 0
        }
    }

    var isUndefined: Bool {
        guard case .undefined = self else { return false }
        return true
    }

    /// Python's name of the value's class, for messages.
    var className: String {
        switch self {
        case .undefined: return "Undefined"
        case .none: return "NoneType"
        case .bool: return "bool"
        case .integer: return "int"
        case .float: return "float"
        case .string: return "str"
        case .list: return "list"
        case .tuple: return "tuple"
        case .dictionary: return "dict"
        case .view(let name, _): return name
        case .range: return "range"
        case .iterator: return "generator"
        case .namespace: return "Namespace"
        case .macro: return "Macro"
        case .function: return "function"
        case .method: return "method"
        case .loop: return "LoopContext"
        }
    }

    /// Whether the value counts as true in a test, as in Python: not zero, not empty, not undefined.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: return false
        case .bool(let value): return value
        case .integer(let value): return value != 0
        case .float(let value): return value != 0
        case .string(let text): return !text.isEmpty
        case .list(let list), .tuple(let list), .view(_, let list): return !list.items.isEmpty
        case .dictionary(let dictionary): return dictionary.count > 0
        case .range(let range): return range.count > 0
        default: return true
        }
    }

    /// The number when this is an integer or a truth value, which counts as 0 or 1.
    var wholeNumber: Int? {
        switch self {
        case .bool(let value): return value ? 1 : 0
        case .integer(let value): return value
        default: return nil
        }
    }

    /// The number when this is a number or a truth value.
    var number: Double? {
        if case .float(let value) = self { return value }
        return wholeNumber.map { Double($0) }
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }
}

/// The items of a list or a tuple.
final class TemplateList {
    let items: [TemplateValue]
    let depth: Int

    init(_ items: [TemplateValue]) {
        self.items = items
        depth = (items.lazy.map(\.depth).max() ?? 0) + 1
    }
}

/// Whole numbers at even distances.
struct TemplateRange {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    /// The number at `index`, which is below `count`.
    func number(at index: Int) -> Int { start &+ index &* step }
}

/// Items that can be taken once.
final class TemplateIterator {
    private var items: [TemplateValue]
    let depth: Int

    init(_ items: [TemplateValue]) {
        self.items = items
        depth = (items.lazy.map(\.depth).max() ?? 0) + 1
    }

    /// The items that have not been taken.
    func takeAll() -> [TemplateValue] {
        defer { items = [] }
        return items
    }

    /// The next item.
    func takeFirst() -> TemplateValue? {
        items.isEmpty ? nil : items.removeFirst()
    }
}

/// What `namespace(…)` gives: the one kind of value that a template can change.
final class TemplateNamespace {
    private(set) var attributes: [(name: String, value: TemplateValue)] = []

    subscript(name: String) -> TemplateValue? {
        get { attributes.first { PythonText.isSame($0.name, name) }?.value }
        set {
            guard let newValue else { return }
            if let index = attributes.firstIndex(where: { PythonText.isSame($0.name, name) }) {
                attributes[index].value = newValue
            } else {
                attributes.append((name, newValue))
            }
        }
    }

    /// Lets go of everything; namespaces may hold each other.
    func clear() { attributes = [] }
}

/// A macro and the variables around its definition.
final class TemplateMacro {
    let definition: TemplateStatement.Macro
    private(set) var scope: TemplateScope?

    init(_ definition: TemplateStatement.Macro, scope: TemplateScope) {
        self.definition = definition
        self.scope = scope
    }

    /// Lets go of the variables; they may hold the macro itself.
    func clear() { scope = nil }
}

/// A method that was not called at once.
final class TemplateMethod {
    let receiver: TemplateValue
    let name: String

    init(_ receiver: TemplateValue, _ name: String) {
        self.receiver = receiver
        self.name = name
    }
}

/// Variables, and those around them.
final class TemplateScope {
    private var variables: [(name: String, value: TemplateValue)] = []
    let parent: TemplateScope?

    init(parent: TemplateScope?) { self.parent = parent }

    /// Sets a variable of this scope.
    func set(_ name: String, _ value: TemplateValue) {
        if let index = variables.firstIndex(where: { $0.name == name }) {
            variables[index].value = value
        } else {
            variables.append((name, value))
        }
    }

    /// The value of the innermost variable of this name.
    func value(_ name: String) -> TemplateValue? {
        var scope: TemplateScope? = self
        while let here = scope {
            for variable in here.variables where variable.name == name { return variable.value }
            scope = here.parent
        }
        return nil
    }
}
