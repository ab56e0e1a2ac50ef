import LinnetTraining
import Testing

@Suite struct TrainingPlanTests {
    @Test func stepsAreCountedAsInHuggingFace() throws {
        var arguments = TrainingArguments(output: "runs/x")
        arguments.batchSize = 16
        arguments.warmup = .ratio(0.1)
        let plan = try TrainingPlan(arguments, exampleCount: 6920)
        #expect(plan.batchesPerEpoch == 433)
        #expect(plan.stepsPerEpoch == 433)
        #expect(plan.totalSteps == 1299)
        #expect(plan.epochCount == 3)
        #expect(plan.schedule.warmupSteps == 130)
    }

    @Test func theLastStepOfAnEpochAccumulatesWhatIsLeft() throws {
        var arguments = TrainingArguments(output: "runs/x")
        arguments.batchSize = 2
        arguments.gradientAccumulationSteps = 4
        let plan = try TrainingPlan(arguments, exampleCount: 13)  // 7 batches
        #expect(plan.stepsPerEpoch == 2)
        #expect(plan.totalSteps == 6)
        #expect(plan.batches(ofStep: 0) == 0..<4)
        #expect(plan.batches(ofStep: 1) == 4..<7)
    }

    @Test func maxStepsAndFractionsOfEpochsEndTheRunEarly() throws {
        var arguments = TrainingArguments(output: "runs/x")
        arguments.epochs = 0.5
        #expect(try TrainingPlan(arguments, exampleCount: 80).totalSteps == 5)
        arguments.maxSteps = 25
        let plan = try TrainingPlan(arguments, exampleCount: 80)
        #expect(plan.totalSteps == 25)
        #expect(plan.epochCount == 3)
    }

    @Test func noExamplesAreAnError() {
        #expect(throws: TrainingError.noExamples("training data")) {
            try TrainingPlan(TrainingArguments(output: "runs/x"), exampleCount: 0)
        }
    }
}
