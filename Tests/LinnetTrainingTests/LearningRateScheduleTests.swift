import LinnetTraining
import Testing

// The expected factors come from transformers 5.23.0, with a learning rate of 1:
//
//     scheduler = get_linear_schedule_with_warmup(optimizer, 3, 10)   # and the others, with the arguments below
//     for step in range(12): print(scheduler.get_last_lr()[0]); optimizer.step(); scheduler.step()

@Suite struct LearningRateScheduleTests {
    private func expectFactors(
        _ kind: ScheduleKind, warmup: Int, total: Int, minimum: Double = 0, equal expected: [Double],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let schedule = LearningRateSchedule(kind: kind, warmupSteps: warmup, totalSteps: total, minimum: minimum)
        for (step, factor) in expected.enumerated() {
            #expect(abs(schedule.factor(at: step) - factor) < 1e-15, "step \(step)", sourceLocation: sourceLocation)
        }
    }

    @Test func linearRisesAndFallsAsInTransformers() {
        expectFactors(
            .linear, warmup: 3, total: 10,
            equal: [
                0, 0.3333333333333333, 0.6666666666666666, 1, 0.8571428571428571, 0.7142857142857143,
                0.5714285714285714, 0.42857142857142855, 0.2857142857142857, 0.14285714285714285, 0, 0,
            ])
        expectFactors(.linear, warmup: 0, total: 5, equal: [1, 0.8, 0.6, 0.4, 0.2, 0, 0])
    }

    @Test func cosineFallsAlongHalfAWave() {
        expectFactors(
            .cosine, warmup: 2, total: 10,
            equal: [
                0, 0.5, 1, 0.9619397662556434, 0.8535533905932737, 0.6913417161825449, 0.5, 0.30865828381745514,
                0.14644660940672627, 0.03806023374435663, 0, 0.038060233744356575,
            ])
    }

    @Test func cosineEndsAtTheSmallestRate() {
        expectFactors(
            .cosineWithMinimum, warmup: 2, total: 10, minimum: 0.1,
            equal: [
                0, 0.5, 1, 0.9657457896300791, 0.8681980515339464, 0.7222075445642904, 0.55, 0.3777924554357096,
                0.23180194846605365, 0.13425421036992097, 0.1, 0.1342542103699209,
            ])
    }

    @Test func constantsStay() {
        expectFactors(.constantWithWarmup, warmup: 4, total: 8, equal: [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
        expectFactors(.constant, warmup: 4, total: 8, equal: [1, 1, 1, 1, 1, 1])
    }

    @Test func aWarmupShareIsRoundedUp() {
        #expect(Warmup.ratio(0.1).stepCount(of: 1299) == 130)
        #expect(Warmup.ratio(0).stepCount(of: 1299) == 0)
        #expect(Warmup.steps(7).stepCount(of: 1299) == 7)
    }
}
