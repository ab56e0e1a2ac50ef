import LinnetFormats
import LinnetTraining
import Testing

@Suite struct TrainingArgumentsTests {
    @Test func theDefaultsAreValid() throws {
        try TrainingArguments(output: "runs/x").validate()
    }

    struct WrongValue: Sendable {
        let name: String
        let change: @Sendable (inout TrainingArguments) -> Void
        init(_ name: String, _ change: @escaping @Sendable (inout TrainingArguments) -> Void) {
            self.name = name
            self.change = change
        }
    }

    @Test(arguments: [
        WrongValue("num_train_epochs") { $0.epochs = 0 }, WrongValue("num_train_epochs") { $0.epochs = .nan },
        WrongValue("max_steps") { $0.maxSteps = 0 }, WrongValue("per_device_train_batch_size") { $0.batchSize = 0 },
        WrongValue("per_device_eval_batch_size") { $0.evaluationBatchSize = -1 },
        WrongValue("gradient_accumulation_steps") { $0.gradientAccumulationSteps = 0 },
        WrongValue("learning_rate") { $0.learningRate = 0 },
        WrongValue("learning_rate") { $0.learningRate = .infinity },
        WrongValue("lr_scheduler_kwargs") { $0.minimumLearningRate = 1 },
        WrongValue("lr_scheduler_kwargs") { $0.minimumLearningRate = -1e-6 },
        WrongValue("warmup_steps") { $0.warmup = .steps(-1) }, WrongValue("warmup_steps") { $0.warmup = .ratio(1) },
        WrongValue("weight_decay") { $0.weightDecay = -0.1 },
        WrongValue("max_grad_norm") { $0.maxGradientNorm = .nan },
        WrongValue("adam_beta1") { $0.adamBeta1 = 1 }, WrongValue("adam_beta2") { $0.adamBeta2 = -0.1 },
        WrongValue("adam_epsilon") { $0.adamEpsilon = 0 },
        WrongValue("label_smoothing_factor") { $0.labelSmoothing = 1 },
        WrongValue("save_total_limit") { $0.saveTotalLimit = 0 }, WrongValue("output_dir") { $0.output = "" },
        WrongValue("early_stopping_patience") { $0.earlyStoppingPatience = 0 },
        WrongValue("eval_strategy") { $0.earlyStoppingPatience = 2 },
        WrongValue("save_strategy") {
            $0.loadBestModelAtEnd = true
            $0.evalStrategy = .epoch
        },
        WrongValue("save_steps") {
            $0.loadBestModelAtEnd = true
            $0.evalStrategy = .steps
            $0.evalSteps = 300
        },
    ])
    func aValueThatMakesNoSenseIsNamed(wrong: WrongValue) {
        var arguments = TrainingArguments(output: "runs/x")
        wrong.change(&arguments)
        let error = #expect(throws: TrainingError.self) { try arguments.validate() }
        guard case .invalidArgument(let found, _, _) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(found == wrong.name)
    }

    @Test func theBestMetricIsInferred() {
        var arguments = TrainingArguments(output: "runs/x")
        #expect(arguments.bestMetricName == nil)
        arguments.loadBestModelAtEnd = true
        #expect(arguments.bestMetricName == "eval_loss")
        #expect(!arguments.largerMetricIsBetter)
        arguments.metricForBestModel = "accuracy"
        #expect(arguments.bestMetricName == "eval_accuracy")
        #expect(arguments.largerMetricIsBetter)
        arguments.metricForBestModel = "eval_f1"
        #expect(arguments.bestMetricName == "eval_f1")
        arguments.greaterIsBetter = false
        #expect(!arguments.largerMetricIsBetter)
    }
}

@Suite struct TrainingArgumentsJSONTests {
    @Test func everythingSurvivesAFile() throws {
        var arguments = TrainingArguments(output: "runs/x")
        #expect(try TrainingArguments(json: JSON.parse(Array(arguments.json.text().utf8), path: "a")) == arguments)
        arguments.epochs = 2.5
        arguments.maxSteps = 100
        arguments.batchSize = 16
        arguments.evaluationBatchSize = 32
        arguments.gradientAccumulationSteps = 2
        arguments.learningRate = 1e-3
        arguments.schedule = .cosineWithMinimum
        arguments.minimumLearningRate = 1e-4
        arguments.warmup = .ratio(0.1)
        arguments.weightDecay = 0.01
        arguments.adamBeta1 = 0.8
        arguments.adamBeta2 = 0.99
        arguments.adamEpsilon = 1e-6
        arguments.maxGradientNorm = 0
        arguments.labelSmoothing = 0.1
        arguments.seed = .max
        arguments.evalStrategy = .steps
        arguments.evalSteps = 10
        arguments.saveStrategy = .steps
        arguments.saveSteps = 20
        arguments.saveTotalLimit = 2
        arguments.loadBestModelAtEnd = true
        arguments.metricForBestModel = "f1"
        arguments.greaterIsBetter = true
        arguments.earlyStoppingPatience = 3
        arguments.earlyStoppingThreshold = 0.01
        arguments.loggingSteps = 5
        arguments.groupByLength = true
        arguments.precision = .bfloat16
        arguments.freeze = ["bert.embeddings.*"]
        #expect(try TrainingArguments(json: JSON.parse(Array(arguments.json.text().utf8), path: "a")) == arguments)
    }

    @Test(arguments: [
        ("{\"output_dir\": \"x\", \"learning_rat\": 1}", "learning_rat"),
        ("{\"output_dir\": \"x\", \"learning_rate\": \"fast\"}", "learning_rate"),
        ("{\"output_dir\": \"x\", \"seed\": 1.5}", "seed"),
        ("{\"output_dir\": \"x\", \"lr_scheduler_type\": \"polynomial\"}", "lr_scheduler_type"),
        ("{\"output_dir\": \"x\", \"lr_scheduler_kwargs\": {\"num_cycles\": 1}}", "lr_scheduler_kwargs"),
        ("{\"output_dir\": \"x\", \"freeze\": [1]}", "freeze"),
        ("{\"output_dir\": \"x\", \"warmup_steps\": 1.5}", "warmup_steps"),
        ("{\"output_dir\": \"x\", \"per_device_train_batch_size\": 0}", "per_device_train_batch_size"),
        ("{}", "output_dir"), ("[]", "arguments"),
    ])
    func aWrongFileIsRefusedByName(text: String, name: String) throws {
        let json = try JSON.parse(Array(text.utf8), path: "a")
        let error = #expect(throws: TrainingError.self) { try TrainingArguments(json: json) }
        guard case .invalidArgument(let found, _, _) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(found == name)
    }
}
