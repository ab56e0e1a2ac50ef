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
