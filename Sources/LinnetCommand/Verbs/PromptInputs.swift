import Linnet

/// Where the `prompt` verbs take their inputs from, and what they do with the prompt itself.
enum PromptInputs {
    static let input = Flag<String?>.text(
        FlagName("input", letter: "i"), "TEXT", shown: "-",
        help: "The input itself; - is standard input, an input per line.")
    static let question = Flag<String?>.text(
        FlagName("question", letter: "q", aliases: ["input"]), "TEXT", shown: "-",
        help: "The question itself; - is standard input, a question per line.")
    static let file = Flag<String?>.text("input-file", "FILE", help: "A file with an input per line.")
    static let showPrompt = Flag<Bool>.toggle(
        "show-prompt", help: "Print the prompt and nothing else; the weights are not loaded.")

    static let reuse = Flag<Bool>.toggle(
        "prefix-reuse", default: true, help: "Compute what prompts share anew for each; to measure what reuse gains.")

    /// Lines answered together: enough to fill the batches, few enough to answer a slow writer soon.
    private static let linesAtOnce = 64

    /// Calls `body` with the inputs in order, a bounded number at a time.
    ///
    /// - Parameter body: Also told whether there is a single input, given on the command line.
    static func forEachBatch(
        of given: Arguments, from flag: Flag<String?>, verb: String, _ body: ([String], _ isSingle: Bool) throws -> Void
    ) throws {
        let text = given[flag]
        if let text, text != "-" {
            guard given[file] == nil else {
                throw UsageError("inputs come from \(flag.declaration.spelling) or from --input-file", verb: verb)
            }
            return try body([text], true)
        }
        let lines = try TextLines(path: given[file])
        while case let batch = try lines.next(limit: linesAtOnce), !batch.isEmpty { try body(batch, false) }
    }

    /// Prints the prompts that `make` builds, without a model's weights.
    static func show(
        _ given: Arguments, from flag: Flag<String?>, verb: String, make: (PromptFormat, String) throws -> Prompt
    ) throws -> ExitStatus {
        let format = try LanguageModel.promptFormat(directory: given[GenerationFlags.model])
        let output = StandardOutput()
        try forEachBatch(of: given, from: flag, verb: verb) { inputs, _ in
            for input in inputs { try output.write(text: "\(try make(format, input))\n") }
        }
        return .success
    }
}

/// Answers prompts on standard output: one as it comes, lines as lines or JSON.
struct PromptAnswers {
    let engine: PromptEngine
    let options: GenerationOptions
    let interrupts: AnswerInterrupts
    let json: Bool
    private let output = StandardOutput()

    init(_ engine: PromptEngine, _ options: GenerationOptions, json: Bool) {
        self.engine = engine
        self.options = options
        self.json = json
        interrupts = AnswerInterrupts()
    }

    /// Answers prompts in order.
    ///
    /// - Parameters:
    ///   - isSingle: Streams the text.
    ///   - extra: What a JSON object holds besides the answer.
    func answer(
        _ prompts: [Prompt], isSingle: Bool, extra: (Generation) -> JSONObject = { _ in [:] }
    ) throws -> ExitStatus {
        if isSingle, !json, let prompt = prompts.first {
            var isFirst = true
            let answer = try interrupts.stopping { flag in
                try engine.answer(prompt, options: options, cancellation: flag) { token in
                    let text = isFirst ? String(token.text.drop { $0 == " " }) : token.text
                    if !text.isEmpty { isFirst = false }
                    try output.write(text: text)
                }
            }
            try output.write(text: "\n")
            return answer.stopReason == .cancelled ? .interrupted : .success
        }
        let answers = try interrupts.stopping { flag in
            try engine.answers(prompts, options: options, cancellation: flag)
        }
        for answer in answers {
            let text = String(answer.text.drop { $0 == " " })
            var object = AnswerLine.object(answer)
            object["text"] = .string(text)
            for (key, value) in extra(answer) { object[key] = value }
            try output.write(line: json ? JSON.object(object).text() : AnswerLine.text(text))
        }
        try output.flush()
        return answers.contains { $0.stopReason == .cancelled } ? .interrupted : .success
    }
}
