import Foundation
import LinnetFormats

/// The template that turns a conversation into the text a model was trained on, as Hugging Face's
/// `apply_chat_template` renders it: Jinja with `trim_blocks`, `lstrip_blocks`, `break` and `continue`,
/// `{% generation %}`, `raise_exception`, `strftime_now`, and a `tojson` that leaves HTML and Unicode alone.
///
/// Templates are downloaded and not trusted. They reach only the values they are given and the clock, cannot change
/// them, and are bounded in depth, steps, text and lists; whatever they contain, rendering ends with a text or a
/// `TemplateError`. Integers have 64 bits. Not known: blocks, includes, recursive loops, and the filters for web pages.
public struct ChatTemplate: Sendable {
    private struct Named: Sendable {
        let name: String
        let path: String
        let statements: Result<[TemplateStatement], TemplateError>
    }

    private let templates: [Named]

    /// The special tokens that the files name (`bos_token`, `eos_token`, …), which every rendering sees.
    public let specialTokens: [String: JSON]

    /// Reads a template.
    ///
    /// - Parameters:
    ///   - source: the text of the template.
    ///   - specialTokens: variables that every rendering sees.
    /// - Throws: `TemplateError` with line and column.
    public init(source: String, specialTokens: [String: JSON] = [:]) throws {
        let statements = try TemplateParser.statements(of: source)
        templates = [Named(name: Self.standardName, path: "", statements: .success(statements))]
        self.specialTokens = specialTokens
    }

    /// Reads the templates in the directory of a model: `chat_template.jinja` and `additional_chat_templates/*.jinja`,
    /// else `chat_template` in `tokenizer_config.json`, which is a text or a list of `{name, template}`. `nil` when
    /// there is none.
    ///
    /// - Throws: `TemplateError` when a file cannot be read, or when the default template breaks the rules. A mistake
    ///   in another template is thrown when that one is rendered.
    public init?(directory: String) throws {
        let files = try ChatTemplateFiles(directory: directory)
        guard !files.sources.isEmpty else { return nil }
        templates = files.sources.map { source in
            let statements = Result { try TemplateParser.statements(of: source.text) }
                .mapError { ($0 as? TemplateError ?? TemplateError(.file, "\($0)")).inFile(source.path) }
            return Named(name: source.name, path: source.path, statements: statements)
        }
        specialTokens = files.specialTokens
        if let standard = templates.first(where: { $0.name == Self.standardName }) { _ = try standard.statements.get() }
    }

    private static let standardName = "default"
    private static let toolName = "tool_use"

    /// The names of the templates: `default`, `tool_use`, `rag`, ….
    public var names: [String] { templates.map(\.name) }

    /// The text of a conversation.
    ///
    /// - Parameters:
    ///   - messages: the conversation, at least one message.
    ///   - tools: the tools that the model may call, as JSON schemas; `nil` for none.
    ///   - addGenerationPrompt: end with what begins an answer of the assistant.
    ///   - name: the template to use; by default `tool_use` when there are tools and such a template, else `default`.
    ///   - variables: what else the template may ask for (`enable_thinking`, `documents`, `date_string`, …); they
    ///     stand before the special tokens of the same name.
    ///   - now: the time for `strftime_now`; by default the time of the call.
    /// - Throws: `TemplateError`: of kind `raised` with the template's own words when it refuses the conversation.
    public func render(
        _ messages: [ChatMessage], tools: [JSON]? = nil, addGenerationPrompt: Bool = true, name: String? = nil,
        variables: [String: JSON] = [:], now: Date? = nil
    ) throws -> String {
        let template = try template(name, hasTools: tools != nil)
        guard !messages.isEmpty else {
            throw TemplateError(.evaluation, path: template.path, "expected at least one message, found none")
        }
        var values: [String: JSON] = ["documents": .null]
        values.merge(specialTokens) { _, new in new }
        values.merge(variables) { _, new in new }
        values["messages"] = .array(messages.map(\.rendered))
        values["tools"] = tools.map { .array($0) } ?? .null
        values["add_generation_prompt"] = .bool(addGenerationPrompt)
        do {
            return try Self.render(try template.statements.get(), values, now: now ?? Date())
        } catch let error as TemplateError {
            throw error.path.isEmpty ? error.inFile(template.path) : error
        }
    }

    private func template(_ name: String?, hasTools: Bool) throws -> Named {
        var wanted = name ?? Self.standardName
        if name == nil, hasTools, names.contains(Self.toolName) { wanted = Self.toolName }
        guard let template = templates.first(where: { $0.name == wanted }) else {
            throw TemplateError(
                .file, path: templates.first?.path ?? "",
                "expected a template called \(FormatError.quoted(wanted)), found \(names.joined(separator: ", "))")
        }
        return template
    }

    private static func render(
        _ statements: [TemplateStatement], _ variables: [String: JSON], now: Date
    ) throws -> String {
        let limits = TemplateLimits.standard
        var values: [(String, TemplateValue)] = []
        var bytes = 0
        for (name, json) in variables {
            guard let value = TemplateValue(json, depth: limits.valueDepth) else {
                throw TemplateError(.limit, "the variable '\(name)' is nested deeper than \(limits.valueDepth) levels")
            }
            bytes += json.roughSize
            values.append((name, value))
        }
        let evaluator = TemplateEvaluator(limits: limits, inputBytes: bytes, now: now)
        return try evaluator.render(statements, variables: values)
    }
}

extension JSON {
    /// About how many bytes of text the value holds; its depth has been checked.
    fileprivate var roughSize: Int {
        switch self {
        case .string(let text): return text.utf8.count + 8
        case .array(let elements): return elements.reduce(8) { $0 + $1.roughSize }
        case .object(let object): return object.reduce(8) { $0 + $1.key.utf8.count + $1.value.roughSize }
        default: return 8
        }
    }
}
