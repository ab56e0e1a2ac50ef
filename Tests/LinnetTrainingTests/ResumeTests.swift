import Foundation
import LinnetFormats
import LinnetTensors
import TestSupport
import Testing

@testable import LinnetTraining

/// A run that was cut off and one that was not must end with the same bits.
@Suite struct ResumeTests {
    /// Dropout, accumulation, length grouping, a last batch that is smaller, and a limit on checkpoints.
    private static func everything(_ arguments: inout TrainingArguments) {
        arguments.epochs = 3
        arguments.batchSize = 2
        arguments.gradientAccumulationSteps = 2
        arguments.groupByLength = true
        arguments.saveStrategy = .steps
        arguments.saveSteps = 4
        arguments.saveTotalLimit = 2
        arguments.loggingSteps = 3
    }

    private func uninterrupted() throws -> (values: [Float], rows: [LogEntry]) {
        let run = try Run(try TemporaryDirectory(), dropout: 0.3, Self.everything)
        let result = try run.trainer.train()
        #expect(result.step == 18)
        return (run.task.values, run.recorder.rows)
    }

    /// The rows of a log history, without the numbers that depend on the clock.
    private func timeless(_ history: [LogEntry]) -> [LogEntry] {
        let recorder = Recorder()
        for entry in history { try? recorder.handle(.logged(entry), RunSamples.progress()) }
        return recorder.rows
    }

    @Test func dropoutMatters() throws {
        let run = try Run(try TemporaryDirectory(), Self.everything)
        _ = try run.trainer.train()
        let values = try uninterrupted().values
        #expect(run.task.values != values)
    }

    @Test func aKilledRunEndsWithTheSameBits() throws {
        let expected = try uninterrupted()
        // 33 batches; the first checkpoint is written after batch 8.
        for kill in [8, 9, 15, 16, 22, 31, 32] {
            let directory = try TemporaryDirectory()
            let killed = try Run(directory, dropout: 0.3, Self.everything)
            killed.task.beforeLoss = { if $0 == kill { throw Killed() } }
            #expect(throws: Killed.self) { try killed.trainer.train() }

            let resumed = try Run(directory, dropout: 0.3, Self.everything)
            let result = try resumed.trainer.train(.resuming)
            #expect(result.step == 18)
            #expect(resumed.task.values == expected.values, "killed at batch \(kill)")
            #expect(timeless(resumed.trainer.state.history) == expected.rows, "killed at batch \(kill)")
        }
    }

    @Test func aRunKilledOverAndOverEndsWithTheSameBits() throws {
        let expected = try uninterrupted()
        let directory = try TemporaryDirectory()
        var start = RunStart.fresh
        for _ in 0..<10 {
            let run = try Run(directory, dropout: 0.3, Self.everything)
            run.task.beforeLoss = { if $0 == 11 { throw Killed() } }
            do {
                _ = try run.trainer.train(start)
                #expect(run.task.values == expected.values)
                #expect(timeless(run.trainer.state.history) == expected.rows)
                return
            } catch is Killed {
                start = .resuming
            }
        }
        Issue.record("the run never came to its end")
    }

    @Test(arguments: [1, 5, 6, 7, 17])
    func anInterruptedRunWritesACheckpointAndGoesOn(step: Int) throws {
        let expected = try uninterrupted()
        let directory = try TemporaryDirectory()
        let run = try Run(directory, dropout: 0.3, Self.everything)
        run.recorder.watch = { [stop = run.stop, trainer = run.trainer] event in
            if case .stepped = event, trainer.state.step == step { stop.raise() }
        }
        let path = directory.path + "/checkpoint-\(step)"
        #expect(try run.trainer.train().reason == .interrupted(checkpoint: path))
        #expect(run.recorder.saved.last == path)

        let resumed = try Run(directory, dropout: 0.3, Self.everything)
        #expect(try resumed.trainer.train(.resuming).reason == .completed)
        #expect(resumed.task.values == expected.values)
        #expect(timeless(resumed.trainer.state.history) == expected.rows)
        guard case .began(let from)? = resumed.recorder.events.first else {
            Issue.record("the first event is not the beginning")
            return
        }
        #expect(from == path)
    }

    @Test func aFinishedRunHasNothingLeftToDo() throws {
        let directory = try TemporaryDirectory()
        let run = try Run(directory, dropout: 0.3, Self.everything)
        _ = try run.trainer.train()
        let again = try Run(directory, dropout: 0.3, Self.everything)
        let result = try again.trainer.train(.resuming)
        #expect(result.samples == 0)
        #expect(result.step == 18)
        #expect(again.task.values == run.task.values)
    }

    @Test func earlyStoppingCountsAcrossAKill() throws {
        let scores = [0.6, 0.5, 0.4, 0.3]
        func run(_ directory: TemporaryDirectory) throws -> Run {
            final class Place { var epoch = 0.0 }
            let place = Place()
            let run = try Run(directory) {
                $0.epochs = 4
                $0.metricForBestModel = "f1"
                $0.earlyStoppingPatience = 2
            } metrics: { _, _, _ in
                EvaluationScores(["f1": scores[Int(place.epoch) - 1]])
            }
            run.recorder.watch = { [trainer = run.trainer] _ in place.epoch = trainer.progress.epoch }
            return run
        }
        let directory = try TemporaryDirectory()
        let killed = try run(directory)
        killed.task.beforeLoss = { if $0 == 13 { throw Killed() } }
        #expect(throws: Killed.self) { try killed.trainer.train() }
        let result = try run(directory).trainer.train(.resuming)
        #expect(result.reason == .stoppedEarly)
        #expect(result.step == 18)
        #expect(result.bestMetric == 0.6)
        #expect(result.bestStep == 6)
    }

    // MARK: Refusals

    @Test(arguments: [
        ("seed", "seed"), ("per_device_train_batch_size", "batch"), ("learning_rate", "rate"),
        ("training data", "data"), ("model", "model"), ("trainable parameters", "freeze"), ("bf16", "precision"),
        ("train_sampling_strategy", "order"),
    ])
    func anotherRunIsNotContinued(field: String, change: String) throws {
        let directory = try TemporaryDirectory()
        _ = try Run(directory) { $0.epochs = 1 }.trainer.train()
        let points = change == "data" ? Point.samples(21, shift: 2) : Point.samples(21)
        let other = try Run(directory, points: points, model: change == "model" ? "sphere" : "plane") {
            $0.epochs = 2
            switch change {
            case "seed": $0.seed = 43
            case "batch": $0.batchSize = 5
            case "rate": $0.learningRate = 0.06
            case "freeze": $0.freeze = ["bias"]
            case "precision": $0.precision = .bfloat16
            case "order": $0.groupByLength = true
            default: break
            }
        }
        let before = other.task.values
        let error = #expect(throws: TrainingError.self) { try other.trainer.train(.resuming) }
        guard case .mismatch(let path, let found, _, _) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(found == field)
        #expect(path == directory.path + "/checkpoint-6")
        #expect(other.task.values == before, "nothing was loaded")
    }

    @Test func aLongerRunGoesOnAndSaysSo() throws {
        let directory = try TemporaryDirectory()
        _ = try Run(directory) { $0.epochs = 1 }.trainer.train()
        let longer = try Run(directory) { $0.epochs = 2 }
        #expect(try longer.trainer.train(.resuming).step == 12)
        #expect(longer.recorder.notices.count == 1)
        #expect(longer.recorder.notices.first?.contains("12 steps instead of 6") == true)
    }

    @Test func aDirectoryWithCheckpointsIsNotBegunAnewUnasked() throws {
        let directory = try TemporaryDirectory()
        _ = try Run(directory) { $0.epochs = 2 }.trainer.train()
        #expect(throws: TrainingError.self) { try Run(directory).trainer.train() }
        let anew = try Run(directory) { $0.epochs = 1 }
        #expect(try anew.trainer.train(.overwriting).step == 6)
        #expect(try anew.trainer.store.steps() == [6])
    }

    @Test func nothingToResumeFromIsAnError() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: TrainingError.noCheckpoint(directory: directory.path)) {
            try Run(directory).trainer.train(.resuming)
        }
    }

    @Test func twoRunsCannotShareADirectory() throws {
        let directory = try TemporaryDirectory()
        let lock = try OutputLock(directory: directory.path)
        let error = #expect(throws: TrainingError.self) { try Run(directory).trainer.train() }
        #expect("\(try #require(error))".contains("another run is writing here"))
        withExtendedLifetime(lock) {}
    }

    // MARK: Damage

    private func overwrite(_ path: String, _ change: (inout Data) -> Void) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        change(&bytes)
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    @Test(arguments: [
        ("model.safetensors", "flip"), ("optimizer.safetensors", "cut"), ("optimizer.safetensors", "remove"),
        ("trainer_state.json", "flip"), ("resume.json", "remove"), ("training_arguments.json", "flip"),
        ("manifest.json", "cut"), ("manifest.json", "remove"),
    ])
    func aDamagedCheckpointIsPassedOver(file: String, damage: String) throws {
        let directory = try TemporaryDirectory()
        let killed = try Run(directory, dropout: 0.3, Self.everything)
        killed.task.beforeLoss = { if $0 == 20 { throw Killed() } }
        #expect(throws: Killed.self) { try killed.trainer.train() }
        let path = directory.path + "/checkpoint-8/" + file
        switch damage {
        case "flip": try overwrite(path) { $0[$0.count / 2] ^= 0x10 }
        case "cut": try overwrite(path) { $0.removeLast(1 + $0.count / 3) }
        default: try FileManager.default.removeItem(atPath: path)
        }
        let resumed = try Run(directory, dropout: 0.3, Self.everything)
        #expect(try resumed.trainer.store.newestIntact { _ in } == 4)
        #expect(try resumed.trainer.train(.resuming).step == 18)
        #expect(resumed.recorder.notices.count == 1)
        #expect(resumed.recorder.notices.first?.contains("checkpoint-8: damaged checkpoint") == true)
    }

    @Test func whatKilledWritersLeftIsRemoved() throws {
        let directory = try TemporaryDirectory()
        let run = try Run(directory) { $0.epochs = 1 }
        let left = directory.path + "/.checkpoint-3.writing-0123456789abcdef"
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
        try Data([1]).write(to: URL(fileURLWithPath: left + "/model.safetensors"))
        _ = try run.trainer.train()
        #expect(!FileManager.default.fileExists(atPath: left))
        #expect(try run.trainer.store.steps() == [6])
    }

    @Test func aModelThatDoesNotComeBackIsNoticed() throws {
        // The manifest is right, but the model restores something else than was trained.
        final class Forgetful: Trainable {
            let inner = LinearRegression()
            var parameters: [Parameter] { inner.parameters }
            func freeze(matching pattern: String) -> [String] { [] }
            func batch(_ examples: [Point]) -> LinearRegression.Batch { inner.batch(examples) }
            func lossCount(_ batch: LinearRegression.Batch) -> Int { inner.lossCount(batch) }
            func loss(_ batch: LinearRegression.Batch, divisor: Int, arguments: TrainingArguments) throws -> Tensor {
                try inner.loss(batch, divisor: divisor, arguments: arguments)
            }
            func evaluate(_ batch: LinearRegression.Batch, arguments: TrainingArguments) -> (
                lossSum: Double, outputs: [Float]
            ) { inner.evaluate(batch, arguments: arguments) }
            func save(to directory: String) throws { try inner.save(to: directory) }
            func restore(from directory: String) throws {}
        }
        let directory = try TemporaryDirectory()
        var arguments = TrainingArguments(output: directory.path)
        arguments.epochs = 1
        func trainer() throws -> Trainer<Forgetful> {
            try Trainer(Forgetful(), arguments: arguments, training: Point.samples(9), model: "plane")
        }
        _ = try trainer().train()
        arguments.epochs = 2
        let error = #expect(throws: TrainingError.self) { try trainer().train(.resuming) }
        #expect("\(try #require(error))".contains("do not give back the weights"))
    }
}
