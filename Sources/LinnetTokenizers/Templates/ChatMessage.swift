import LinnetFormats

/// One message of a conversation, as a chat template sees it: an object with `role` and `content`, and what else a
/// model's template knows (`tool_calls`, `tool_call_id`, `name`, `reasoning_content`, …).
public struct ChatMessage: Sendable, Equatable {
    /// Every member of the message in order, with the names that chat templates use. Members that are `null` count as
    /// absent.
    public var members: JSONObject

    /// A message with `role` and `content`.
    public init(role: String, content: String) {
        members = ["role": .string(role), "content": .string(content)]
    }

    /// A message with these members.
    public init(_ members: JSONObject) {
        self.members = members
    }

    /// Who speaks: `system`, `user`, `assistant`, `tool`, …; empty when the message does not say.
    public var role: String {
        get { members["role"]?.stringValue ?? "" }
        set { members["role"] = .string(newValue) }
    }

    /// The text of the message; empty when it has none, or parts instead of a text.
    public var content: String {
        get { members["content"]?.stringValue ?? "" }
        set { members["content"] = .string(newValue) }
    }

    /// The calls of tools that the assistant made, in the form of OpenAI's interface:
    /// `[{"type": "function", "function": {"name": …, "arguments": {…}}}]`.
    public var toolCalls: JSON? {
        get { members["tool_calls"] }
        set { members["tool_calls"] = newValue }
    }

    /// What the assistant thought before it answered.
    public var reasoning: String? {
        get { members["reasoning_content"]?.stringValue }
        set { members["reasoning_content"] = newValue.map { .string($0) } }
    }

    /// A message that sets the frame of the conversation.
    public static func system(_ content: String) -> ChatMessage { ChatMessage(role: "system", content: content) }
    /// A message of the user.
    public static func user(_ content: String) -> ChatMessage { ChatMessage(role: "user", content: content) }
    /// A message of the model.
    public static func assistant(_ content: String) -> ChatMessage { ChatMessage(role: "assistant", content: content) }
    /// The result of a tool.
    public static func tool(_ content: String) -> ChatMessage { ChatMessage(role: "tool", content: content) }

    /// The message as transformers hands it to a template: without members that are `null`, and with what the
    /// assistant thought under each of the names that templates know for it.
    var rendered: JSON {
        var present = members.filter { !$0.value.isNull }.map { ($0.key, $0.value) }
        let reasoning = ["reasoning_content", "thinking", "reasoning"].lazy
            .compactMap { name in present.first { $0.0 == name }?.1 }.first
        if let reasoning {
            if !present.contains(where: { $0.0 == "thinking" }) { present.insert(("thinking", reasoning), at: 0) }
            present.append(("reasoning_content", reasoning))
        }
        return .object(JSONObject(present))
    }
}
