import Foundation
import LinnetFormats

/// The chat templates in the directory of a model, and the special tokens they speak of.
struct ChatTemplateFiles {
    /// A template with its name and the file it stands in.
    struct Source {
        let name: String
        let path: String
        let text: String
    }

    private(set) var sources: [Source] = []
    private(set) var specialTokens: [String: JSON] = [:]

    private static let additional = "additional_chat_templates"

    /// Reads those of the files that exist.
    init(directory: String) throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw TemplateError(.file, path: directory, "expected the directory of a model, found none")
        }
        try readTemplateFiles(directory)
        for name in ["special_tokens_map.json", "tokenizer_config.json"] {
            let path = directory + "/" + name
            guard FileManager.default.fileExists(atPath: path) else { continue }
            let table = try Self.reading { try JSON.read(path: path) }
            readSpecialTokens(table)
            if sources.isEmpty, let value = table["chat_template"], !value.isNull {
                try readEntries(value, path: path)
            }
        }
    }

    private mutating func readTemplateFiles(_ directory: String) throws {
        let standard = directory + "/chat_template.jinja"
        if FileManager.default.fileExists(atPath: standard) {
            sources.append(Source(name: "default", path: standard, text: try Self.text(standard)))
        }
        let folder = directory + "/" + Self.additional
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted() where name.hasSuffix(".jinja") {
            let path = folder + "/" + name
            sources.append(Source(name: String(name.dropLast(6)), path: path, text: try Self.text(path)))
        }
    }

    private mutating func readEntries(_ value: JSON, path: String) throws {
        if case .string(let text) = value {
            sources = [Source(name: "default", path: path, text: text)]
            return
        }
        guard case .array(let entries) = value else {
            throw TemplateError(
                .file, path: path, "chat_template: expected a text or a list of templates, found \(value.kindName)")
        }
        for (index, entry) in entries.enumerated() {
            guard let name = entry["name"]?.stringValue, let text = entry["template"]?.stringValue else {
                throw TemplateError(
                    .file, path: path, "chat_template[\(index)]: expected an object with 'name' and 'template'")
            }
            sources.removeAll { $0.name == name }
            sources.append(Source(name: name, path: path, text: text))
        }
    }

    /// Special tokens are texts, or objects with the text as `content`.
    private mutating func readSpecialTokens(_ table: JSON) {
        for role in TokenRole.allCases {
            let value = table[role.rawValue]
            if let text = value?.stringValue ?? value?["content"]?.stringValue {
                specialTokens[role.rawValue] = .string(text)
            }
        }
    }

    private static func text(_ path: String) throws -> String {
        let bytes = try reading { try FileBytes.read(path, limit: TemplateLimits.standard.sourceBytes) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TemplateError(.file, path: path, "expected UTF-8, found other bytes")
        }
        return text
    }

    private static func reading<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as FormatError {
            throw TemplateError(.file, path: error.path, error.message)
        }
    }
}
