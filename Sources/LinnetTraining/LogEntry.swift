import LinnetFormats

/// One row of the log history, with the names of Hugging Face's `trainer_state.json`.
///
/// A training row holds `loss`, `grad_norm` and `learning_rate`; an evaluation row `eval_loss`, `eval_runtime`,
/// `eval_samples_per_second` and `eval_` plus each metric.
public struct LogEntry: Sendable, Equatable {
    /// A named number.
    public struct Value: Sendable, Equatable {
        /// The name, `loss` for example.
        public let name: String
        /// The number.
        public let value: Double

        /// A named number.
        public init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// How many optimizer steps were done.
    public let step: Int
    /// How many passes over the data were done, with the fraction of the current one.
    public let epoch: Double
    /// The numbers, in the order they are shown.
    public let values: [Value]

    /// A row of the log.
    public init(step: Int, epoch: Double, values: [Value]) {
        self.step = step
        self.epoch = epoch
        self.values = values
    }

    /// The number of that name, or nil.
    public subscript(_ name: String) -> Double? { values.first { $0.name == name }?.value }

    /// Whether the row reports an evaluation.
    public var isEvaluation: Bool { values.contains { $0.name.hasPrefix("eval_") } }

    /// The row as an object of `log_history`; a number that is not finite becomes null.
    public var json: JSON {
        var object = JSONObject([("epoch", .number(epoch))])
        for value in values { object[value.name] = value.value.isFinite ? .number(value.value) : .null }
        object["step"] = .integer(Int64(step))
        return .object(object)
    }

    /// Reads an object of `log_history`; nil when step or epoch is missing.
    public init?(json: JSON) {
        guard let object = json.objectValue, let step = object["step"]?.intValue,
            let epoch = object["epoch"]?.doubleValue
        else { return nil }
        self.step = step
        self.epoch = epoch
        values = object.compactMap { member in
            guard member.key != "step", member.key != "epoch" else { return nil }
            return Value(member.key, member.value.doubleValue ?? .nan)
        }
    }
}
