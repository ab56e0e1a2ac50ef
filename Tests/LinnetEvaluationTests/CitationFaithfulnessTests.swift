import Testing

@testable import LinnetEvaluation

@Suite struct CitationFaithfulnessTests {
    private let sources = [
        "Checkpoints are written every 500 steps. A run resumes with the flag --resume.",
        "The learning rate warms up over the first hundred steps.",
    ]

    private func check(_ answer: String, share: Double = 0.5) throws -> CitationFaithfulness {
        try CitationFaithfulness(answer: answer, sources: sources, share: share)
    }

    @Test func aSentenceIsSupportedByTheWordsOfItsSource() throws {
        #expect(try check("A run resumes with --resume [1]. The learning rate warms up [2].").value == 1)
        #expect(try check("A run resumes with --resume [2]. The learning rate warms up [2].").value == 0.5)
        #expect(try check("Resuming runs: resumed with the flag [1]").value == 1)
    }

    @Test func whatIsNotCitedOrCitesNothingIsNotSupported() throws {
        let found = try check("A run resumes with --resume. The learning rate warms up [2]! Steps are written [3].")
        #expect(found.sentences == 3 && found.cited == 1 && found.supported == 1)
        #expect(try check("Checkpoints are written [1, 9].").value == 0)
    }

    @Test func citedSourcesCountTogether() throws {
        let answer = "Checkpoints come every 500 steps while the learning rate warms up [1][2]."
        #expect(try check(answer, share: 0.8).value == 1)
        #expect(try check(answer.replacing("[1][2]", with: "[1-2]"), share: 0.8).value == 1)
        #expect(try check(answer.replacing("[1][2]", with: "[2]"), share: 0.8).value == 0)
    }

    @Test func theShareDecides() throws {
        let answer = "Checkpoints are written daily somewhere else [1]."  // two of five content words
        #expect(try check(answer, share: 0.4).value == 1)
        #expect(try check(answer, share: 0.41).value == 0)
        #expect(throws: EvaluationError.self) { try check(answer, share: 1.5) }
    }

    @Test func anAnswerWithoutSentencesHasNoValue() throws {
        #expect(try check("").value == nil)
        #expect(try check("[1] … 42.").value == nil)
        #expect(try CitationFaithfulness(answer: "Yes [1].", sources: []).value == 0)
    }

    @Test func sentencesEndWhereReadersThink() {
        func cut(_ text: String) -> [String] {
            CitedSentences(text).sentences.map {
                PythonText.stripped(String(String.UnicodeScalarView($0.text))) + " \($0.citations)"
            }
        }
        #expect(
            cut("It costs 3.5 m. [1] Who knows? \"Me.\" [2, 3]\nEnd") == [
                "It costs 3.5 m. [1]", "Who knows? []", "\"Me.\" [2, 3]", "End []",
            ])
        #expect(
            cut("A [1].B [x] [2-]. C [1-3] [99999999999999999999]") == [
                "A  .B [x] [2-]. [1]", "C   [99999999999999999999] [1, 2, 3]",
            ])
        #expect(cut("[1-70] [5-1] a") == ["[1-70] [5-1] a []"])
    }
}
