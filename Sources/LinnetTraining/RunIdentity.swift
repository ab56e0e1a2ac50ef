import LinnetFormats
import LinnetTensors

/// What must be the same for a run to be continued: the model, the data, and every setting that the numbers depend on.
struct RunIdentity: Equatable {
    /// The fields in the order they are compared, as name and value.
    let fields: [Field]

    struct Field: Equatable {
        let name: String
        let value: String
    }

    /// The identity of a run.
    ///
    /// - Parameters:
    ///   - model: the name or directory of the base model.
    ///   - trainable: what is trained.
    ///   - data: the training data.
    ///   - arguments: the settings; how long the run is, and where it logs and saves, may change.
    init(
        model: String, trainable: [Parameter], data: some TrainingData, arguments: TrainingArguments
    ) {
        var fingerprint = CyclicChecksum()
        data.add(to: &fingerprint)
        var names = CyclicChecksum()
        for parameter in trainable { names.update(text: "\(parameter.name)\(parameter.shape)\n") }
        let count = trainable.reduce(0) { $0 + $1.count }
        fields =
            [
                Field(name: "model", value: model),
                Field(name: "trainable parameters", value: "\(count) (\(names.hexadecimal))"),
                Field(name: "training data", value: "\(data.count) examples (\(fingerprint.hexadecimal))"),
            ] + Self.settings(arguments)
    }

    private static let settingNames = [
        "seed", "per_device_train_batch_size", "gradient_accumulation_steps", "train_sampling_strategy",
        "learning_rate", "lr_scheduler_type", "lr_scheduler_kwargs", "warmup_steps", "weight_decay", "adam_beta1",
        "adam_beta2",
        "adam_epsilon", "max_grad_norm", "label_smoothing_factor", "bf16",
    ]

    private static func settings(_ arguments: TrainingArguments) -> [Field] {
        let json = arguments.json
        return settingNames.compactMap { name in
            guard let value = json[name], !value.isNull else { return nil }
            return Field(name: name, value: value.text())
        }
    }

    /// The fields as an object.
    var json: JSON { .object(JSONObject(fields.map { ($0.name, .string($0.value)) })) }

    /// Compares with what a checkpoint holds.
    ///
    /// - Throws: `TrainingError.mismatch` naming the first field that differs.
    func check(against stored: JSON, checkpoint: String) throws {
        for field in fields {
            let value = stored[field.name]?.stringValue ?? "not recorded"
            guard Array(value.utf8) == Array(field.value.utf8) else {
                throw TrainingError.mismatch(
                    checkpoint: checkpoint, field: field.name, expected: value, found: field.value)
            }
        }
    }
}
