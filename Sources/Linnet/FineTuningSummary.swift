import LinnetFormats
import LinnetTraining

/// What a fine-tuning run measured: the object that `linnet finetune --json` prints.
public struct FineTuningSummary: TrainingSummary {
    /// How the run ended, with its counters.
    public let result: TrainingResult
    /// Evaluation before the first step, if asked for.
    public let before: LogEntry?
    /// Evaluation of the model that was saved.
    public let after: LogEntry?
    /// Numbers that were trained, and of the whole model, as PEFT counts them.
    public let counts: (trainable: Int, total: Int)
    /// Directory of the model.
    public let output: String
    /// The measures that the object always holds, null where there was no evaluation, the most telling first.
    public let measures: [String]
    /// Most memory the process held, in MiB.
    public let peakMemory: Double

    init(
        _ result: TrainingResult, before: LogEntry?, after: LogEntry?, counts: (trainable: Int, total: Int),
        output: String, measures: [String]
    ) {
        self.result = result
        self.before = before
        self.after = after
        self.counts = counts
        self.output = output
        self.measures = measures
        peakMemory = peakMemoryOfProcess()
    }

    /// The numbers under their names in `--json`: the run's counters, and what was measured.
    public var json: JSON {
        var object = result.counters
        object["trainable_parameters"] = .integer(Int64(counts.trainable))
        object["total_parameters"] = .integer(Int64(counts.total))
        object["peak_memory_mib"] = .number(peakMemory.rounded())
        object["output"] = .string(output)
        object["interrupted"] = .bool(result.isInterrupted)
        for value in after?.values ?? [] { object[value.name] = .number(value.value) }
        for name in measures.map({ "eval_" + $0 }) {
            if let value = before?[name] { object[name + "_before"] = .number(value) }
            if object[name] == nil { object[name] = .null }
        }
        return .object(object)
    }
}
