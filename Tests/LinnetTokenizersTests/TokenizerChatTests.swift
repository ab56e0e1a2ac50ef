import LinnetFormats
import LinnetTokenizers
import Testing

@Suite struct TokenizerChatTests {
    @Test("A conversation becomes the ids that transformers gives, without a second beginning")
    func ids() throws {
        let goldens = try ChatTemplateFixture.goldens()
        let tokenizer = try TokenizerFixture.tokenizer("bytelevel")
        let rows = goldens["ids"]?.list ?? []
        #expect(rows.count > 8)
        for row in rows.map(\.list) {
            let template = try ChatTemplate(
                source: try ChatTemplateFixture.source(row[0].stringValue ?? ""),
                specialTokens: ["bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"])
            let conversation = goldens["conversations"]?[row[1].stringValue ?? ""]?.list ?? []
            let messages = conversation[0].list.compactMap { $0.objectValue.map { ChatMessage($0) } }
            let encoding = try tokenizer.encodeChat(messages, template: template)
            #expect(encoding.ids == row[2].ids, "\(row[0].text()), \(row[1].text())")
        }
    }

    @Test("Messages are objects with role and content, and keep what else they hold")
    func messages() {
        var message = ChatMessage.user("hi")
        #expect(message.role == "user" && message.content == "hi" && message.toolCalls == nil)
        message.role = "assistant"
        message.content = ""
        message.toolCalls = [["type": "function"]]
        message.reasoning = "hm"
        #expect(message.members["tool_calls"] == [["type": "function"]])
        #expect(message.members["reasoning_content"] == "hm")
        #expect(ChatMessage(["content": [["type": "text"]]]).content.isEmpty)
        #expect(message == ChatMessage(message.members) && message != .assistant(""))
    }
}
