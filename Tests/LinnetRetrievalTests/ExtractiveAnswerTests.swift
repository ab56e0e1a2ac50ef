import Testing

@testable import LinnetRetrieval

@Suite struct ExtractiveAnswerTests {
    /// Counts of a few words: as good as any embedder for a test.
    private func embed(_ texts: [String]) -> [[Float]] {
        let words = ["resume", "training", "flag", "cat", "weather", "checkpoint"]
        return texts.map { text in words.map { text.lowercased().contains($0) ? 1 : 0 } }
    }

    private let hits = HitSamples.hits([
        "A cat sat on the mat. Use the resume flag to continue training after a stop.",
        "The weather is nice outside today. Training can resume from a checkpoint with the flag.",
    ])

    @Test func theNearestSentencesAreQuotedByteByByteAndCited() throws {
        let answer = try #require(
            try ExtractiveAnswer(question: "resume training flag", hits: hits, sentences: 2, embed: embed))
        #expect(
            answer.text == """
                “Use the resume flag to continue training after a stop.” [1]
                “Training can resume from a checkpoint with the flag.” [2]
                """)
        for (citation, hit) in zip(answer.citations, hits) {
            #expect(hit.text.bytes(citation.span.bytes) == citation.quote)
            #expect(citation.source == hit.source)
        }
    }

    @Test func oneSentenceIsEnoughWhenTheOthersAreFarther() throws {
        let answer = try #require(try ExtractiveAnswer(question: "cat", hits: hits, embed: embed))
        #expect(answer.text == "“A cat sat on the mat.” [1]")
    }

    @Test func sentencesThatSayTheSameAreQuotedOnce() throws {
        let twice = HitSamples.hits(["The resume flag helps here.", "The resume flag helps here."])
        let answer = try #require(try ExtractiveAnswer(question: "resume flag", hits: twice, embed: embed))
        #expect(answer.citations.count == 1)
    }

    @Test func aSentenceThatRepeatsTheQuestionDoesNotAnswerIt() throws {
        let repeated = HitSamples.hits([
            "They asked: How do I resume  training? The flag lets training resume after a stop."
        ])
        let answer = try #require(
            try ExtractiveAnswer(question: "how do I resume training?", hits: repeated, embed: embed))
        #expect(answer.text == "“The flag lets training resume after a stop.” [1]")
    }

    @Test(arguments: [
        "## H0\n\nThe resume flag continues training.", "- The resume flag continues training.\n- cat",
        "| Flag | What it does |\n| --- | --- |\n| The resume flag | continues training. |",
        "> * The resume flag continues training.", "\tThe resume flag continues training.\n\n* * * *",
    ])
    func headingsAndMarksOfListsAndTablesAreNotQuoted(text: String) throws {
        let hits = HitSamples.hits([text])
        let answer = try #require(try ExtractiveAnswer(question: "resume", hits: hits, embed: embed))
        let quote = try #require(answer.citations.first?.quote)
        #expect(quote.hasPrefix("The resume flag") && quote.hasSuffix("continues training."), "\(quote)")
        #expect(answer.citations.count == 1)
    }

    @Test func aFlagKeepsItsDashes() throws {
        let hits = HitSamples.hits(["--resume continues the training run."])
        let answer = try #require(try ExtractiveAnswer(question: "resume", hits: hits, embed: embed))
        #expect(answer.text == "“--resume continues the training run.” [1]")
    }

    @Test func headingsAloneGiveNoAnswer() throws {
        #expect(try ExtractiveAnswer(question: "cat", hits: HitSamples.hits(["# H0\n"]), embed: embed) == nil)
    }

    @Test func noHitsGiveNoAnswer() throws {
        #expect(try ExtractiveAnswer(question: "cat", hits: [], embed: embed) == nil)
    }
}

@Suite struct AnswerThresholdTests {
    @Test func theThresholdIsMedianPlusRobustDeviations() throws {
        let threshold = try #require(AnswerThreshold(unrelated: [0.1, 0.2, 0.2, 0.25, 0.3, 0.3, 0.35, 0.9]))
        #expect(abs(threshold.median - 0.275) < 1e-12)
        #expect(abs(threshold.deviation - 1.4826 * 0.075) < 1e-9)
        #expect(AnswerThreshold(unrelated: [0.1, 0.2]) == nil)
        #expect(AnswerThreshold(unrelated: Array(repeating: .nan, count: 20)) == nil)
    }

    @Test func aThirdOfAnsweredQuestionsMovesItLittle() throws {
        let unrelated = (0..<60).map { 0.1 + 0.002 * Double($0) }
        let plain = try #require(AnswerThreshold(unrelated: unrelated))
        let mixed = try #require(AnswerThreshold(unrelated: unrelated + Array(repeating: 0.9, count: 20)))
        #expect(abs(plain.similarity - mixed.similarity) < 0.1)
    }

    @Test func hitsBelowItAreRefusedAndUnknownOnesAccepted() throws {
        let threshold = AnswerThreshold(similarity: 0.5)
        #expect(threshold.accepts(HitSamples.hits(["a"], similarity: 0.6)))
        #expect(!threshold.accepts(HitSamples.hits(["a"], similarity: 0.4)))
        #expect(threshold.accepts(HitSamples.hits(["a"], similarity: nil)))
        #expect(!threshold.accepts([]))
        #expect(AnswerThreshold(json: threshold.json) == threshold)
    }
}
