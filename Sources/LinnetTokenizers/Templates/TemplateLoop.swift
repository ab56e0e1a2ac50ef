/// The state of a `for`: what the variable `loop` tells. Items are tested as late as Jinja does, because a test may
/// depend on what the body changed.
final class TemplateLoop {
    private let items: [TemplateValue]
    private var nextIndex = 0
    private var upcoming: [TemplateValue] = []
    private var knownLength: Int?
    private var lastValues: [TemplateValue]?

    /// The test of the loop; `nil` accepts everything.
    var accepts: ((TemplateValue) throws -> Bool)?
    /// Number of the iteration from 0, −1 before the first.
    private(set) var index = -1
    private var current: TemplateValue?
    private var previous: TemplateValue?
    let depth: Int

    init(_ items: [TemplateValue]) {
        self.items = items
        depth = (items.lazy.map(\.depth).max() ?? 0) + 1
    }

    /// Moves to the next item.
    func next() throws -> TemplateValue? {
        guard let item = upcoming.isEmpty ? try find() : upcoming.removeFirst() else { return nil }
        previous = current
        current = item
        index += 1
        return item
    }

    private func find() throws -> TemplateValue? {
        while nextIndex < items.count {
            let item = items[nextIndex]
            nextIndex += 1
            if try accepts?(item) ?? true { return item }
        }
        return nil
    }

    private func peek() throws -> TemplateValue? {
        if upcoming.isEmpty, let item = try find() { upcoming.append(item) }
        return upcoming.first
    }

    private func length() throws -> Int {
        if let knownLength { return knownLength }
        while let item = try find() { upcoming.append(item) }
        let length = index + 1 + upcoming.count
        knownLength = length
        return length
    }

    /// An attribute of `loop`, or `nil` when there is none of this name.
    func attribute(_ name: String) throws -> TemplateValue? {
        switch name {
        case "index": return .integer(index + 1)
        case "index0": return .integer(index)
        case "first": return .bool(index == 0)
        case "last": return .bool(try peek() == nil)
        case "length": return .integer(try length())
        case "revindex": return .integer(try length() - index)
        case "revindex0": return .integer(try length() - index - 1)
        case "previtem": return previous ?? .undefined("there is no previous item")
        case "nextitem": return try peek() ?? .undefined("there is no next item")
        case "depth": return .integer(1)
        case "depth0": return .integer(0)
        case "cycle", "changed": return .method(TemplateMethod(.loop(self), name))
        default: return nil
        }
    }

    /// Remembers `values` for `loop.changed` and gives those of the call before.
    func exchange(_ values: [TemplateValue]) -> [TemplateValue]? {
        defer { lastValues = values }
        return lastValues
    }
}
