import LinnetTokenizers
import TestSupport
import Testing

@testable import LinnetGeneration

@Suite struct PromptTests {
    private let plain: PromptEngine
    private let chat: PromptEngine
    private let tokenizer: Tokenizer
    private static let examples = [
        PromptExample(input: "good", output: "yes"), PromptExample(input: "bad", output: "no"),
    ]

    init() throws {
        tokenizer = try TinyTokenizer.make()
        let generator = try Generator(
            model: ScriptedModel(vocabularySize: 120), tokenizer: tokenizer, dtype: .float32)
        plain = PromptEngine(generator: generator)
        let source = "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}<assistant>"
        chat = PromptEngine(
            generator: generator, format: PromptFormat(template: try ChatTemplate(source: source)))
    }

    @Test func promptsAreTextThatCanBeRead() throws {
        #expect(
            try plain.zeroShot(task: "Say it.", input: "x").description
                == """
                Say it.

                Input: x
                Output:
                """)
        let few = try plain.fewShot(task: "Say it.", examples: Self.examples, input: "x")
        #expect(
            few.text
                == """
                Say it.

                Input: good
                Output: yes

                Input: bad
                Output: no

                Input: x
                Output:
                """)
        #expect(few.stopStrings == ["\nInput:"] && few.addsSpecialTokens && few.answerSeparator == " ")
        #expect(try plain.chainOfThought(question: "1+1?").text == "Q: 1+1?\nA: Let's think step by step.")
    }

    @Test func aChatModelGetsAConversation() throws {
        let few = try chat.fewShot(task: "Say it.", examples: Self.examples, input: "x")
        #expect(few.text == "<user>Say it.\n\ngood<assistant>yes<user>bad<assistant>no<user>x<assistant>")
        #expect(!few.addsSpecialTokens && few.stopStrings.isEmpty && few.answerSeparator.isEmpty)
        #expect(try chat.zeroShot(task: "Say it.", input: "x").text == "<user>Say it.\n\nx<assistant>")
        #expect(try chat.chainOfThought(question: "1+1?").text.hasPrefix("<user>1+1?\n\nLet's think step by step"))
        #expect(
            try chat.format.conversation([ChatMessage(role: "system", content: "s")]).text == "<system>s<assistant>")
    }

    @Test func examplesArePartOfWhatPromptsShare() throws {
        let first = plain.tokens(try plain.fewShot(task: "t", examples: Self.examples, input: "a"))
        let second = plain.tokens(try plain.fewShot(task: "t", examples: Self.examples, input: "b"))
        #expect(commonPrefix(first, second) >= first.count - 10)
    }

    @Test func severalChainsVote() throws {
        let vote = AnswerVote(chains: ["so the answer is 12.", "I think 13", "\\boxed{12}", "none", "Answer: 13"])
        #expect(vote.counts == [.init(answer: "12", votes: 2), .init(answer: "13", votes: 2)])
        #expect(vote.answer == "12" && vote.agreement == 0.4 && vote.answers[3] == nil)
        var options = GenerationOptions()
        options.maxNewTokens = 5
        options.seed = 3
        let sampled = try plain.vote(plain.chainOfThought(question: "1+1?"), samples: 4, options: options)
        #expect(sampled.chains.count == 4 && Set(sampled.chains).count > 1)
    }

    @Test(arguments: [
        ("There are 3 cars. 3 + 2 = 5. The answer is 5.", "5"), ("The answer is $1,234.50 in total.", "1234.50"),
        ("the answer is: **Paris**.", "Paris"), ("The answer is (B).", "B"), ("A\nAnswer: 42 apples\n\nQ: 9", "42"),
        ("he pays 18 dollars", "18"), ("We get \\boxed{\\frac{1}{2}} so 7", "\\frac{1}{2}"), ("minus -4", "-4"),
        ("from 3-4", "4"), ("Answer is 3. No, the answer is 4.", "4"), ("x = 0.5", "0.5"), ("it ends with 7.", "7"),
    ])
    func conclusionsAreFound(chain: String, answer: String) {
        #expect(AnswerExtraction.answer(in: chain) == answer)
    }

    @Test(arguments: ["", "nothing here", "the answer is", "\\boxed{", "the answer is ..."])
    func noConclusionIsNone(chain: String) {
        #expect(AnswerExtraction.answer(in: chain) == nil)
    }
}

@Suite struct ChatSessionTests {
    private func session(system: String? = nil) throws -> (ChatSession, ScriptedModel) {
        let model = ScriptedModel(vocabularySize: 120, maximumLength: 200)
        let generator = try Generator(model: model, tokenizer: TinyTokenizer.make(), dtype: .float32)
        var options = GenerationOptions()
        options.maxNewTokens = 6
        return (ChatSession(PromptEngine(generator: generator), options: options, system: system), model)
    }

    @Test func turnsBecomePartOfTheConversation() throws {
        let (session, _) = try session(system: "Be kind.")
        let answer = try session.respond(to: "hello")
        #expect(session.messages.map(\.role) == ["system", "user", "assistant"])
        #expect(session.messages[2].content == answer.text.trimmingLeadingSpace())
        session.system = "Be short."
        #expect(session.messages.count == 3 && session.messages[0].content == "Be short.")
        let expected = #"{"messages":[{"role":"system","content":"Be short."},{"role":"user","content":"hello"},"#
        #expect(session.json.text().hasPrefix(expected))
        session.reset()
        #expect(session.messages.map(\.role) == ["system"])
        session.system = nil
        #expect(session.messages.isEmpty)
    }

    @Test func aConversationThatOutgrowsTheContextStaysAsItWas() throws {
        let (session, _) = try session()
        _ = try session.respond(to: "hello")
        let before = session.messages
        #expect(throws: GenerationError.self) { try session.respond(to: String(repeating: "long ", count: 60)) }
        #expect(session.messages == before)
    }

    @Test func aCancelledAnswerIsKept() throws {
        let (session, _) = try session()
        let flag = CancellationFlag()
        let answer = try session.respond(to: "hello", cancellation: flag) { _ in flag.raise() }
        #expect(answer.stopReason == .cancelled && answer.tokenIds.count == 1)
        #expect(session.messages.count == 2)
    }
}
