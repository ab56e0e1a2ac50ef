/// A dictionary in the order in which its keys were added. Keys are compared as Python does: texts by their bytes, and
/// `1`, `1.0` and `true` are the same key.
struct TemplateDictionary {
    private final class Storage {
        var entries: [(key: TemplateValue, value: TemplateValue)] = []
        /// Places of the keys, when there are many.
        var places: [TemplateKey: Int] = [:]
        var depth = 1
    }

    private let storage = Storage()

    /// Fewer entries than this are searched one by one.
    private static let mostWithoutTable = 8

    /// A dictionary of these entries; of equal keys the last value stays, at the place of the first.
    ///
    /// `nil` when a key is of a kind that cannot be one.
    init?(_ entries: [(key: TemplateValue, value: TemplateValue)]) {
        for entry in entries {
            guard let key = TemplateKey(entry.key) else { return nil }
            storage.depth = max(storage.depth, entry.value.depth + 1, entry.key.depth + 1)
            if let place = place(key) {
                storage.entries[place].value = entry.value
            } else {
                storage.entries.append(entry)
                index()
            }
        }
    }

    /// A dictionary with texts as keys.
    init(named entries: [(String, TemplateValue)]) {
        for (name, value) in entries {
            storage.depth = max(storage.depth, value.depth + 1)
            if let place = place(.text(Array(name.utf8))) {
                storage.entries[place].value = value
            } else {
                storage.entries.append((.string(name), value))
                index()
            }
        }
    }

    var entries: [(key: TemplateValue, value: TemplateValue)] { storage.entries }
    var keys: [TemplateValue] { storage.entries.map(\.key) }
    var values: [TemplateValue] { storage.entries.map(\.value) }
    var count: Int { storage.entries.count }
    var depth: Int { storage.depth }

    /// The keys and values in pairs.
    var pairs: [TemplateValue] { storage.entries.map { .tuple(TemplateList([$0.key, $0.value])) } }

    /// The value under `key`.
    subscript(key: TemplateKey) -> TemplateValue? { place(key).map { storage.entries[$0].value } }

    /// The value under a text.
    subscript(name: String) -> TemplateValue? {
        guard storage.places.isEmpty else { return self[.text(Array(name.utf8))] }
        for entry in storage.entries {
            if case .string(let key) = entry.key, PythonText.isSame(key, name) { return entry.value }
        }
        return nil
    }

    private func place(_ key: TemplateKey) -> Int? {
        guard storage.places.isEmpty else { return storage.places[key] }
        return storage.entries.firstIndex { TemplateKey($0.key) == key }
    }

    /// Puts the last entry into the table, or makes the table.
    private func index() {
        let entries = storage.entries
        guard entries.count > Self.mostWithoutTable else { return }
        let first = storage.places.isEmpty ? 0 : entries.count - 1
        for place in first..<entries.count {
            if let key = TemplateKey(entries[place].key) { storage.places[key] = place }
        }
    }
}

/// A value as the key of a dictionary.
enum TemplateKey: Hashable {
    case undefined
    case none
    case integer(Int)
    case float(UInt64)
    case text([UInt8])
    case tuple([TemplateKey])
    case object(ObjectIdentifier)

    /// Most parts of a tuple that is a key; parts may be shared, and a small value may stand for a vast tree.
    private static let mostParts = 1_000

    /// `nil` for kinds that Python cannot hash, and for vast tuples.
    init?(_ value: TemplateValue) {
        var parts = 0
        self.init(value, parts: &parts)
    }

    private init?(_ value: TemplateValue, parts: inout Int) {
        parts += 1
        guard parts <= Self.mostParts else { return nil }
        switch value {
        case .undefined: self = .undefined
        case .none: self = .none
        case .bool(let value): self = .integer(value ? 1 : 0)
        case .integer(let value): self = .integer(value)
        case .float(let value): self = Int(exactly: value).map { .integer($0) } ?? .float(value.bitPattern)
        case .string(let text): self = .text(Array(text.utf8))
        case .tuple(let list):
            var keys: [TemplateKey] = []
            for item in list.items {
                guard let key = TemplateKey(item, parts: &parts) else { return nil }
                keys.append(key)
            }
            self = .tuple(keys)
        case .namespace(let namespace): self = .object(ObjectIdentifier(namespace))
        case .macro(let macro): self = .object(ObjectIdentifier(macro))
        default: return nil
        }
    }
}
