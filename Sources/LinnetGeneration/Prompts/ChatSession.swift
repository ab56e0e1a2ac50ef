import LinnetFormats
import LinnetTokenizers

/// A conversation with a model; earlier turns are not computed again.
public final class ChatSession {
    /// What was said, in order; a system message stands first.
    public private(set) var messages: [ChatMessage] = []
    /// How answers are generated.
    public var options: GenerationOptions
    private let engine: PromptEngine

    /// A conversation that has not begun.
    ///
    /// - Parameters:
    ///   - options: The generator's defaults if absent.
    ///   - system: What the model is told before the conversation.
    public init(_ engine: PromptEngine, options: GenerationOptions? = nil, system: String? = nil) {
        self.engine = engine
        self.options = options ?? engine.generator.defaults
        self.system = system
    }

    /// What the model is told before the conversation; changing it keeps the turns.
    public var system: String? {
        get { messages.first?.role == "system" ? messages[0].content : nil }
        set {
            if messages.first?.role == "system" { messages.removeFirst() }
            if let newValue, !newValue.isEmpty {
                messages.insert(ChatMessage(role: "system", content: newValue), at: 0)
            }
        }
    }

    /// Forgets the turns and keeps the system message.
    public func reset() { messages.removeAll { $0.role != "system" } }

    /// Says something and gets the answer, which becomes part of the conversation, also if it was cancelled.
    ///
    /// - Throws: The conversation is then as it was before.
    public func respond(
        to text: String, cancellation: CancellationFlag = CancellationFlag(),
        onToken: (GeneratedToken) throws -> Void = { _ in }
    ) throws -> Generation {
        let before = messages
        do {
            messages.append(ChatMessage(role: "user", content: text))
            let answer = try engine.answer(
                engine.format.conversation(messages), options: options, cancellation: cancellation, onToken: onToken)
            messages.append(ChatMessage(role: "assistant", content: answer.text.trimmingLeadingSpace()))
            return answer
        } catch {
            messages = before
            throw error
        }
    }

    /// The conversation as a JSON object with `messages`, the form that fine-tuning data has.
    public var json: JSON {
        let turns = messages.map { JSON.object(["role": .string($0.role), "content": .string($0.content)]) }
        return .object(["messages": .array(turns)])
    }
}

extension String {
    /// The text without the space that answers to plain-text prompts begin with.
    func trimmingLeadingSpace() -> String { hasPrefix(" ") ? String(dropFirst()) : self }
}
