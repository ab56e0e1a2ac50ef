/// A map from Unicode scalars to sequences of scalars, found by binary search.
struct ScalarMap: Sendable {
    private let keys: [UInt32]
    private let starts: [Int]
    private let values: [UInt32]

    init(_ table: StaticString) {
        var keys: [UInt32] = []
        var starts: [Int] = [0]
        var values: [UInt32] = []
        UnicodeTableReader.forEachWord(of: table) { word in
            keys.append(word.first)
            values.append(contentsOf: word.values)
            starts.append(values.count)
        }
        self.keys = keys
        self.starts = starts
        self.values = values
    }

    /// Every key, ascending.
    var scalars: [UInt32] { keys }

    /// The image of `scalar`, or `nil` when the map has none.
    func image(of scalar: UInt32) -> ArraySlice<UInt32>? {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) >> 1
            if keys[middle] < scalar { low = middle + 1 } else { high = middle }
        }
        guard low < keys.count, keys[low] == scalar else { return nil }
        return values[starts[low]..<starts[low + 1]]
    }
}
