/// The key-value pairs of a GGUF file in their order; keys are compared as bytes.
public struct GGUFMetadata: Sendable, ExpressibleByDictionaryLiteral, Sequence {
    /// One pair.
    public typealias Element = (key: String, value: GGUFValue)

    private var pairs: [Element] = []
    private var table = ByteKeyTable(count: 0) { _ in "" }

    /// No pairs.
    public init() {}

    /// These pairs; of a key that is given twice the last value stays, at the first one's place.
    public init(dictionaryLiteral elements: (String, GGUFValue)...) {
        for (key, value) in elements { self[key] = value }
    }

    /// How many pairs there are.
    public var count: Int { pairs.count }

    /// The keys in order.
    public var keys: [String] { pairs.map(\.key) }

    /// The value under `key`; setting a new one adds it at the end, setting `nil` removes the pair.
    public subscript(key: String) -> GGUFValue? {
        get { place(of: key).map { pairs[$0].value } }
        set {
            switch (place(of: key), newValue) {
            case (let place?, let value?): pairs[place].value = value
            case (let place?, nil):
                pairs.remove(at: place)
                table = ByteKeyTable(count: pairs.count) { [pairs] in pairs[$0].key }
            case (nil, let value?): _ = append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// The pairs in order.
    public func makeIterator() -> IndexingIterator<[Element]> { pairs.makeIterator() }

    /// Adds a pair and says whether its key was new; changes nothing when it was not.
    mutating func append(_ key: String, _ value: GGUFValue) -> Bool {
        guard place(of: key) == nil else { return false }
        pairs.append((key, value))
        table.insert(place: pairs.count - 1) { [pairs] in pairs[$0].key }
        return true
    }

    private func place(of key: String) -> Int? { table.place(of: key) { pairs[$0].key } }
}
