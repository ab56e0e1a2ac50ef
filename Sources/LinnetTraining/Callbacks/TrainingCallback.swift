/// Something that watches a run: a progress bar, a log, a report.
///
/// A callback only watches; it cannot steer the loop. When one throws (a full disk, say), the run goes on without it
/// and says so.
public protocol TrainingCallback: AnyObject {
    /// Called for every event, on the thread that trains.
    func handle(_ event: TrainingEvent, _ progress: TrainingProgress) throws
}

/// What happens in a run.
public enum TrainingEvent: Sendable {
    /// The run begins, or goes on from the checkpoint at that path.
    case began(resumedFrom: String?)
    /// An optimizer step was applied.
    case stepped
    /// A row was added to the log history.
    case logged(LogEntry)
    /// Part of an evaluation is done.
    case evaluating(done: Int, total: Int)
    /// An evaluation is done; `confusion[label][prediction]` when the metrics include it.
    case evaluated(LogEntry, confusion: [[Int]]?)
    /// A checkpoint was committed to that path.
    case saved(String)
    /// Something a person should know, in one line.
    case noticed(String)
    /// The run is over.
    case ended(TrainingResult)
}

/// How far a run is.
public struct TrainingProgress: Sendable {
    /// The settings of the run.
    public let arguments: TrainingArguments
    /// The number of its steps and epochs.
    public let plan: TrainingPlan
    /// How many numbers are trained.
    public let trainableCount: Int
    /// How many numbers the model has.
    public let parameterCount: Int
    /// Optimizer steps done, those before a resume included.
    public var step = 0
    /// Passes over the data done, with the fraction of the current one.
    public var epoch: Double = 0
    /// Examples seen by this process.
    public var samplesSeen = 0
    /// Tokens seen by this process; nothing is padded, so all of them are real.
    public var tokensSeen = 0
    /// Optimizer steps done by this process.
    public var stepsHere = 0
    /// Seconds since this process began to train.
    public var seconds: Double = 0
    /// The loss of the last step, averaged over its examples.
    public var loss: Double?
    /// Every row logged so far, those before a resume included.
    public var history: [LogEntry] = []
    /// The step of the best evaluation so far.
    public var bestStep: Int?

    /// A run that has not begun.
    public init(arguments: TrainingArguments, plan: TrainingPlan, trainableCount: Int, parameterCount: Int) {
        self.arguments = arguments
        self.plan = plan
        self.trainableCount = trainableCount
        self.parameterCount = parameterCount
    }

    /// Examples per second of this process, or 0 before the first step.
    public var samplesPerSecond: Double { seconds > 0 ? Double(samplesSeen) / seconds : 0 }

    /// Estimated seconds to the end of the run, or nil before the first step.
    public var secondsLeft: Double? {
        guard stepsHere > 0 else { return nil }
        return seconds / Double(stepsHere) * Double(max(0, plan.totalSteps - step))
    }
}
