/// What a run learns from: examples by number, made when they are needed.
///
/// An array of examples is training data as it stands; a corpus of tokens is data whose examples overlap and are never
/// all in memory.
public protocol TrainingData<Example>: Sendable {
    /// One tokenised example.
    associatedtype Example: TrainingExample

    /// How many examples one pass over the data shows.
    var count: Int { get }

    /// The example of this number: one of those that ``order(_:)`` names, and any below ``count``.
    subscript(_ index: Int) -> Example { get }

    /// The order in which a run sees the examples.
    func order(_ arguments: TrainingArguments) -> DataOrder

    /// Adds everything that decides what is learned, so that a resumed run can tell whether its data has changed.
    func add(to fingerprint: inout CyclicChecksum)
}

extension Array: TrainingData where Element: TrainingExample {
    /// A random permutation, or batches of similar length when the arguments ask for them.
    public func order(_ arguments: TrainingArguments) -> DataOrder {
        arguments.groupByLength
            ? DataOrder(groupingByLength: map(\.tokenCount), batchSize: arguments.batchSize, seed: arguments.seed)
            : DataOrder(count: count, batchSize: arguments.batchSize, seed: arguments.seed)
    }

    /// Adds every example.
    public func add(to fingerprint: inout CyclicChecksum) {
        for example in self { example.add(to: &fingerprint) }
    }
}
