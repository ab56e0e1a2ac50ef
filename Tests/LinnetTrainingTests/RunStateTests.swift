import LinnetFormats
import Testing

@testable import LinnetTraining

@Suite struct RunStateTests {
    private func arguments(_ change: (inout TrainingArguments) -> Void = { _ in }) -> TrainingArguments {
        var arguments = TrainingArguments(output: "runs/x")
        arguments.metricForBestModel = "f1"
        arguments.evalStrategy = .epoch
        change(&arguments)
        return arguments
    }

    private func note(_ values: [Double], _ arguments: TrainingArguments) throws -> RunState {
        var state = RunState()
        for value in values {
            state.step += 1
            try state.note(LogEntry(step: state.step, epoch: 1, values: [.init("eval_f1", value)]), arguments)
        }
        return state
    }

    @Test func theBestIsKeptInEitherDirection() throws {
        #expect(try note([0.5, 0.7, 0.6], arguments()).bestStep == 2)
        let state = try note([0.5, 0.7, 0.4], arguments { $0.greaterIsBetter = false })
        #expect(state.bestStep == 3)
        #expect(state.bestMetric == 0.4)
        #expect(try note([0.5, 0.5], arguments()).bestStep == 1, "as good is not better")
    }

    @Test func aMetricThatIsNotFiniteIsNeverTheBest() throws {
        let state = try note([.nan, 0.5, .infinity, 0.6], arguments { $0.earlyStoppingPatience = 9 })
        #expect(state.bestMetric == 0.6)
        #expect(state.failedEvaluations == 0)
        #expect(try note([0.5, .nan, .nan], arguments()).failedEvaluations == 2)
    }

    @Test func theStateSurvivesItsFiles() throws {
        let arguments = arguments()
        let plan = try TrainingPlan(arguments, exampleCount: 100)
        var state = try note([0.5, 0.7, 0.6], arguments)
        state.history = [RunSamples.training, RunSamples.evaluation]
        state.lossSum = 0.1 + 0.2
        state.lossSteps = 2
        let text = state.trainerState(arguments, plan, bestCheckpoint: nil).text(pretty: true)
        let remainder = JSON.object(state.remainder).text()
        let restored = RunState(
            trainerState: try JSON.parse(Array(text.utf8), path: "a"),
            remainder: try JSON.parse(Array(remainder.utf8), path: "b"))
        #expect(restored == state)
        #expect(RunState(trainerState: ["global_step": 3], remainder: [:]) == nil)
    }

    // The fields of transformers 5.23.0's `TrainerState`, which accepts no others.
    @Test func transformersReadsTheState() throws {
        let state = RunState().trainerState(
            arguments(), try TrainingPlan(arguments(), exampleCount: 10), bestCheckpoint: nil)
        #expect(
            state.objectValue?.keys == [
                "best_global_step", "best_metric", "best_model_checkpoint", "epoch", "eval_steps", "global_step",
                "is_hyper_param_search", "is_local_process_zero", "is_world_process_zero", "log_history",
                "logging_steps", "max_steps", "num_input_tokens_seen", "num_train_epochs", "save_steps",
                "stateful_callbacks", "total_flos", "train_batch_size", "trial_name", "trial_params",
            ])
    }

    @Test func theEpochCountsBatches() throws {
        var arguments = arguments()
        arguments.batchSize = 2
        arguments.gradientAccumulationSteps = 2
        let plan = try TrainingPlan(arguments, exampleCount: 9)  // 5 batches, 3 steps
        var state = RunState()
        let epochs = (0...4).map { step -> Double in
            state.step = step
            return state.epoch(plan)
        }
        #expect(epochs == [0, 0.4, 0.8, 1, 1.4])
    }
}
