import LinnetFormats
import LinnetTraining

/// What a pretraining run measured: the object that `linnet pretrain --json` prints.
public struct PretrainingSummary: TrainingSummary {
    /// How the run ended, with its counters.
    public let result: TrainingResult
    /// Loss and perplexity of the model that was saved, over the whole validation part; nil after an interruption.
    public let evaluation: LogEntry?
    /// Numbers of the model.
    public let parameters: Int
    /// Tokens the model knows.
    public let vocabularySize: Int
    /// What the finished model writes after the first words of the validation part; nil after an interruption.
    public internal(set) var sample: String?
    /// Directory of the model.
    public let output: String
    /// Most memory the process held, in MiB.
    public let peakMemory: Double

    init(_ result: TrainingResult, evaluation: LogEntry?, parameters: Int, vocabularySize: Int, output: String) {
        self.result = result
        self.evaluation = evaluation
        self.parameters = parameters
        self.vocabularySize = vocabularySize
        self.output = output
        peakMemory = peakMemoryOfProcess()
    }

    /// Mean cross-entropy of a validation token, in nats.
    public var loss: Double? { evaluation?["eval_loss"] }

    /// e to the ``loss``.
    public var perplexity: Double? { evaluation?["eval_perplexity"] }

    /// The numbers under their names in `--json`: the run's counters, and what was measured.
    public var json: JSON {
        var object = result.counters
        object["eval_loss"] = loss.map(JSON.number) ?? .null
        object["eval_perplexity"] = perplexity.map(JSON.number) ?? .null
        object["total_parameters"] = .integer(Int64(parameters))
        object["vocabulary_size"] = .integer(Int64(vocabularySize))
        object["peak_memory_mib"] = .number(peakMemory.rounded())
        object["sample"] = sample.map(JSON.string) ?? .null
        object["output"] = .string(output)
        object["interrupted"] = .bool(result.isInterrupted)
        return .object(object)
    }
}
