/// One example of a data file.
public struct DataRow: Sendable, Equatable {
    /// The text.
    public var text: String
    /// The second text of a sentence pair.
    public var pair: String?
    /// The label, without surrounding space; a number is written as it is in the file.
    public var label: String?
    /// The line on which the row begins, counted from 1; in a JSON array and in folders the number of the row.
    public var line: Int

    /// Makes a row.
    public init(text: String, pair: String? = nil, label: String? = nil, line: Int) {
        self.text = text
        self.pair = pair
        self.label = label
        self.line = line
    }
}
