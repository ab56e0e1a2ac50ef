import Testing

@testable import LinnetCommand

@Suite struct SpellingTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "ab", 2), ("epochs", "epochs", 0), ("epcohs", "epochs", 1),
        ("seed", "speed", 1), ("kitten", "sitting", 3),
    ])
    func distanceCountsEdits(first: String, second: String, expected: Int) {
        #expect(Spelling.distance(first, second) == expected)
    }

    @Test func theNearestNameIsSuggestedOnlyWhenItIsNear() {
        let names = ["epochs", "eval", "eval-steps", "learning-rate"]
        #expect(Spelling.nearest(to: "epoch", among: names) == "epochs")
        #expect(Spelling.nearest(to: "lerning-rate", among: names) == "learning-rate")
        #expect(Spelling.nearest(to: "learn", among: names) == "learning-rate")
        #expect(Spelling.nearest(to: "temperature", among: names) == nil)
        #expect(Spelling.nearest(to: "x", among: names) == nil)
    }

    @Test(arguments: [(3.0, "3"), (0.01, "0.01"), (5e-5, "5e-5"), (1e-8, "1e-8"), (0.999, "0.999"), (-1, "-1")])
    func numbersReadAsAPersonWritesThem(value: Double, expected: String) {
        #expect(Spelling.number(value) == expected)
    }
}
