import Foundation
import LinnetTensors
import TestSupport
import Testing

@testable import LinnetTraining

/// One run of the linear regression in a directory of its own.
struct Run {
    let directory: TemporaryDirectory
    let task: LinearRegression
    let recorder = Recorder()
    let stop = StopFlag()
    let trainer: Trainer<LinearRegression>

    /// - Parameter change: changes the arguments of a run with evaluations, checkpoints and log rows.
    init(
        _ directory: TemporaryDirectory, dropout: Float = 0, points: [Point] = Point.samples(21),
        model: String = "plane",
        _ change: (inout TrainingArguments) -> Void = { _ in }, metrics: Trainer<LinearRegression>.Metrics? = nil
    ) throws {
        var arguments = TrainingArguments(output: directory.path)
        arguments.batchSize = 4
        arguments.learningRate = 0.05
        arguments.warmup = .ratio(0.1)
        arguments.weightDecay = 0.01
        arguments.loggingSteps = 2
        arguments.evalStrategy = .epoch
        arguments.saveStrategy = .epoch
        change(&arguments)
        self.directory = directory
        task = LinearRegression(dropout: dropout)
        trainer = try Trainer(
            task, arguments: arguments, training: points, evaluation: Point.samples(7, shift: 1), model: model,
            callbacks: [recorder], stop: stop, computeMetrics: metrics)
    }
}

@Suite struct TrainerTests {
    @Test func trainingLearnsThePlane() throws {
        let directory = try TemporaryDirectory()
        let run = try Run(directory) {
            $0.epochs = 60
            $0.weightDecay = 0
            $0.saveStrategy = .never
        }
        let before = try run.trainer.evaluate().entry["eval_loss"] ?? 0
        let result = try run.trainer.train()
        #expect(result.reason == .completed)
        #expect(result.step == 60 * 6)
        #expect(result.epoch == 60)
        #expect(result.samples == 60 * 21)
        #expect(result.tokens == 60 * Point.samples(21).reduce(0) { $0 + $1.tokenCount })
        #expect(before > 3)
        #expect(try #require(result.evaluation?["eval_loss"]) < 1e-3)
        for (found, expected) in zip(run.task.values, [2, -3, 1] as [Float]) { #expect(abs(found - expected) < 0.02) }
    }

    @Test func oneStepEqualsPyTorch() throws {
        // torch 2.15.0, the same numbers as below:
        //     linear = torch.nn.Linear(2, 1); weight [0.5, -0.25], bias 0.125; x, y as in `points`
        //     optimizer = torch.optim.AdamW([{"params": [linear.weight], "weight_decay": 0.01},
        //                                    {"params": [linear.bias], "weight_decay": 0}], lr=0.05)
        //     for _ in range(3): ((linear(x) - y) ** 2).mean().backward()
        //         torch.nn.utils.clip_grad_norm_(linear.parameters(), 1.0); optimizer.step(); optimizer.zero_grad()
        let points = [
            Point(x: [1, 2], y: 3), Point(x: [-1, 0.5], y: 0.25), Point(x: [0.75, -2], y: 1), Point(x: [2, 1], y: -1),
        ]
        let run = try Run(try TemporaryDirectory(), points: points) {
            $0.maxSteps = 3
            $0.schedule = .constant
            $0.evalStrategy = .never
            $0.saveStrategy = .never
        }
        _ = try run.trainer.train()
        for (found, expected) in zip(run.task.values, [0.34916073, -0.09975246, 0.27508274] as [Float]) {
            #expect(abs(found - expected) < 3e-6, "\(run.task.values)")
        }
    }

    @Test func accumulatedBatchesEqualTheLargeBatch() throws {
        let large = try Run(try TemporaryDirectory()) {
            $0.batchSize = 8
            $0.saveStrategy = .never
        }
        let small = try Run(try TemporaryDirectory()) {
            $0.batchSize = 2
            $0.gradientAccumulationSteps = 4
            $0.saveStrategy = .never
        }
        _ = try large.trainer.train()
        _ = try small.trainer.train()
        for (a, b) in zip(large.task.values, small.task.values) { #expect(abs(a - b) < 1e-6) }
        for (a, b) in zip(large.recorder.rows, small.recorder.rows) {
            #expect(a.step == b.step)
            #expect(abs((a["loss"] ?? 0) - (b["loss"] ?? 0)) < 1e-5)
        }
        #expect(large.recorder.rows.count == small.recorder.rows.count)
    }

    @Test func frozenParametersStay() throws {
        let run = try Run(try TemporaryDirectory()) { $0.freeze = ["bias"] }
        _ = try run.trainer.train()
        #expect(run.task.bias.master.floats() == [0.125])
        #expect(run.task.scale.master.floats() == [1])
        #expect(run.task.weight.master.floats() != [0.5, -0.25])
        #expect(run.trainer.progress.trainableCount == 2)
        #expect(throws: TrainingError.patternMatchesNothing("embeddings")) {
            try Run(try TemporaryDirectory()) { $0.freeze = ["embeddings"] }
        }
        #expect(throws: TrainingError.nothingToTrain) { try Run(try TemporaryDirectory()) { $0.freeze = ["plane"] } }
    }

    @Test func theLogHoldsMeanLossesRatesAndNorms() throws {
        let run = try Run(try TemporaryDirectory()) {
            $0.maxSteps = 5
            $0.schedule = .linear
            $0.warmup = .steps(0)
            $0.evalStrategy = .never
            $0.saveStrategy = .never
        }
        var losses: [Double] = []
        run.recorder.watch = { [trainer = run.trainer] event in
            if case .stepped = event { losses.append(trainer.progress.loss ?? .nan) }
        }
        let result = try run.trainer.train()
        let rows = run.recorder.rows
        #expect(rows.map(\.step) == [2, 4, 5], "every second step, and the last")
        #expect(rows[0]["loss"] == (losses[0] + losses[1]) / 2)
        #expect(rows[2]["loss"] == losses[4])
        #expect(abs((rows[1]["learning_rate"] ?? 0) - 0.05 * 0.4) < 1e-12)
        #expect(rows[0]["grad_norm"] ?? 0 > 0)
        #expect(abs((result.meanLoss ?? 0) - losses.reduce(0, +) / 5) < 1e-12)
        #expect(abs(rows[0].epoch - 2.0 / 6) < 1e-12)
    }

    // MARK: Numbers that are not finite

    @Test func aLossThatIsNotFiniteStopsBeforeTheStep() throws {
        let run = try Run(try TemporaryDirectory()) { $0.epochs = 2 }
        var before: [Float] = []
        run.task.beforeLoss = { [task = run.task] count in
            if count == 7 {
                before = task.values
                task.scale.setValues([.nan])
            }
        }
        let error = #expect(throws: TrainingError.self) { try run.trainer.train() }
        #expect(
            error == .notFinite(what: "the loss (the weight scale is not finite)", value: "nan", step: 8))
        #expect(run.task.values == before, "the step was not applied")
    }

    @Test func aGradientThatIsNotFiniteIsNamed() throws {
        let run = try Run(try TemporaryDirectory())
        run.task.beforeLoss = { [task = run.task] count in
            // The loss of the step stays finite; a gradient is broken on its way.
            if count == 3 { task.bias.setGradient(Tensor([.infinity], shape: [1])) }
        }
        let error = #expect(throws: TrainingError.self) { try run.trainer.train() }
        #expect(error == .notFinite(what: "the gradient of plane.bias", value: "not finite", step: 4))
        #expect(run.task.values.allSatisfy { $0.isFinite })
    }

    // MARK: The best model

    @Test func theBestEpochIsThatOfTheLowestLossWhenNoMetricDecides() throws {
        let directory = try TemporaryDirectory()
        var losses: [Int: Double] = [:]
        let run = try Run(directory) { $0.epochs = 3 }
        run.recorder.watch = { event in
            if case .evaluated(let entry, _) = event { losses[Int(entry.epoch)] = entry["eval_loss"] }
        }
        let result = try run.trainer.train()
        #expect(result.bestMetric == nil)
        #expect(losses.count == 3)
        #expect(result.bestEpoch.map { Int($0) } == losses.min { $0.value < $1.value }?.key)
    }

    @Test func theBestModelIsLoadedAtTheEnd() throws {
        let directory = try TemporaryDirectory()
        // Evaluations that grow worse after the second epoch, whatever the model does.
        var scores = [0.5, 0.9, 0.7, 0.6]
        var best: [Float] = []
        let run = try Run(directory) {
            $0.epochs = 4
            $0.loadBestModelAtEnd = true
            $0.metricForBestModel = "accuracy"
            $0.saveTotalLimit = 1
        } metrics: { _, _, _ in
            EvaluationScores(["accuracy": scores.removeFirst()])
        }
        run.recorder.watch = { [task = run.task] event in
            if case .evaluated(let entry, _) = event, entry["eval_accuracy"] == 0.9 { best = task.values }
        }
        let result = try run.trainer.train()
        #expect(result.bestMetric == 0.9)
        #expect(result.bestEpoch == 2)
        #expect(result.bestCheckpoint == directory.path + "/checkpoint-12")
        #expect(result.evaluation?["eval_accuracy"] == 0.9)
        #expect(run.task.values == best)
        #expect(try run.trainer.store.steps() == [12, 24], "the limit of one keeps the newest and the best")
    }

    @Test func theRunStopsWhenTheMetricNoLongerImproves() throws {
        var scores = [0.5, 0.6, 0.605, 0.603, 0.9]
        let run = try Run(try TemporaryDirectory()) {
            $0.epochs = 5
            $0.metricForBestModel = "f1"
            $0.earlyStoppingPatience = 2
            $0.earlyStoppingThreshold = 0.01
        } metrics: { _, _, _ in
            EvaluationScores(["f1": scores.removeFirst()])
        }
        let result = try run.trainer.train()
        #expect(result.reason == .stoppedEarly)
        #expect(result.step == 4 * 6)
        #expect(result.bestMetric == 0.605, "small improvements are still the best")
    }

    @Test func aMetricThatIsNotReportedIsNamed() throws {
        let run = try Run(try TemporaryDirectory()) { $0.metricForBestModel = "accuracy" }
        let error = #expect(throws: TrainingError.self) { try run.trainer.train() }
        #expect("\(try #require(error))".contains("eval_accuracy"))
        #expect("\(try #require(error))".contains("eval_loss"))
    }

    // MARK: Callbacks

    @Test func aCallbackThatFailsIsDroppedAndTheRunGoesOn() throws {
        final class FullDisk: TrainingCallback {
            var calls = 0
            func handle(_ event: TrainingEvent, _ progress: TrainingProgress) throws {
                calls += 1
                throw TrainingError.fileSystem(path: "log", reason: "disk full")
            }
        }
        let (failing, recorder) = (FullDisk(), Recorder())
        let directory = try TemporaryDirectory()
        var arguments = TrainingArguments(output: directory.path)
        arguments.maxSteps = 2
        arguments.saveStrategy = .never
        let trainer = try Trainer(
            LinearRegression(), arguments: arguments, training: Point.samples(21), model: "plane",
            callbacks: [failing, recorder])
        #expect(try trainer.train().step == 2)
        #expect(failing.calls == 1)
        #expect(recorder.notices == ["FullDisk was switched off: log: disk full"])
    }

    // MARK: Strategies

    @Test func evaluationsAndCheckpointsComeEverySoManySteps() throws {
        let run = try Run(try TemporaryDirectory()) {
            $0.maxSteps = 10
            $0.evalStrategy = .steps
            $0.evalSteps = 4
            $0.saveStrategy = .steps
            $0.saveSteps = 3
        }
        _ = try run.trainer.train()
        #expect(run.recorder.rows.filter(\.isEvaluation).map(\.step) == [4, 8, 10])
        #expect(try run.trainer.store.steps() == [3, 6, 9, 10])
    }

    @Test func evaluationNeedsExamples() throws {
        var arguments = TrainingArguments(output: "runs/x")
        arguments.evalStrategy = .epoch
        #expect(throws: TrainingError.noExamples("evaluation data")) {
            try Trainer(LinearRegression(), arguments: arguments, training: Point.samples(3), model: "plane")
        }
        #expect(throws: TrainingError.noExamples("training data")) {
            try Trainer(LinearRegression(), arguments: arguments, training: [Point](), model: "plane")
        }
    }
}
