import Testing

@testable import LinnetGeneration

@Suite struct StopStringFilterTests {
    private func run(_ pieces: [String], stop: [String]) -> (texts: [String], rest: String, isStopped: Bool) {
        var filter = StopStringFilter(stop)
        let texts = pieces.map { filter.append($0) }
        return (texts, filter.finish(), filter.isStopped)
    }

    @Test func textThatMayBecomeAStopStringIsHeldBack() {
        let result = run(["one", " s", "t", "o", "p", "more"], stop: ["stop"])
        #expect(result.texts == ["one", " ", "", "", "", ""])
        #expect(result.rest.isEmpty && result.isStopped)
    }

    @Test func textThatDoesNotBecomeOneIsReleased() {
        let result = run(["a st", "o", "ne", " sto"], stop: ["stop"])
        #expect(result.texts == ["a ", "", "stone", " "])
        #expect(result.rest == "sto" && !result.isStopped)
    }

    @Test func theEarliestStopStringCounts() {
        #expect(run(["xxENDyyHALT"], stop: ["HALT", "END"]).texts == ["xx"])
        #expect(run(["aab"], stop: ["ab"]).texts == ["a"])
        #expect(run(["aaaab"], stop: ["aab"]).texts == ["aa"])
        #expect(run(["ab", "abc"], stop: ["ababc"]).texts == ["", ""])
    }

    @Test func lineEndsAndCharactersOfSeveralBytesWork() {
        #expect(run(["é\n", "\nx"], stop: ["\n\n"]).texts == ["é", ""])
        #expect(run(["🙂é", "ü!"], stop: ["éü"]).texts == ["🙂", ""])
    }

    @Test func withoutStopStringsTextPasses() {
        let result = run(["a", "b"], stop: [])
        #expect(result.texts == ["a", "b"] && result.rest.isEmpty)
    }
}
