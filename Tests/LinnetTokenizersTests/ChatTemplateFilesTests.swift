import Foundation
import LinnetFormats
import Testing

@testable import LinnetTokenizers

@Suite struct ChatTemplateFilesTests {
    private func rendered(
        _ files: [String: String], tools: [JSON]? = nil, name: String? = nil
    ) throws -> String? {
        try TokenizerFixture.withDirectory { directory in
            for (path, text) in files {
                let url = URL(fileURLWithPath: directory + "/" + path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: url)
            }
            return try ChatTemplate(directory: directory)?.render([.user("hi")], tools: tools, name: name)
        }
    }

    @Test("A directory without a template has none")
    func none() throws {
        #expect(try rendered([:]) == nil)
        #expect(try rendered(["tokenizer_config.json": #"{"chat_template": null}"#]) == nil)
    }

    @Test("The template may stand in the configuration, with its special tokens")
    func configuration() throws {
        let text =
            #"{"chat_template": "{{ bos_token }}{{ eos_token }}{{ pad_token is defined }}","#
            + #" "bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "pad_token": null}"#
        #expect(try rendered(["tokenizer_config.json": text]) == "<s></s>False")
    }

    @Test("A file of its own goes before the configuration")
    func file() throws {
        let files = ["chat_template.jinja": "file\n", "tokenizer_config.json": #"{"chat_template": "configuration"}"#]
        #expect(try rendered(files) == "file")
    }

    @Test("Of several templates, tools choose 'tool_use'")
    func named() throws {
        let list =
            #"{"chat_template": [{"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}, {"name": "rag", "template": "{{"}]}"#
        for files in [
            ["tokenizer_config.json": list],
            [
                "chat_template.jinja": "D", "additional_chat_templates/tool_use.jinja": "T",
                "additional_chat_templates/rag.jinja": "{{", "additional_chat_templates/notes.txt": "no",
            ],
        ] {
            #expect(try rendered(files) == "D")
            #expect(try rendered(files, tools: []) == "T")
            #expect(try rendered(files, tools: [], name: "default") == "D")
            let broken = #expect(throws: TemplateError.self) { try rendered(files, name: "rag") }
            #expect(broken?.kind == .syntax)
            let absent = #expect(throws: TemplateError.self) { try rendered(files, name: "nope") }
            #expect(absent?.message.contains("'nope'") == true)
        }
    }

    @Test("Broken files are named")
    func broken() throws {
        let cases: [([String: String], String)] = [
            (["chat_template.jinja": "{% if"], "chat_template.jinja: line 1, column 1"),
            (
                ["tokenizer_config.json": #"{"chat_template": 5}"#],
                "tokenizer_config.json: chat_template: expected a text"
            ),
            (["tokenizer_config.json": #"{"chat_template": [{"name": "x"}]}"#], "chat_template[0]"),
            (["tokenizer_config.json": "{"], "tokenizer_config.json: line 1"),
            (["chat_template.jinja": String(repeating: "x", count: 600 << 10)], "chat_template.jinja"),
        ]
        for (files, part) in cases {
            let error = #expect(throws: TemplateError.self) { try rendered(files) }
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        }
        #expect(throws: TemplateError.self) { try ChatTemplate(directory: "/nonexistent/place") }
    }

    @Test("A conversation needs a message")
    func empty() throws {
        #expect(throws: TemplateError.self) { try ChatTemplate(source: "x").render([]) }
    }

    @Test("Values deeper than templates may hold are refused")
    func deepValues() throws {
        var deep: JSON = 1
        for _ in 0..<1_000 { deep = [deep] }
        let error = #expect(throws: TemplateError.self) {
            try ChatTemplate(source: "x").render([.user("a")], variables: ["deep": deep])
        }
        #expect(error?.kind == .limit)
    }
}
