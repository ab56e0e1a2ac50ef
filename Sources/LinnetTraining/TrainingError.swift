/// What can stop a training run. Each description is one line: what was expected, what was found, what to do.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// A training argument has a value that makes no sense; `name` is Hugging Face's name of it.
    case invalidArgument(name: String, expected: String, found: String)
    /// A data set has no examples.
    case noExamples(String)
    /// A corpus has not one window of tokens.
    case corpusTooShort(name: String, tokens: Int, context: Int)
    /// A freeze pattern matches no parameter.
    case patternMatchesNothing(String)
    /// Every parameter is frozen.
    case nothingToTrain
    /// The loss, a gradient, or an updated parameter is NaN or infinite; the step was not applied.
    case notFinite(what: String, value: String, step: Int)
    /// The evaluation did not report the metric that chooses the best model.
    case missingMetric(name: String, available: [String])
    /// A checkpoint was made by a run that differs from this one.
    case mismatch(checkpoint: String, field: String, expected: String, found: String)
    /// A checkpoint is incomplete or its bytes have changed.
    case damagedCheckpoint(path: String, reason: String)
    /// There is nothing to resume from.
    case noCheckpoint(directory: String)
    /// A directory or file of the run could not be listed or removed.
    case fileSystem(path: String, reason: String)

    /// The error in one line.
    public var description: String {
        switch self {
        case .invalidArgument(let name, let expected, let found):
            return "\(name): expected \(expected), found \(found)"
        case .noExamples(let what):
            return "\(what): expected at least one example, found none; check the data file"
        case .corpusTooShort(let name, let tokens, let context):
            return "\(name): expected more tokens than the context of \(context), found \(tokens); "
                + "use a longer corpus or a smaller context"
        case .patternMatchesNothing(let pattern):
            return "freeze: pattern \"\(pattern)\" matches no parameter; list the names with `linnet inspect`"
        case .nothingToTrain:
            return "freeze: every parameter is frozen, nothing is left to train; remove a pattern"
        case .notFinite(let what, let value, let step):
            return "step \(step): \(what) is \(value), so the step was not applied; "
                + "lower learning_rate, or check the data and the model's weights"
        case .missingMetric(let name, let available):
            return "metric_for_best_model: the evaluation reports no \"\(name)\"; "
                + "choose one of \(available.sorted().joined(separator: ", "))"
        case .mismatch(let checkpoint, let field, let expected, let found):
            return "\(checkpoint): \(field) was \(expected) when it was saved, now it is \(found); "
                + "restore the old value or start a new run in another output directory"
        case .damagedCheckpoint(let path, let reason):
            return "\(path): damaged checkpoint: \(reason)"
        case .noCheckpoint(let directory):
            return "\(directory): found no usable checkpoint-N directory to resume from; start without resume"
        case .fileSystem(let path, let reason):
            return "\(path): \(reason)"
        }
    }
}
