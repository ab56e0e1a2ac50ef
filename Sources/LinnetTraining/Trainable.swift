import LinnetTensors

/// One training example, tokenised.
public protocol TrainingExample: Sendable {
    /// Its length in tokens: what length grouping and speed are measured in.
    var tokenCount: Int { get }
    /// Adds everything that decides what is learned from the example, so that a resumed run can tell whether its data
    /// has changed.
    func add(to fingerprint: inout CyclicChecksum)
}

/// Something with parameters and a loss: what a ``Trainer`` trains.
public protocol Trainable: AnyObject {
    /// One tokenised example.
    associatedtype Example: TrainingExample
    /// Examples put together for one forward pass.
    associatedtype Batch
    /// What the model says about one example in an evaluation, for the metrics.
    associatedtype Output

    /// Every parameter that takes part in the forward pass, frozen ones too; names are unique.
    var parameters: [Parameter] { get }

    /// Freezes the parameters whose names match a pattern, and returns their names.
    func freeze(matching pattern: String) -> [String]

    /// Puts examples together.
    func batch(_ examples: [Example]) throws -> Batch

    /// The number the loss of a batch is divided by to get its mean: examples, or predicted tokens.
    func lossCount(_ batch: Batch) -> Int

    /// The sum of the losses of a batch over `divisor`, a scalar with its graph.
    ///
    /// The divisor is the count of all batches that make one optimizer step, so that gradient accumulation equals the
    /// large batch. Dropout is active.
    func loss(_ batch: Batch, divisor: Int, arguments: TrainingArguments) throws -> Tensor

    /// The sum of the losses of a batch without label smoothing, and the output for each example in order; nothing is
    /// recorded and dropout is off.
    func evaluate(_ batch: Batch, arguments: TrainingArguments) throws -> (lossSum: Double, outputs: [Output])

    /// Writes everything another program needs to use the model into an existing directory.
    func save(to directory: String) throws

    /// Sets every trainable parameter to exactly the values that ``save(to:)`` wrote.
    func restore(from directory: String) throws
}

/// What a metrics closure reports about one evaluation.
public struct EvaluationScores: Sendable {
    /// Numbers by name, without the prefix `eval_`.
    public var values: [String: Double]
    /// `[label][prediction]` counts for the report, when there are classes.
    public var confusion: [[Int]]?

    /// Scores by name, and the confusion matrix if there is one.
    public init(_ values: [String: Double], confusion: [[Int]]? = nil) {
        self.values = values
        self.confusion = confusion
    }
}
