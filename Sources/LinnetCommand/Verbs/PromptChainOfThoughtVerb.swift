import Foundation
import Linnet

/// `linnet prompt chain-of-thought`: a question answered step by step, perhaps several times with a vote.
enum PromptChainOfThoughtVerb {
    private static let name = "prompt chain-of-thought"

    private static let consistency = Flag<Int?>.optionalInteger(
        FlagName("self-consistency", aliases: ["votes"]), in: 2...1024,
        help: "Draw so many chains at random and let their answers vote (Wang et al. 2023).")
    private static let json = Flag<Bool>.toggle(
        "json", help: "Print an object per question: text and answer, or with --self-consistency votes and chains.")

    static let verb = Verb(
        name, summary: "have a language model reason step by step, and vote",
        discussion: [
            "The answer is what stands in the last \\boxed{}, else after \"the answer is\", else the last number.",
            "With --self-consistency the answers are printed with their votes, the winner first; chains are drawn at "
                + "temperature 0.7 unless the flags say otherwise.",
        ],
        groups: [
            Verb.Group(
                "Model and input",
                GenerationFlags.modelGroup + [PromptInputs.question.declaration, PromptInputs.file.declaration]),
            GenerationFlags.group,
            Verb.Group(
                "Run", [consistency.declaration, PromptInputs.showPrompt.declaration, json.declaration]),
        ],
        examples: [
            Verb.Example(
                "Five chains and a vote",
                "linnet prompt chain-of-thought --model HuggingFaceTB/SmolLM2-135M-Instruct --question \"Ann has 3 apples "
                    + "and buys 2 bags of 4. How many has she?\" --self-consistency 5 --seed 1")
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        if given[consistency] != nil, given[GenerationFlags.temperature] == 0 {
            throw UsageError(
                "--self-consistency draws chains at random; with --temperature 0 all would be the same", verb: name)
        }
        if given[PromptInputs.showPrompt] {
            return try PromptInputs.show(given, from: PromptInputs.question, verb: name) { format, question in
                try format.chainOfThought(question: question)
            }
        }
        let model = try LanguageModel(
            directory: given[GenerationFlags.model], weights: given[GenerationFlags.weights].format)
        let engine = PromptEngine(model)
        let options = try GenerationFlags.options(given, over: model.generator.defaults, newTokens: 512, verb: name)
        let answers = PromptAnswers(engine, options, json: given[json])
        var status = ExitStatus.success
        try PromptInputs.forEachBatch(of: given, from: PromptInputs.question, verb: name) { questions, isSingle in
            guard status == .success else { return }
            let prompts = try questions.map { try engine.chainOfThought(question: $0) }
            if let samples = given[consistency] {
                for prompt in prompts where status == .success {
                    status = try vote(prompt, samples, engine, options, answers.interrupts, json: given[json])
                }
            } else {
                status = try answers.answer(prompts, isSingle: isSingle) { answer in
                    ["answer": AnswerExtraction.answer(in: answer.text).map { .string($0) } ?? .null]
                }
            }
        }
        return status
    }

    private static func vote(
        _ prompt: Prompt, _ samples: Int, _ engine: PromptEngine, _ options: GenerationOptions,
        _ interrupts: AnswerInterrupts, json: Bool
    ) throws -> ExitStatus {
        let output = StandardOutput()
        var isInterrupted = false
        let vote = try interrupts.stopping { flag in
            let vote = try engine.vote(prompt, samples: samples, options: options, cancellation: flag)
            isInterrupted = flag.isRaised
            return vote
        }
        if json {
            try output.write(line: object(vote).text())
        } else {
            for count in vote.counts { try output.write(line: "\(count.answer)\t\(count.votes) of \(samples)") }
            if vote.counts.isEmpty { try output.write(line: "no answer\t0 of \(samples)") }
        }
        try output.flush()
        return isInterrupted ? .interrupted : .success
    }

    private static func object(_ vote: AnswerVote) -> JSON {
        let chains = zip(vote.chains, vote.answers).map { text, answer in
            JSON.object(["text": .string(text), "answer": answer.map { .string($0) } ?? .null])
        }
        return .object([
            "answer": vote.answer.map { .string($0) } ?? .null, "agreement": JSON(vote.agreement),
            "votes": .object(JSONObject(vote.counts.map { ($0.answer, JSON($0.votes)) })), "chains": .array(chains),
        ])
    }
}
