/// How a run ended.
public struct TrainingResult: Sendable, Equatable {
    /// Why a run ended.
    public enum Reason: Sendable, Equatable {
        /// All steps were done.
        case completed
        /// The metric stopped improving.
        case stoppedEarly
        /// Someone asked to stop; the run can go on from that checkpoint.
        case interrupted(checkpoint: String)
    }

    /// Why the run ended.
    public let reason: Reason
    /// Optimizer steps done, those before a resume included.
    public let step: Int
    /// Passes over the data done.
    public let epoch: Double
    /// Seconds this process trained, evaluations and checkpoints included.
    public let seconds: Double
    /// Seconds of those spent in optimizer steps alone.
    public let stepSeconds: Double
    /// Examples this process trained on.
    public let samples: Int
    /// Tokens this process trained on; none is padding.
    public let tokens: Int
    /// The mean loss over the steps of this process, or nil when there were none.
    public let meanLoss: Double?
    /// The best value of the deciding metric, or nil when none decides.
    public let bestMetric: Double?
    /// The step of the best evaluation.
    public let bestStep: Int?
    /// The epoch of the best evaluation: by the deciding metric or, when none decides, by the evaluation loss.
    public let bestEpoch: Double?
    /// The checkpoint of the best evaluation, when one was written.
    public let bestCheckpoint: String?
    /// The last evaluation, or the best one when its model was loaded at the end.
    public let evaluation: LogEntry?
}
