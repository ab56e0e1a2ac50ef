import LinnetTokenizers

/// Writes prompts in the forms that are known to work; needs no weights.
///
/// A model with a chat template gets a conversation, with examples as earlier turns; any other gets the plain text that
/// models were trained to continue.
public struct PromptFormat: Sendable {
    /// How the model writes a conversation; `nil` for plain text.
    public let template: ChatTemplate?

    /// A format for a model with this template.
    public init(template: ChatTemplate? = nil) {
        self.template = template
    }

    /// The task and the input, nothing else.
    public func zeroShot(task: String, input: String) throws -> Prompt {
        try fewShot(task: task, examples: [], input: input)
    }

    /// The task, worked examples, and the input.
    ///
    /// As plain text: the task, then `Input:`/`Output:` pairs. As a conversation: the task stands before the first input,
    /// since many templates have no place for a system message.
    public func fewShot(task: String, examples: [PromptExample], input: String) throws -> Prompt {
        if let template {
            var messages: [ChatMessage] = []
            for (index, example) in examples.enumerated() {
                messages.append(ChatMessage(role: "user", content: turn(task, example.input, isFirst: index == 0)))
                messages.append(ChatMessage(role: "assistant", content: example.output))
            }
            messages.append(ChatMessage(role: "user", content: turn(task, input, isFirst: examples.isEmpty)))
            return Prompt(try template.render(messages), addsSpecialTokens: false)
        }
        var parts = task.isEmpty ? [] : [task]
        parts += examples.map { "Input: \($0.input)\nOutput: \($0.output)" }
        parts.append("Input: \(input)\nOutput:")
        return Prompt(parts.joined(separator: "\n\n"), stopStrings: ["\nInput:"], answerSeparator: " ")
    }

    /// A question whose answer is reached step by step (Kojima et al. 2022).
    public func chainOfThought(question: String) throws -> Prompt {
        if let template {
            let request = "Let's think step by step, and end with a line of the form: The answer is X."
            return Prompt(
                try template.render([ChatMessage(role: "user", content: "\(question)\n\n\(request)")]),
                addsSpecialTokens: false)
        }
        return Prompt("Q: \(question)\nA: Let's think step by step.", stopStrings: ["\nQ:"], answerSeparator: " ")
    }

    /// A conversation, up to where the model answers.
    ///
    /// As plain text: `User:`/`Assistant:` lines.
    public func conversation(_ messages: [ChatMessage]) throws -> Prompt {
        if let template { return Prompt(try template.render(messages), addsSpecialTokens: false) }
        let lines = messages.map { message in
            message.role == "system"
                ? message.content + "\n" : "\(message.role == "user" ? "User" : "Assistant"): \(message.content)"
        }
        return Prompt(
            (lines + ["Assistant:"]).joined(separator: "\n"), stopStrings: ["\nUser:"], answerSeparator: " ")
    }

    private func turn(_ task: String, _ input: String, isFirst: Bool) -> String {
        isFirst && !task.isEmpty ? "\(task)\n\n\(input)" : input
    }
}
