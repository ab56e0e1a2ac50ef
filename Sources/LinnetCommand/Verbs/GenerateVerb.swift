import Linnet

/// `linnet generate`: what a language model writes after a prompt.
enum GenerateVerb {
    private static let name = "generate"

    private static let json = Flag<Bool>.toggle(
        "json", help: "Print per answer an object with text, token_ids, prompt_tokens, completion_tokens, stop_reason.")

    static let verb = Verb(
        name, summary: "continue text with a causal language model",
        discussion: [
            "One prompt on the command line is answered as the tokens come. Several prompts, or the lines of --input or "
                + "standard input, are answered together: a line each, in order, with line breaks written as \\n.",
            "The prompt is taken as it is; linnet prompt and linnet chat use the model's chat template. Settings come "
                + "from the flags, then from the model's generation_config.json. Ctrl-C ends the answer, with exit "
                + "status 130.",
        ],
        operands: TextInput.operands,
        groups: [
            Verb.Group("Model and input", GenerationFlags.modelGroup + [TextInput.flag.declaration]),
            GenerationFlags.group,
            Verb.Group(
                "Run",
                [GenerationFlags.samples.declaration, GenerationFlags.logprobs.declaration, json.declaration]),
        ],
        examples: [
            Verb.Example(
                "A story that streams",
                "linnet generate --model HuggingFaceTB/SmolLM2-135M-Instruct \"Once upon a time\" --max-new-tokens 100 "
                    + "--temperature 0.7 --top-p 0.9 --seed 1"),
            Verb.Example(
                "Many prompts, as JSON lines",
                "linnet generate --model HuggingFaceTB/SmolLM2-135M-Instruct --input prompts.txt --json"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let model = try LanguageModel(
            directory: given[GenerationFlags.model], weights: given[GenerationFlags.weights].format)
        var options = try GenerationFlags.options(given, over: model.generator.defaults, verb: name)
        options.logprobs = given[GenerationFlags.logprobs] ?? 0
        let interrupts = AnswerInterrupts()
        let output = StandardOutput()
        let streams =
            given.operands.count == 1 && given.operands != ["-"] && !given[json] && options.returnSequences == 1
        if streams, let prompt = given.operands.first {
            guard !given.isGiven(TextInput.flag) else {
                throw UsageError("texts come from the command line or from --input, not from both", verb: name)
            }
            let answer = try interrupts.stopping { flag in
                try model.generator.generate(prompt, options: options, cancellation: flag) {
                    try output.write(text: $0.text)
                }
            }
            try output.write(text: "\n")
            return answer.stopReason == .cancelled ? .interrupted : .success
        }
        var isInterrupted = false
        try TextInput.forEachBatch(of: given, verb: name) { prompts in
            guard !isInterrupted else { return }
            let answers = try interrupts.stopping { flag in
                try model.generator.generate(prompts: prompts, options: options, cancellation: flag)
            }
            for answer in answers {
                try output.write(line: given[json] ? object(answer, given).text() : AnswerLine.text(answer.text))
                if answer.stopReason == .cancelled { isInterrupted = true }
            }
            try output.flush()
        }
        return isInterrupted ? .interrupted : .success
    }

    private static func object(_ answer: Generation, _ given: Arguments) -> JSON {
        var object = AnswerLine.object(answer)
        if given[GenerationFlags.samples] > 1 { object["sample"] = JSON(answer.sample) }
        if given[GenerationFlags.logprobs] != nil {
            object["logprobs"] = .array(answer.logProbabilities.map { JSON(Double($0)) })
            object["top_logprobs"] = .array(
                answer.alternatives.map { place in
                    .array(
                        place.map { ["id": JSON(Int($0.id)), "logprob": JSON(Double($0.logProbability))] })
                })
        }
        return .object(object)
    }
}

/// An answer as a line of output.
enum AnswerLine {
    /// The text in one line, with line breaks written as `\n`.
    static func text(_ answer: String) -> String {
        answer.replacing("\\", with: "\\\\").replacing("\r", with: "\\r").replacing("\n", with: "\\n")
    }

    /// The object of `--json`.
    static func object(_ answer: Generation) -> JSONObject {
        [
            "text": .string(answer.text), "token_ids": .array(answer.tokenIds.map { JSON(Int($0)) }),
            "prompt_tokens": JSON(answer.promptTokens), "completion_tokens": JSON(answer.completionTokens),
            "stop_reason": .string(answer.stopReason.rawValue),
        ]
    }
}
