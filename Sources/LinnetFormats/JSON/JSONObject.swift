/// The members of a JSON object in the order they were written, looked up by the bytes of their key.
///
/// Up to eight members are searched one by one; above that a hash table (seeded per process, so that crafted keys
/// cannot make it slow) finds a member in constant time: vocabularies have 250,000 of them.
public struct JSONObject: Sendable, ExpressibleByDictionaryLiteral, Sequence {
    /// One member.
    public typealias Element = (key: String, value: JSON)

    private var members: [Element] = []
    private var table: ByteKeyTable?

    /// An object without members.
    public init() {}

    /// An object with these members; of a key that is given twice the last value stays, at the first one's place.
    public init(_ pairs: [(String, JSON)]) {
        members.reserveCapacity(pairs.count)
        for (key, value) in pairs { self[key] = value }
    }

    /// An object with these members; of a key that is given twice the last value stays.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(elements)
    }

    /// How many members there are.
    public var count: Int { members.count }

    /// Whether there is none.
    public var isEmpty: Bool { members.isEmpty }

    /// The keys in order.
    public var keys: [String] { members.map(\.key) }

    /// The value under `key`; setting `nil` removes the member.
    public subscript(key: String) -> JSON? {
        get {
            guard let place = place(of: key) else { return nil }
            return members[place].value
        }
        set {
            switch (place(of: key), newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil):
                members.remove(at: place)
                table = nil
                buildTableIfLarge()
            case (nil, let value?): add(key, value)
            case (nil, nil): break
            }
        }
    }

    /// The members in order.
    public func makeIterator() -> IndexingIterator<[Element]> { members.makeIterator() }

    /// Adds a member and says whether its key was new; changes nothing when it was not.
    mutating func append(_ key: String, _ value: JSON) -> Bool {
        guard place(of: key) == nil else { return false }
        add(key, value)
        return true
    }

    private mutating func add(_ key: String, _ value: JSON) {
        members.append((key, value))
        if table != nil {
            table?.insert(place: members.count - 1) { members[$0].key }
        } else {
            buildTableIfLarge()
        }
    }

    private mutating func buildTableIfLarge() {
        guard members.count > 8 else { return }
        table = ByteKeyTable(count: members.count) { members[$0].key }
    }

    private func place(of key: String) -> Int? {
        guard let table else { return members.firstIndex { $0.key.hasSameBytes(as: key) } }
        return table.place(of: key) { members[$0].key }
    }
}

extension JSONObject: Equatable {
    /// Equal when both have the same keys (as bytes) with equal values, in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.members.allSatisfy { right[$0.key] == $0.value }
    }
}
