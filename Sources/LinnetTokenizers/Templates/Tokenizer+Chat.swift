import Foundation
import LinnetFormats

extension Tokenizer {
    /// The ids of a conversation, as `apply_chat_template(…, tokenize=True)` gives them: the template's text, in which
    /// special tokens become their ids, without any that the tokenizer would add. A template writes the token that
    /// begins a sequence itself, so it never stands there twice.
    ///
    /// Special tokens in the text of a message become special tokens too, as in transformers; whoever takes messages
    /// from strangers removes them before.
    ///
    /// - Parameters:
    ///   - messages: the conversation, at least one message.
    ///   - template: the chat template of the same model.
    ///   - tools: the tools that the model may call, as JSON schemas; `nil` for none.
    ///   - addGenerationPrompt: end with what begins an answer of the assistant.
    ///   - variables: what else the template may ask for.
    ///   - now: the time for `strftime_now`; by default the time of the call.
    /// - Throws: `TemplateError` when the template refuses the conversation or cannot be rendered.
    public func encodeChat(
        _ messages: [ChatMessage], template: ChatTemplate, tools: [JSON]? = nil, addGenerationPrompt: Bool = true,
        variables: [String: JSON] = [:], now: Date? = nil
    ) throws -> Encoding {
        let text = try template.render(
            messages, tools: tools, addGenerationPrompt: addGenerationPrompt, variables: variables, now: now)
        return encode(text, addSpecialTokens: false)
    }
}
