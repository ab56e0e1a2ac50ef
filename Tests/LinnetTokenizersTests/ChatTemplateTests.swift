import Foundation
import LinnetFormats
import Testing

@testable import LinnetTokenizers

@Suite struct ChatTemplateTests {
    /// What a rendering came to, in the form of the goldens.
    static func outcome(_ render: () throws -> String) -> JSON {
        do {
            return .string(try render())
        } catch let error as TemplateError {
            return error.kind == .raised ? ["raised": .string(error.message)] : ["error": .string(error.description)]
        } catch {
            return ["unexpected": .string("\(error)")]
        }
    }

    /// Texts and messages of `raise_exception` must be the same; of other errors only that there is one.
    static func agree(_ ours: JSON, _ theirs: JSON) -> Bool {
        if theirs["error"] != nil { return ours["error"] != nil }
        return ours == theirs
    }

    @Test("Conversations become the text that transformers renders, or the same refusal")
    func conversations() throws {
        let goldens = try ChatTemplateFixture.goldens()
        let now = ChatTemplateFixture.now(goldens)
        var templates: [String: ChatTemplate] = [:]
        for name in try ChatTemplateFixture.names() {
            templates[name] = try ChatTemplate(
                source: try ChatTemplateFixture.source(name),
                specialTokens: ChatTemplateFixture.variables(goldens["tokens"]?[name]))
        }
        let cases = goldens["cases"]?.list ?? []
        #expect(cases.count > 350)
        for row in cases.map(\.list) {
            let name = row[0].stringValue ?? ""
            let conversation = goldens["conversations"]?[row[1].stringValue ?? ""]?.list ?? []
            let template = try #require(templates[name])
            let messages = conversation[0].list.compactMap { $0.objectValue.map { ChatMessage($0) } }
            let ours = Self.outcome {
                try template.render(
                    messages, tools: conversation[1].arrayValue, addGenerationPrompt: row[2].boolValue ?? false,
                    variables: ChatTemplateFixture.variables(conversation[2]), now: now)
            }
            #expect(
                Self.agree(ours, row[3]),
                "\(name), \(row[1].text()):\n  ours   \(ours.text())\n  theirs \(row[3].text())")
        }
    }

    /// What Jinja knows and Linnet refuses.
    static let refused: Set<String> = [
        "{{ ''.__class__ }}", "{{ d.__class__ }}", "{{ d['__class__'] }}", "{{ ''['__class__'] }}",
        "{{ raise_exception.__globals__ }}", "{{ cycler.__init__ }}", "{{ ''.format.__globals__ }}",
        "{% for x in a recursive %}{% endfor %}", "{% autoescape true %}{{ '<' }}{% endautoescape %}",
        "{{ lipsum() | length > 0 }}", "{% block b %}x{% endblock %}",
        "{{ \"\\N{BULLET}\" }}", "{#", "{% raw %}",
    ]

    @Test("Each construct of the language gives what Jinja gives")
    func snippets() throws {
        let goldens = try ChatTemplateFixture.goldens()
        let now = ChatTemplateFixture.now(goldens)
        var variables = ChatTemplateFixture.variables(goldens["variables"])
        let messages = (variables.removeValue(forKey: "messages")?.list ?? []).compactMap(\.objectValue)
        let snippets = goldens["snippets"]?.list ?? []
        #expect(snippets.count > 700)
        for row in snippets.map(\.list) {
            let source = row[0].stringValue ?? ""
            let ours = Self.outcome {
                try ChatTemplate(source: source).render(
                    messages.map { ChatMessage($0) }, addGenerationPrompt: false, variables: variables, now: now)
            }
            if Self.refused.contains(source) {
                #expect(ours["error"] != nil, "\(source) gave \(ours.text())")
            } else {
                #expect(Self.agree(ours, row[1]), "\(source)\n  ours   \(ours.text())\n  theirs \(row[1].text())")
            }
        }
    }
}
