/// A tokenised anchor with its positive and any number of negatives, or two texts with a score.
public struct SentenceExample: TrainingExample {
    /// Token ids of each text: the anchor, the positive, the negatives.
    public let columns: [[Int32]]
    /// How alike the first two texts are, where the loss asks for it.
    public let score: Float?

    /// Tokenised texts.
    public init(columns: [[Int32]], score: Float? = nil) {
        self.columns = columns
        self.score = score
    }

    /// Tokens of all its texts.
    public var tokenCount: Int { columns.reduce(0) { $0 + $1.count } }

    /// Adds ids, lengths and score.
    public func add(to fingerprint: inout CyclicChecksum) {
        for ids in columns {
            for value in ids + [Int32(truncatingIfNeeded: ids.count)] {
                withUnsafeBytes(of: value.littleEndian) { fingerprint.update($0) }
            }
        }
        withUnsafeBytes(of: (score ?? .infinity).bitPattern.littleEndian) { fingerprint.update($0) }
    }
}

/// The examples that an encoder of sentences learns from, and whether a batch may hold a text twice.
public struct SentenceExamples: TrainingData {
    private let examples: [SentenceExample]
    /// Number of each text in order of appearance, by example; nil when batches may hold a text twice.
    private let textNumbers: [[Int]]?

    /// Examples in the order of their file.
    ///
    /// - Parameter separatesDuplicates: Whether no two examples of a batch may have a text in common: a text that
    ///   occurs twice would be its own negative.
    public init(_ examples: [SentenceExample], separatesDuplicates: Bool) {
        self.examples = examples
        guard separatesDuplicates else {
            textNumbers = nil
            return
        }
        var numbers: [[Int32]: Int] = [:]
        textNumbers = examples.map { example in
            example.columns.map { ids in
                let number = numbers[ids] ?? numbers.count
                numbers[ids] = number
                return number
            }
        }
    }

    /// How many examples there are.
    public var count: Int { examples.count }

    /// The example of this number.
    public subscript(_ index: Int) -> SentenceExample { examples[index] }

    /// Batches without duplicates if asked for, else those of any other data.
    public func order(_ arguments: TrainingArguments) -> DataOrder {
        textNumbers.map { DataOrder(separating: $0, batchSize: arguments.batchSize, seed: arguments.seed) }
            ?? examples.order(arguments)
    }

    /// Adds every example, and how batches are formed.
    public func add(to fingerprint: inout CyclicChecksum) {
        examples.add(to: &fingerprint)
        if textNumbers != nil { fingerprint.update(text: "no duplicates") }
    }
}
