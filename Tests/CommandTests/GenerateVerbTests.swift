import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `generate`, `prompt`, `chat` and `bench generate` on a tiny model.
@Suite struct GenerateVerbTests {
    private static let template =
        "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
        + "{% if add_generation_prompt %}assistant: {% endif %}"
    private let folder: TemporaryDirectory
    private let model: String

    init() throws {
        folder = try TemporaryDirectory()
        model = try TinyLanguageModel.write(into: folder)
    }

    private func object(_ line: String) throws -> JSON { try JSON.parse(line, path: "output") }

    private func run(_ words: String..., input: String = "") throws -> BuiltCommand.Outcome {
        try BuiltCommand.run(words + ["--model", model, "--weights", "fp32"], input: input)
    }

    @Test func everySourceOfPromptsGivesTheSameAnswers() throws {
        let streamed = try run("generate", "once upon", "--max-new-tokens", "12")
        #expect(streamed.status == 0 && streamed.output.hasSuffix("\n"))
        let answer = try object(run("generate", "once upon", "--max-new-tokens", "12", "--json").output)
        #expect(answer["text"]?.stringValue.map { $0 + "\n" } == streamed.output)
        #expect(answer["token_ids"]?.arrayValue?.count == 12 && answer["completion_tokens"]?.intValue == 12)
        #expect(answer["prompt_tokens"]?.intValue == 9 && answer["stop_reason"]?.stringValue == "length")
        let lines = try run("generate", "--max-new-tokens", "12", "--json", input: "a\nonce upon\nthe end\n")
        #expect(lines.outputLines.count == 3)
        #expect(try object(lines.outputLines[1])["token_ids"] == answer["token_ids"])
        let words = try run("generate", "a", "once upon", "the end", "--max-new-tokens", "12", "--json")
        #expect(words.output == lines.output)
    }

    @Test func aSeedReproduces() throws {
        let words = ["generate", "once", "--temperature", "0.9", "--top-p", "0.95", "--json", "--model", model]
        let first = try BuiltCommand.run(words + ["--seed", "1"]).output
        #expect(first == (try BuiltCommand.run(words + ["--seed", "1"]).output))
        #expect(first != (try BuiltCommand.run(words + ["--seed", "2"]).output))
        let several = try BuiltCommand.run(words + ["--seed", "1", "--num-return-sequences", "3"]).outputLines
        #expect(several.count == 3)
        #expect(try object(several[0])["token_ids"] == (try object(first)["token_ids"]))
    }

    @Test(arguments: ["fp32", "bf16", "q8", "q4"])
    func everyFormatOfTheWeightsAnswers(weights: String) throws {
        let outcome = try BuiltCommand.run(
            "generate", "once", "--model", model, "--weights", weights, "--max-new-tokens", "5", "--json")
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(try object(outcome.output)["token_ids"]?.arrayValue?.count == 5)
    }

    @Test func aQuantisedDirectoryAnswers() throws {
        let quantised = "\(folder.path)/q8"
        #expect(try BuiltCommand.run("quantize", model, "--to", "q8", "--output", quantised).status == 0)
        let outcome = try BuiltCommand.run("generate", "once", "-n", "8", "--json", "--model", quantised)
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(try object(outcome.output)["completion_tokens"]?.intValue == 8)
    }

    @Test func logProbabilitiesAreReportedWhenAskedFor() throws {
        let answer = try object(run("generate", "once", "-n", "3", "--json", "--logprobs", "2").output)
        #expect(answer["logprobs"]?.arrayValue?.count == 3)
        let top = answer["top_logprobs"]?.arrayValue ?? []
        #expect(top.count == 3 && top[0].arrayValue?.count == 2)
        #expect(top[0].arrayValue?[0]["id"] == answer["token_ids"]?.arrayValue?[0])
    }

    @Test func promptsAreShownWithoutTheWeights() throws {
        try FileManager.default.removeItem(atPath: "\(model)/model.safetensors")
        let zero = try BuiltCommand.run(
            "prompt", "zero-shot", "--model", model, "--task", "Say it.", "--input", "x", "--show-prompt")
        #expect(zero.output == "Say it.\n\nInput: x\nOutput:\n")
        let examples = try folder.write(
            "examples.jsonl", "{\"input\": \"good\", \"output\": \"yes\"}\n{\"input\": \"bad\", \"output\": \"no\"}\n")
        let few = try BuiltCommand.run(
            "prompt", "few-shot", "--model", model, "--task", "Say it.", "--examples", examples, "--input", "-",
            "--show-prompt", input: "x\ny\n")
        #expect(
            few.output.components(separatedBy: "Output: yes").count == 3 && few.output.hasSuffix("Input: y\nOutput:\n"))
        let chain = try BuiltCommand.run(
            "prompt", "chain-of-thought", "--model", model, "--question", "1?", "--show-prompt")
        #expect(chain.output == "Q: 1?\nA: Let's think step by step.\n")
        let chat = try TinyLanguageModel.write(into: folder, template: Self.template, name: "chat")
        let templated = try BuiltCommand.run(
            "prompt", "zero-shot", "--model", chat, "--task", "Say it.", "--input", "x", "--show-prompt")
        #expect(templated.output == "user: Say it.\n\nx\nassistant: \n")
    }

    @Test func choicesAreScoredForEveryLine() throws {
        let outcome = try run(
            "prompt", "zero-shot", "--task", "t", "--choices", "yes,no", "--json", input: "a\nb\nc\n")
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.outputLines.count == 3)
        for line in outcome.outputLines {
            let result = try object(line)
            let scores = ["yes", "no"].compactMap { result["scores"]?[$0]?.doubleValue }
            #expect(abs(scores.reduce(0, +) - 1) < 1e-6)
            #expect(result["score"]?.doubleValue == scores.max())
        }
        let one = try run("prompt", "zero-shot", "--task", "t", "--choices", "yes,no", "--input", "b")
        let label = try object(outcome.outputLines[1])["label"]?.stringValue ?? "?"
        #expect(one.output.hasPrefix(label + "\t0."))
    }

    @Test func answersOfPromptsComeInOrder() throws {
        let outcome = try run("prompt", "zero-shot", "--task", "t", "-n", "4", "--json", input: "a\nb\n")
        #expect(outcome.status == 0 && outcome.outputLines.count == 2)
        let one = try run("prompt", "zero-shot", "--task", "t", "-n", "4", "--json", "--input", "b")
        #expect(one.outputLines == [outcome.outputLines[1]])
    }

    @Test func chainsVote() throws {
        let outcome = try run(
            "prompt", "chain-of-thought", "--question", "1?", "--self-consistency", "4", "-n", "30", "--seed", "3",
            "--json")
        #expect(outcome.status == 0, "\(outcome.messages)")
        let vote = try object(outcome.output)
        #expect(vote["chains"]?.arrayValue?.count == 4)
        let counted = vote["votes"]?.objectValue?.reduce(0) { $0 + ($1.value.intValue ?? 0) } ?? -1
        #expect(counted == vote["chains"]?.arrayValue?.count(where: { $0["answer"]?.stringValue != nil }))
        let text = try run(
            "prompt", "chain-of-thought", "--question", "1?", "--self-consistency", "4", "-n", "30", "--seed", "3")
        #expect(text.outputLines.allSatisfy { $0.hasSuffix(" of 4") })
        let alike = try run(
            "prompt", "chain-of-thought", "--question", "1?", "--self-consistency", "4", "--temperature", "0")
        #expect(alike.status == 2 && alike.messageLines.count == 1)
    }

    @Test func aChatKeepsItsTurns() throws {
        let chat = try TinyLanguageModel.write(into: folder, template: Self.template, name: "chat")
        let saved = "\(folder.path)/saved.json"
        let lines = ["/system be kind", "hi", "there", "/save \(saved)", "/reset", "ho", "/exit", "never"]
        let outcome = try BuiltCommand.run(
            ["chat", "--model", chat, "-n", "5", "--json"], input: lines.joined(separator: "\n"))
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.outputLines.count == 3)
        let messages = try JSON.read(path: saved)["messages"]?.arrayValue ?? []
        #expect(
            messages.compactMap { $0["role"]?.stringValue } == ["system", "user", "assistant", "user", "assistant"])
        #expect(messages[0]["content"]?.stringValue == "be kind")
    }

    @Test func anInterruptEndsTheAnswerAndIsToldByTheStatus() throws {
        let long = try TinyLanguageModel.write(into: folder, name: "long")
        let config = try folder.text("long/config.json")
            .replacingOccurrences(of: "\"max_position_embeddings\": 96", with: "\"max_position_embeddings\": 200000")
        try folder.write("long/config.json", config)
        let running = try BuiltCommand.Running(
            BuiltCommand.path,
            ["generate", "once", "--model", long, "--max-new-tokens", "190000", "--temperature", "1", "--ignore-eos"],
            input: "")
        try running.waitForOutput()
        #expect(running.isRunning)
        running.interrupt()
        let outcome = try running.wait()
        #expect(outcome.status == 130 && outcome.output.hasSuffix("\n") && outcome.output.count > 1)
    }

    @Test func blanksOfStopStringsCount() throws {
        let stopped = try run("generate", "abc", "--max-new-tokens", "10", "--stop", "3")
        let free = try run("generate", "abc", "--max-new-tokens", "10", "--stop", " 3")
        #expect(!stopped.output.contains("3") && free.output.contains("3"))
    }

    @Test func ratesAreMeasuredPerFormat() throws {
        let outcome = try BuiltCommand.run(
            "bench", "generate", "--model", model, "--weights", "bf16,q8", "--prompt-tokens", "32", "--new-tokens", "8",
            "--repetitions", "1", "--json")
        #expect(outcome.status == 0, "\(outcome.messages)")
        let objects = try outcome.outputLines.map(object)
        #expect(objects.map { $0["weights"]?.stringValue } == ["bf16", "q8"])
        for key in [
            "prefill_tokens_per_second", "decode_tokens_per_second", "load_seconds", "load_to_first_token_seconds",
            "peak_memory_mib",
        ] {
            #expect(objects.allSatisfy { $0[key]?.doubleValue ?? 0 > 0 }, "\(key)")
        }
    }

    // MARK: Errors

    private func expectFailure(_ outcome: BuiltCommand.Outcome, status: Int32 = 1, naming part: String) {
        #expect(outcome.status == status, "\(outcome.messages)")
        #expect(outcome.messageLines.count == 1 && outcome.messages.contains(part), "\(outcome.messages)")
    }

    @Test func whatCannotBeDoneIsSaidInALine() throws {
        let long = String(repeating: "long ", count: 60)
        expectFailure(try run("generate", long), naming: "the model's context holds 96")
        expectFailure(try run("generate", "Ä"), naming: "the prompt is empty")
        expectFailure(try run("generate", "a", "--logit-bias", "900:1"), naming: "sequence_bias")
        expectFailure(try run("generate", "a", "--logit-bias", "4:inf"), naming: "sequence_bias")
        expectFailure(try run("generate", "a", "--logit-bias", "x"), status: 2, naming: "--logit-bias")
        expectFailure(try run("generate", "a", "--input", "f"), status: 2, naming: "not from both")
        expectFailure(
            try run("prompt", "zero-shot", "--task", "t", "--input", "a", "--choices", "yes"),
            naming: "at least two labels")
        expectFailure(
            try run("prompt", "few-shot", "--task", "t", "--input", "a", "--examples", "/nowhere.jsonl"),
            naming: "/nowhere.jsonl")
        let examples = try folder.write("examples.jsonl", "{\"input\": 3}\n")
        expectFailure(
            try run("prompt", "few-shot", "--task", "t", "--input", "a", "--examples", examples),
            naming: "expected JSON lines with 'input' and 'output'")
        expectFailure(
            try run("bench", "generate", "--prompt-tokens", "90", "--new-tokens", "20"), naming: "context holds 96")
    }

    @Test func aDamagedModelIsNamed() throws {
        try folder.write("tiny-lm/generation_config.json", "{\"temperature\": \"warm\"}")
        expectFailure(try run("generate", "a"), naming: "generation_config.json: temperature")
        try FileManager.default.removeItem(atPath: "\(model)/generation_config.json")
        try folder.write("tiny-lm/chat_template.jinja", "{% for %}")
        expectFailure(try run("generate", "a"), naming: "chat_template.jinja")
        try FileManager.default.removeItem(atPath: "\(model)/chat_template.jinja")
        let tokenizer = try folder.text("tiny-lm/tokenizer.json")
        try folder.write(
            "tiny-lm/tokenizer.json",
            tokenizer.replacingOccurrences(of: "\"-\":47", with: "\"-\":47,\"extra\":60")
                .replacingOccurrences(of: "\"-\": 47", with: "\"-\": 47, \"extra\": 60"))
        expectFailure(try run("generate", "a"), naming: "do not belong together")
        try FileManager.default.removeItem(atPath: "\(model)/model.safetensors")
        try folder.write("tiny-lm/tokenizer.json", tokenizer)
        expectFailure(try run("generate", "a"), naming: "safetensors")
    }
}
