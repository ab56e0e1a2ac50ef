import LinnetFormats

extension TrainingArguments {
    /// The arguments under Hugging Face's names, as they are saved with a checkpoint.
    public var json: JSON {
        let warmupSteps: JSON =
            switch warmup {
            case .steps(let count): .integer(Int64(count))
            case .ratio(let share): .number(share)
            }
        return .object([
            "output_dir": .string(output), "num_train_epochs": .number(epochs),
            "max_steps": .integer(Int64(maxSteps ?? -1)), "per_device_train_batch_size": .integer(Int64(batchSize)),
            "per_device_eval_batch_size": .integer(Int64(evaluationBatchSize)),
            "gradient_accumulation_steps": .integer(Int64(gradientAccumulationSteps)),
            "learning_rate": .number(learningRate), "lr_scheduler_type": .string(schedule.rawValue),
            "lr_scheduler_kwargs": minimumLearningRate > 0 ? ["min_lr": .number(minimumLearningRate)] : .null,
            "warmup_steps": warmupSteps, "weight_decay": .number(weightDecay), "adam_beta1": .number(adamBeta1),
            "adam_beta2": .number(adamBeta2), "adam_epsilon": .number(adamEpsilon),
            "max_grad_norm": .number(maxGradientNorm), "label_smoothing_factor": .number(labelSmoothing),
            "seed": .integer(Int64(bitPattern: seed)), "eval_strategy": .string(evalStrategy.rawValue),
            "eval_steps": integer(evalSteps), "save_strategy": .string(saveStrategy.rawValue),
            "save_steps": .integer(Int64(saveSteps)), "save_total_limit": integer(saveTotalLimit),
            "load_best_model_at_end": .bool(loadBestModelAtEnd),
            "metric_for_best_model": metricForBestModel.map(JSON.string) ?? .null,
            "greater_is_better": greaterIsBetter.map(JSON.bool) ?? .null,
            "early_stopping_patience": integer(earlyStoppingPatience),
            "early_stopping_threshold": .number(earlyStoppingThreshold),
            "logging_steps": .integer(Int64(loggingSteps)),
            "train_sampling_strategy": groupByLength ? "group_by_length" : "random",
            "bf16": .bool(precision == .bfloat16), "freeze": .array(freeze.map(JSON.string)),
        ])
    }

    private func integer(_ value: Int?) -> JSON { value.map { .integer(Int64($0)) } ?? .null }

    /// Reads arguments that ``json`` wrote; a key that is absent keeps its default.
    ///
    /// - Throws: `TrainingError.invalidArgument` for a key that is unknown or of the wrong type, or a value that makes
    ///   no sense.
    public init(json: JSON) throws {
        guard let object = json.objectValue else {
            throw TrainingError.invalidArgument(name: "arguments", expected: "an object", found: json.kindName)
        }
        self.init(output: object["output_dir"]?.stringValue ?? "")
        for (key, value) in object {
            guard try set(key, to: value) else {
                throw TrainingError.invalidArgument(
                    name: key, expected: "an argument Linnet knows", found: "another name")
            }
        }
        try validate()
    }

    /// Sets one argument; false when there is none of that name.
    private mutating func set(_ key: String, to value: JSON) throws -> Bool {
        let value = ArgumentValue(name: key, value: value)
        switch key {
        case "output_dir": output = try value.text()
        case "num_train_epochs": epochs = try value.number()
        case "max_steps":
            let steps = try value.integer()
            maxSteps = steps == -1 ? nil : steps
        case "per_device_train_batch_size": batchSize = try value.integer()
        case "per_device_eval_batch_size": evaluationBatchSize = try value.integer()
        case "gradient_accumulation_steps": gradientAccumulationSteps = try value.integer()
        case "learning_rate": learningRate = try value.number()
        case "lr_scheduler_type": schedule = try value.choice()
        case "lr_scheduler_kwargs": minimumLearningRate = try value.minimumLearningRate()
        case "warmup_steps": warmup = try value.warmup()
        case "weight_decay": weightDecay = try value.number()
        case "adam_beta1": adamBeta1 = try value.number()
        case "adam_beta2": adamBeta2 = try value.number()
        case "adam_epsilon": adamEpsilon = try value.number()
        case "max_grad_norm": maxGradientNorm = try value.number()
        case "label_smoothing_factor": labelSmoothing = try value.number()
        case "seed": seed = UInt64(bitPattern: Int64(try value.integer()))
        case "eval_strategy": evalStrategy = try value.choice()
        case "eval_steps": evalSteps = try value.optional { try $0.integer() }
        case "save_strategy": saveStrategy = try value.choice()
        case "save_steps": saveSteps = try value.integer()
        case "save_total_limit": saveTotalLimit = try value.optional { try $0.integer() }
        case "load_best_model_at_end": loadBestModelAtEnd = try value.truth()
        case "metric_for_best_model": metricForBestModel = try value.optional { try $0.text() }
        case "greater_is_better": greaterIsBetter = try value.optional { try $0.truth() }
        case "early_stopping_patience": earlyStoppingPatience = try value.optional { try $0.integer() }
        case "early_stopping_threshold": earlyStoppingThreshold = try value.number()
        case "logging_steps": loggingSteps = try value.integer()
        case "train_sampling_strategy": groupByLength = try value.choice(as: SamplingStrategy.self) == .groupByLength
        case "bf16": precision = try value.truth() ? .bfloat16 : .float32
        case "freeze": freeze = try value.texts()
        default: return false
        }
        return true
    }
}

private enum SamplingStrategy: String, CaseIterable {
    case random
    case groupByLength = "group_by_length"
}

/// A JSON value with the name of the argument it is for, so that errors can name it.
private struct ArgumentValue {
    let name: String
    let value: JSON

    func integer() throws -> Int { try take(value.intValue, "a whole number") }
    func number() throws -> Double { try take(value.doubleValue, "a number") }
    func truth() throws -> Bool { try take(value.boolValue, "true or false") }
    func text() throws -> String { try take(value.stringValue, "a string") }
    func texts() throws -> [String] {
        try take(value.arrayValue?.map { try take($0.stringValue, "strings") }, "a list")
    }

    func optional<Value>(_ read: (ArgumentValue) throws -> Value) throws -> Value? {
        value.isNull ? nil : try read(self)
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        as type: Choice.Type = Choice.self
    ) throws -> Choice where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try take(value.stringValue.flatMap(Choice.init(rawValue:)), "one of \(names)")
    }

    /// A whole number of steps, or a share of all steps written with a decimal point.
    func warmup() throws -> Warmup {
        if case .integer = value { return .steps(try integer()) }
        let number = try number()
        return number < 1 ? .ratio(number) : .steps(try integer())
    }

    /// The one keyword of schedules that is known, or 0 without it.
    func minimumLearningRate() throws -> Double {
        if value.isNull { return 0 }
        let keywords = value.objectValue
        return try take(keywords?.count == 1 ? keywords?["min_lr"]?.doubleValue : nil, "{\"min_lr\": a number}")
    }

    private func take<Value>(_ found: Value?, _ expected: String) throws -> Value {
        guard let found else {
            throw TrainingError.invalidArgument(name: name, expected: expected, found: value.text())
        }
        return found
    }
}
