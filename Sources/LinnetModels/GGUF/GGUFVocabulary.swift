import Foundation
import LinnetFormats
import LinnetLayers

/// A tokenizer in the terms of llama.cpp: its tokens with types, merges or scores, special ids and chat template.
///
/// Byte-level BPE becomes `gpt2`, SentencePiece-style BPE with byte fallback becomes `llama`. Others have no form that
/// llama.cpp would read with equal ids; they become `no_vocab`, with which llama.cpp opens the weights and takes ids.
struct GGUFVocabulary {
    /// The kinds of llama.cpp's tokens, under its numbers.
    private enum Kind: Int32 {
        case normal = 1
        case unknown = 2
        case control = 3
        case userDefined = 4
        case unused = 5
        case byte = 6
    }

    private let tokenizer: JSON
    private let settings: JSON
    private let size: Int
    private let path: String
    private var metadata: GGUFMetadata = [:]

    /// The pairs for the tokenizer of a model directory.
    ///
    /// - Parameter size: Rows of the word embedding; ids without a token are named `[PAD…]`, as llama.cpp does.
    /// - Returns: The pairs, and whether llama.cpp can tokenize with them.
    /// - Throws: `FormatError` or `ModelError` when a file is broken or holds ids beyond the embedding.
    static func pairs(directory: String, size: Int) throws -> (metadata: GGUFMetadata, isComplete: Bool) {
        let path = "\(directory)/tokenizer.json"
        guard FileManager.default.fileExists(atPath: path) else { return (noVocabulary, false) }
        let settings = "\(directory)/tokenizer_config.json"
        var builder = GGUFVocabulary(
            tokenizer: try JSON.read(path: path),
            settings: FileManager.default.fileExists(atPath: settings) ? try JSON.read(path: settings) : [:],
            size: size, path: path)
        guard try builder.addModel() else { return (noVocabulary, false) }
        try builder.addSpecialTokens(configuration: try? JSON.read(path: "\(directory)/config.json"))
        builder.metadata["tokenizer.chat_template"] = try builder.chatTemplate(directory: directory).map { .string($0) }
        return (builder.metadata, true)
    }

    private static var noVocabulary: GGUFMetadata { ["tokenizer.ggml.model": .string("no_vocab")] }

    private init(tokenizer: JSON, settings: JSON, size: Int, path: String) {
        (self.tokenizer, self.settings, self.size, self.path) = (tokenizer, settings, size, path)
    }

    /// Adds model, tokens and merges; false when llama.cpp has nothing like it.
    private mutating func addModel() throws -> Bool {
        guard let model = tokenizer["model"], model["type"]?.stringValue ?? "BPE" == "BPE",
            let vocabulary = model["vocab"]?.objectValue
        else { return false }
        let tokens = try tokens(vocabulary)
        let merges = try (model["merges"]?.arrayValue ?? []).enumerated().map { try merge($1, at: $0) }
        if model["byte_fallback"]?.boolValue == true {
            metadata["tokenizer.ggml.model"] = .string("llama")
            metadata["tokenizer.ggml.pre"] = .string("default")
            add(tokens)
            metadata["tokenizer.ggml.scores"] = .array(.float32(scores(tokens.texts, merges)))
            metadata["tokenizer.ggml.add_space_prefix"] = .bool(addsSpacePrefix)
            return true
        }
        guard let splitting = PreTokenizerName.find(tokenizer["pre_tokenizer"] ?? .null) else { return false }
        metadata["tokenizer.ggml.model"] = .string("gpt2")
        metadata["tokenizer.ggml.pre"] = .string(splitting)
        add(tokens)
        metadata["tokenizer.ggml.merges"] = .array(
            .strings(merges.map { "\(escaped($0.left)) \(escaped($0.right))" }))
        return true
    }

    private mutating func add(_ tokens: (texts: [String], kinds: [Int32])) {
        metadata["tokenizer.ggml.tokens"] = .array(.strings(tokens.texts))
        metadata["tokenizer.ggml.token_type"] = .array(.int32(tokens.kinds))
    }

    /// The text and kind of every id.
    private func tokens(_ vocabulary: JSONObject) throws -> (texts: [String], kinds: [Int32]) {
        var texts = [String?](repeating: nil, count: size)
        var kinds = [Kind](repeating: .unused, count: size)
        let unknown = tokenizer["model"]?["unk_token"]?.stringValue
        for (text, value) in vocabulary {
            let id = try id(value, of: text)
            texts[id] = text
            kinds[id] = text == unknown ? .unknown : isByte(text) ? .byte : .normal
        }
        for token in tokenizer["added_tokens"]?.arrayValue ?? [] {
            guard let text = token["content"]?.stringValue else { continue }
            let id = try id(token["id"] ?? .null, of: text)
            let isControl = token["special"]?.boolValue == true || looksSpecial(text)
            texts[id] = isControl ? text : text.replacingOccurrences(of: "\u{2581}", with: " ")
            if kinds[id] != .unknown { kinds[id] = isControl ? .control : .userDefined }
        }
        return (texts.enumerated().map { $1 ?? "[PAD\($0)]" }, kinds.map(\.rawValue))
    }

    private func id(_ value: JSON, of text: String) throws -> Int {
        guard let id = value.intValue, (0..<size).contains(id) else {
            throw ModelError(
                "\(path): token \(FormatError.quoted(text)): expected an id below \(size), the rows of the embedding, "
                    + "found \(value.shortText)")
        }
        return id
    }

    private func isByte(_ text: String) -> Bool {
        guard text.utf8.count == 6, text.hasPrefix("<0x"), text.hasSuffix(">") else { return false }
        return text.dropFirst(3).dropLast().utf8.allSatisfy {
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || 65...70 ~= $0
        }
    }

    /// Tokens that models forget to mark as special, by llama.cpp's rule.
    private func looksSpecial(_ text: String) -> Bool {
        text == "<pad>" || text.hasPrefix("<|") && text.hasSuffix("|>")
            || text.hasPrefix("<\u{FF5C}") && text.hasSuffix("\u{FF5C}>")
    }

    private func merge(_ value: JSON, at place: Int) throws -> (left: String, right: String) {
        if let pair = value.arrayValue, pair.count == 2, let left = pair[0].stringValue, let right = pair[1].stringValue
        {
            return (left, right)
        }
        if let text = value.stringValue, let space = text.dropFirst().firstIndex(of: " ") {
            return (String(text[..<space]), String(text[text.index(after: space)...]))
        }
        throw ModelError("\(path): merges[\(place)]: expected two tokens, found \(value.kindName)")
    }

    /// A space inside a token of a merge, which the space between the two would be confused with: llama.cpp's spelling.
    private func escaped(_ token: String) -> String { token.replacingOccurrences(of: " ", with: "\u{120}") }

    /// llama.cpp joins the neighbours whose joint token scores highest: minus the rank of the first merge that makes it.
    private func scores(_ texts: [String], _ merges: [(left: String, right: String)]) -> [Float] {
        var ranks: [[UInt8]: Int] = [:]
        for (rank, merge) in merges.enumerated() {
            let joint = Array(merge.left.utf8) + Array(merge.right.utf8)
            if ranks[joint] == nil { ranks[joint] = rank }
        }
        return texts.map { -Float(ranks[Array($0.utf8)] ?? merges.count) }
    }

    /// Whether a space is put before a text: by the normalizer's `Prepend`, or by `Metaspace`.
    private var addsSpacePrefix: Bool {
        let steps = [tokenizer["normalizer"], tokenizer["pre_tokenizer"]].compactMap { $0 }.flatMap(
            PreTokenizerName.steps)
        return steps.contains { step in
            switch step["type"]?.stringValue {
            case "Prepend": return true
            case "Metaspace":
                return step["prepend_scheme"]?.stringValue.map { $0 != "never" }
                    ?? step["add_prefix_space"]?.boolValue ?? true
            default: return false
            }
        }
    }

    /// Adds the ids of bos, eos, unk and pad, and whether bos and eos are put around a text.
    private mutating func addSpecialTokens(configuration: JSON?) throws {
        let added = (tokenizer["added_tokens"]?.arrayValue ?? []).compactMap { token in
            token["content"]?.stringValue.map { ($0, token["id"] ?? .null) }
        }
        for (role, key) in [("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding")] {
            let token = settings["\(role)_token"]
            let text = token?.stringValue ?? token?["content"]?.stringValue
            let listed = added.first { $0.0 == text }?.1.intValue
            let configured = configuration?["\(role)_token_id"]
            guard let id = listed ?? configured?.intValue ?? configured?.arrayValue?.first?.intValue,
                (0..<size).contains(id)
            else { continue }
            metadata["tokenizer.ggml.\(key)_token_id"] = .uint32(UInt32(id))
        }
        let around = specialTokensAround()
        if let bos = around.bos ?? settings["add_bos_token"]?.boolValue {
            metadata["tokenizer.ggml.add_bos_token"] = .bool(bos)
        }
        if let eos = around.eos ?? settings["add_eos_token"]?.boolValue {
            metadata["tokenizer.ggml.add_eos_token"] = .bool(eos)
        }
    }

    /// Whether the post-processor puts special tokens before and after a single text; `nil` when it does not say.
    private func specialTokensAround() -> (bos: Bool?, eos: Bool?) {
        guard let processor = tokenizer["post_processor"], !processor.isNull else { return (nil, nil) }
        for step in PreTokenizerName.steps(processor) where step["type"]?.stringValue == "TemplateProcessing" {
            let pieces = step["single"]?.arrayValue ?? []
            return (pieces.first?["SpecialToken"] != nil, pieces.last?["SpecialToken"] != nil)
        }
        return (false, false)
    }

    /// The template for conversations, from `chat_template.jinja` or `tokenizer_config.json`.
    private func chatTemplate(directory: String) throws -> String? {
        let file = "\(directory)/chat_template.jinja"
        if FileManager.default.fileExists(atPath: file) {
            return String(decoding: try FileBytes.read(file, limit: 1 << 20), as: UTF8.self)
        }
        guard let value = settings["chat_template"] else { return nil }
        let named = value.arrayValue?.first { $0["name"]?.stringValue == "default" }
        return value.stringValue ?? named?["template"]?.stringValue
    }
}

/// llama.cpp's names for the ways in which byte-level BPE tokenizers split a text into words.
enum PreTokenizerName {
    private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let rest = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let letters = #"|[^\r\n\p{L}\p{N}]?\p{L}+|"#

    /// The name, or `nil` for a way that llama.cpp does not know.
    static func find(_ preTokenizer: JSON) -> String? {
        let steps = steps(preTokenizer)
        let kinds = steps.compactMap { $0["type"]?.stringValue }
        let patterns = steps.compactMap { $0["pattern"]?["Regex"]?.stringValue }
        switch kinds {
        case ["ByteLevel"] where steps[0]["use_regex"]?.boolValue ?? true: return "gpt-2"
        case ["Digits", "ByteLevel"] where steps[0]["individual_digits"]?.boolValue == true: return "smollm"
        case ["Split", "ByteLevel"]:
            switch patterns.first {
            case contractions + letters + #"\p{N}{1,3}"# + rest: return "llama-bpe"
            case contractions + letters + #"\p{N}"# + rest: return "qwen2"
            default: return nil
            }
        default: return nil
        }
    }

    /// The steps of a sequence, or the one step there is.
    static func steps(_ value: JSON) -> [JSON] {
        let inner = ["pretokenizers", "normalizers", "processors"].compactMap { value[$0]?.arrayValue }.first
        return inner ?? (value.isNull ? [] : [value])
    }
}
